"""The users: who there is, what each may do, where each sits. Kept whole in memory, written through."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from screenpop.agents import store as rows
from screenpop.agents.model import CHOICES, Presence, User, check_password, clean_login, clean_name, clean_role
from screenpop.agents.passwords import Passwords
from screenpop.agents.rights import Role
from screenpop.bus import Bus
from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound
from screenpop.facts import ExtensionsChanged, UserChanged
from screenpop.ids import new_id
from screenpop.store.engine import Store

MAX_EXTENSIONS = 8
PREFERENCES: Mapping[str, type] = {
    "popups_on": bool,
    "sound": bool,
    "volume": int,
    "desktop": bool,
    "theme": str,
    "density": str,
}
"""What a user may set for himself; other keys are refused."""


class Users:
    """Raises NotFound for an unknown id, Conflict for a taken login, BadInput for what cannot be taken."""

    def __init__(self, store: Store, bus: Bus, passwords: Passwords, clock: Callable[[], float] = time.time) -> None:
        self._store, self._bus, self._passwords, self._clock = store, bus, passwords, clock
        self._users: dict[str, User] = {}

    async def load(self) -> None:
        """Read everybody from the store; once, before anything else is asked."""
        async with self._store.read() as tx:
            self._users = {user.id: user for user in await rows.load_all(tx)}

    # ------------------------------------------------------------ asking

    def all(self) -> tuple[User, ...]:
        """Everybody, by login."""
        return tuple(sorted(self._users.values(), key=lambda user: user.login))

    def get(self, user_id: str) -> User | None:
        """The user of this id, or None."""
        return self._users.get(user_id)

    def of(self, user_id: str) -> User:
        """The user of this id."""
        if user_id not in self._users:
            raise NotFound("There is no such user.")
        return self._users[user_id]

    def by_login(self, login: str) -> User | None:
        """The user of this login, or None."""
        wanted = login.strip().casefold()
        return next((user for user in self._users.values() if user.login == wanted), None)

    def at(self, extension: str) -> tuple[User, ...]:
        """The active users who sit at `extension`."""
        return tuple(user for user in self._users.values() if user.active and extension in user.extensions)

    def extensions(self) -> tuple[str, ...]:
        """Every extension that somebody sits at."""
        return tuple(sorted({extension for user in self._users.values() for extension in user.extensions}))

    async def verify(self, login: str, password: str) -> User | None:
        """The active user whose login and password these are; None takes as long to find out."""
        user = self.by_login(login)
        stored = await self._hash_of(user) if user and user.active else ""
        if not await self._passwords.verify(stored, password) or user is None:
            return None
        if self._passwords.is_outdated(stored):
            await self._write(user.id, {"password_hash": await self._passwords.hash(password)})
        return user

    # ------------------------------------------------------------ writing

    async def add(self, login: str, name: str, role: str, password: str, extensions: Collection[str] = ()) -> User:
        """Add a user; `extensions` is where he sits from the start."""
        user = User(id=new_id(), login=clean_login(login), name=clean_name(name), role=clean_role(role))
        if self.by_login(user.login):
            raise Conflict("The login %(login)s is taken.", login=user.login)
        seats = clean_extensions(extensions)
        hashed = await self._passwords.hash(check_password(password))
        try:
            async with self._store.begin() as tx:
                await rows.add(tx, user, hashed, self._clock())
                await rows.set_extensions(tx, user.id, seats)
        except IntegrityError:
            raise Conflict("The login %(login)s is taken.", login=user.login) from None
        self._users[user.id] = replace(user, extensions=seats)
        self._bus.publish(ExtensionsChanged())
        return self._users[user.id]

    async def change(
        self,
        user_id: str,
        *,
        name: str | None = None,
        role: str | None = None,
        active: bool | None = None,
        locale: str | None = None,
        timezone: str | None = None,
    ) -> User:
        """Write what is given. The last active admin stays one: raises NotAllowed."""
        user = self.of(user_id)
        values: dict[str, Any] = {"active": active, "locale": locale, "timezone": timezone}
        values["name"] = None if name is None else clean_name(name)
        values["role"] = None if role is None else clean_role(role)
        after = replace(user, **{key: value for key, value in values.items() if value is not None})
        self._keep_an_admin(user, after)
        await self._write(user_id, {k: str(v) if k == "role" else v for k, v in values.items() if v is not None})
        self._users[user_id] = after
        self._bus.publish(UserChanged(user_id=user_id, signed_out=not after.active))
        self._bus.publish(ExtensionsChanged())
        return after

    async def set_password(self, user_id: str, password: str) -> None:
        """Set a new password; every session of the user ends."""
        self.of(user_id)
        hashed = await self._passwords.hash(check_password(password))
        async with self._store.begin() as tx:
            await rows.change(tx, user_id, {"password_hash": hashed})
            await rows.end_sessions(tx, user_id)
        self._bus.publish(UserChanged(user_id=user_id, signed_out=True))

    async def sit(self, user_id: str, extensions: Collection[str]) -> User:
        """The user sits at exactly these extensions from now on."""
        user, seats = self.of(user_id), clean_extensions(extensions)
        async with self._store.begin() as tx:
            await rows.set_extensions(tx, user_id, seats)
        self._users[user_id] = replace(user, extensions=seats)
        self._bus.publish(ExtensionsChanged())
        return self._users[user_id]

    async def prefer(self, user_id: str, changes: Mapping[str, Any]) -> User:
        """Write the user's own preferences in `changes`; the others stay."""
        user = self.of(user_id)
        for key, value in changes.items():
            if key not in PREFERENCES or not isinstance(value, PREFERENCES[key]):
                raise BadInput("There is no such preference.", key)
        prefs = dict(user.prefs) | dict(changes)
        await self._write(user_id, {"prefs": prefs})
        self._users[user_id] = replace(user, prefs=prefs)
        self._bus.publish(UserChanged(user_id=user_id))
        return self._users[user_id]

    async def choose_presence(self, user_id: str, presence: Presence) -> User:
        """Remember what the user chose; `screenpop.agents.presence` tells the others."""
        user = self.of(user_id)
        if presence not in CHOICES:
            raise BadInput("Presence is available, busy or away.", "presence")
        await self._write(user_id, {"presence": presence})
        self._users[user_id] = replace(user, presence=presence)
        return self._users[user_id]

    async def _write(self, user_id: str, values: Mapping[str, Any]) -> None:
        if values:
            async with self._store.begin() as tx:
                await rows.change(tx, user_id, values)

    async def _hash_of(self, user: User) -> str:
        async with self._store.read() as tx:
            return await rows.password_hash(tx, user.id)

    def _keep_an_admin(self, before: User, after: User) -> None:
        def rules(user: User) -> bool:
            return user.active and user.role is Role.ADMIN

        others = any(rules(user) for user in self._users.values() if user.id != before.id)
        if rules(before) and not rules(after) and not others:
            raise NotAllowed("This is the only admin: make another one first.")


def clean_extensions(extensions: Collection[str]) -> tuple[str, ...]:
    """Extensions in order, each once. Raises BadInput where one cannot be an extension, or there are too many."""
    seats = tuple(dict.fromkeys(text.strip() for text in extensions if text.strip()))
    if len(seats) > MAX_EXTENSIONS:
        raise BadInput("One person has at most %(most)d extensions.", "extensions", most=MAX_EXTENSIONS)
    for seat in seats:
        if len(seat) > 32 or not seat.isascii() or not seat.isalnum():
            raise BadInput("%(seat)s is not an extension: letters and digits only.", "extensions", seat=seat[:32])
    return seats
