"""Names and extensions of our own people."""

from screenpop.agents.extensions import Extensions
from screenpop.agents.users import Users


class People:
    """Who sits where, by name."""

    def __init__(self, users: Users, extensions: Extensions) -> None:
        self._users, self._extensions = users, extensions

    def name_at(self, extension: str) -> str:
        """Who sits at `extension`; else the name that the extension has, or ""."""
        names = ", ".join(user.name for user in self._users.at(extension))
        return names or next((each.name for each in self._extensions.all() if each.number == extension), "")

    def name_of(self, user_id: str) -> str:
        """The name of the user of this id, or ""."""
        user = self._users.get(user_id)
        return user.name if user else ""

    def extension_of(self, user_id: str) -> str:
        """Where the user of this id sits (the first extension), or ""."""
        user = self._users.get(user_id)
        return user.extensions[0] if user and user.extensions else ""
