"""A person who works with the panel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from screenpop.agents.rights import PERSONAL, Permission, Role, may
from screenpop.errors import BadInput

Presence = Literal["available", "busy", "away", "offline"]
CHOICES: tuple[Presence, ...] = ("available", "busy", "away")
"""What an agent can choose; `offline` is what having no panel open makes of any of them."""

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
PASSWORD_LENGTHS = range(8, 257)
NAME_LENGTH = 120
TEAM_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user as the rest of the house sees it; the password is nobody's business but the sign-in's."""

    id: str
    login: str
    name: str
    role: Role
    active: bool = True
    locale: str = ""
    """The language of the panel; "" is the site's."""
    timezone: str = ""
    prefs: Mapping[str, Any] = field(default_factory=dict)
    """What the user set for himself: `popups_on`, `sound`, `theme` … each with its default where it is absent."""
    presence: Presence = "available"
    """What the user chose last."""
    extensions: tuple[str, ...] = ()
    """Where the user sits now."""
    team: str = ""
    """The group that reports and filters put the user into; "" for none."""
    rights: Mapping[Permission, bool] = field(default_factory=dict)
    """What this user has, or has not, whatever the role says."""

    @property
    def popups(self) -> bool:
        """Cards appear by themselves: on, unless the user switched them off."""
        return bool(self.prefs.get("popups_on", True))

    def may(self, permission: Permission) -> bool:
        """Does this user's role cover `permission`, or what an admin set for this user alone?"""
        return self.active and self.rights.get(permission, may(self.role, permission))


def clean_login(text: str) -> str:
    """The login as it is stored: lower case. Raises BadInput where it cannot be one."""
    login = text.strip().casefold()
    if not LOGIN.fullmatch(login):
        raise BadInput("A login has 1 to 64 letters, digits or . _ @ + - and starts with a letter or digit.", "login")
    return login


def clean_name(text: str) -> str:
    """A person's name on one line. Raises BadInput where it is empty or too long."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise BadInput("A name has 1 to %(most)d characters.", "name", most=NAME_LENGTH)
    return name


def clean_team(text: str) -> str:
    """A team's name on one line; "" for none. Raises BadInput where it is too long."""
    team = " ".join(text.split())
    if len(team) > TEAM_LENGTH or not team.isprintable():
        raise BadInput("The name of a team has at most %(most)d characters.", "team", most=TEAM_LENGTH)
    return team


def clean_rights(given: Mapping[str, bool]) -> dict[Permission, bool]:
    """Rights of one person by their names. Raises BadInput for one that is not given to a single person."""
    personal = {str(permission): permission for permission in PERSONAL}
    if unknown := given.keys() - personal.keys():
        raise BadInput("There is no such right: %(name)s.", "rights", name=min(unknown)[:64])
    return {personal[name]: allowed for name, allowed in sorted(given.items())}


def check_password(text: str) -> str:
    """`text` where it will do as a password. Raises BadInput where it will not."""
    if len(text) not in PASSWORD_LENGTHS:
        raise BadInput("A password has at least 8 and at most 256 characters.", "password")
    return text


def clean_role(text: str) -> Role:
    """The role named `text`. Raises BadInput where there is none of that name."""
    try:
        return Role(text)
    except ValueError:
        raise BadInput("A role is one of: %(roles)s.", "role", roles=", ".join(Role)) from None
