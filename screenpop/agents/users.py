"""The users: who there is, what each may do, where each sits. Kept whole in memory, written through."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from screenpop import audit
from screenpop.agents import store as rows
from screenpop.agents.model import (
    CHOICES,
    Presence,
    User,
    check_password,
    clean_login,
    clean_name,
    clean_rights,
    clean_role,
    clean_team,
)
from screenpop.agents.passwords import Passwords
from screenpop.agents.rights import Role
from screenpop.audit import AuditEntry, Changes
from screenpop.bus import Bus
from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound
from screenpop.facts import ExtensionsChanged, UserChanged
from screenpop.ids import new_id
from screenpop.store.engine import Store
from screenpop.store.outside import mark_of

MAX_EXTENSIONS = 8
LOOK_SECONDS = 2.0
SYSTEM = "system"
"""The actor of what nobody in the panel did: `ringdesk user`, the demo."""
AUDITED = ("name", "role", "active", "extensions", "team")
WRITTEN_OUTSIDE = "users_written_outside"
"""The mark by which `ringdesk user` says that it wrote users."""
PREFERENCES: Mapping[str, type] = {
    "popups_on": bool,
    "sound": bool,
    "volume": int,
    "desktop": bool,
    "theme": str,
    "density": str,
    "call_columns": list,
}
"""What a user may set for himself; other keys are refused."""

log = structlog.get_logger(__name__)


class Users:
    """Raises NotFound for an unknown id, Conflict for a taken login, BadInput for what cannot be taken."""

    def __init__(self, store: Store, bus: Bus, passwords: Passwords, clock: Callable[[], float] = time.time) -> None:
        self._store, self._bus, self._passwords, self._clock = store, bus, passwords, clock
        self._users: dict[str, User] = {}
        self._hashes: dict[str, str] = {}
        self._mark: object = None
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Read everybody from the store, before anything else is asked."""
        async with self._turn:
            self._mark = await mark_of(self._store, WRITTEN_OUTSIDE)
            async with self._store.read() as tx:
                self._users = {user.id: user for user in await rows.load_all(tx)}
                self._hashes = await rows.password_hashes(tx)

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

    async def history(self, user_id: str, limit: int = 50) -> list[AuditEntry]:
        """Who changed what of this user, newest first."""
        async with self._store.read() as tx:
            return await audit.entries(tx, "user", (user_id,), limit)

    async def verify(self, login: str, password: str) -> User | None:
        """The active user whose login and password these are; None takes as long to find out."""
        user = self.by_login(login)
        stored = await self._hash_of(user) if user and user.active else ""
        if not await self._passwords.verify(stored, password) or user is None:
            return None
        if self._passwords.is_outdated(stored):
            await self._renew_hash(user.id, stored, await self._passwords.hash(password))
        return user

    # ------------------------------------------------------------ writing

    async def add(
        self,
        login: str,
        name: str,
        role: str,
        password: str,
        extensions: Collection[str] = (),
        actor: str = SYSTEM,
    ) -> User:
        """Add a user; `extensions` is where he sits from the start."""
        user = User(id=new_id(), login=clean_login(login), name=clean_name(name), role=clean_role(role))
        if self.by_login(user.login):
            raise Conflict("The login %(login)s is taken.", login=user.login)
        user = replace(user, extensions=clean_extensions(extensions))
        hashed = await self._passwords.hash(check_password(password))
        async with self._turn:
            await self._insert(user, hashed, actor)
            self._users[user.id], self._hashes[user.id] = user, hashed
        self._bus.publish(ExtensionsChanged())
        return user

    async def change(
        self,
        user_id: str,
        *,
        name: str | None = None,
        role: str | None = None,
        active: bool | None = None,
        locale: str | None = None,
        timezone: str | None = None,
        team: str | None = None,
        actor: str = SYSTEM,
    ) -> User:
        """Write what is given. The last active admin stays one: raises NotAllowed."""
        given: dict[str, Any] = {"active": active, "locale": locale, "timezone": timezone}
        given["name"] = None if name is None else clean_name(name)
        given["role"] = None if role is None else clean_role(role)
        given["team"] = None if team is None else clean_team(team)
        values = {key: value for key, value in given.items() if value is not None}

        def changed(user: User) -> User:
            after = replace(user, **values)
            self._keep_an_admin(user, after)
            return after

        after = await self._replace(user_id, changed, actor)
        self._bus.publish(UserChanged(user_id=user_id, signed_out=not after.active))
        self._bus.publish(ExtensionsChanged())
        return after

    async def set_password(self, user_id: str, password: str, actor: str = SYSTEM) -> None:
        """Set a new password; every session of the user ends."""
        self.of(user_id)
        hashed = await self._passwords.hash(check_password(password))
        async with self._turn:
            async with self._store.begin() as tx:
                await rows.set_password_hash(tx, user_id, hashed)
                await rows.end_sessions(tx, user_id)
                await audit.record(tx, actor, "set_password", "user", user_id, {})
            self._hashes[user_id] = hashed
        self._bus.publish(UserChanged(user_id=user_id, signed_out=True))

    async def sit(self, user_id: str, extensions: Collection[str], actor: str = SYSTEM) -> User:
        """The user sits at exactly these extensions from now on."""
        seats = clean_extensions(extensions)
        after = await self._replace(user_id, lambda user: replace(user, extensions=seats), actor)
        self._bus.publish(ExtensionsChanged())
        return after

    async def entitle(self, user_id: str, rights: Mapping[str, bool], actor: str = SYSTEM) -> User:
        """The user has, or has not, exactly these rights against the role; open panels see it at once."""
        cleaned = clean_rights(rights)
        after = await self._replace(user_id, lambda user: replace(user, rights=cleaned), actor)
        self._bus.publish(UserChanged(user_id=user_id))
        return after

    async def prefer(self, user_id: str, changes: Mapping[str, Any]) -> User:
        """Write the user's own preferences in `changes`; the others stay."""
        for key, value in changes.items():
            if key not in PREFERENCES or not isinstance(value, PREFERENCES[key]):
                raise BadInput("There is no such preference.", key)
        after = await self._replace(user_id, lambda user: replace(user, prefs=dict(user.prefs) | dict(changes)))
        self._bus.publish(UserChanged(user_id=user_id))
        return after

    async def choose_presence(self, user_id: str, presence: Presence) -> User:
        """Remember what the user chose; `screenpop.agents.presence` tells the others."""
        if presence not in CHOICES:
            raise BadInput("Presence is available, busy or away.", "presence")
        return await self._replace(user_id, lambda user: replace(user, presence=presence))

    # ------------------------------------------------------------ keeping up

    async def run(self) -> None:
        """Notice what another process wrote; for ever. A failing disk is tried again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except SQLAlchemyError as error:
                log.error("users could not be read", error=str(error))

    async def refresh(self) -> None:
        """Read everybody again if another process wrote users, and tell the bus of each who is another now."""
        if await mark_of(self._store, WRITTEN_OUTSIDE) == self._mark:
            return
        before, hashes = self._users, self._hashes
        await self.load()
        for user in self.all():
            new_password = self._hashes[user.id] != hashes.get(user.id)
            if new_password or user != before.get(user.id):
                self._bus.publish(UserChanged(user_id=user.id, signed_out=new_password or not user.active))
        self._bus.publish(ExtensionsChanged())

    # ------------------------------------------------------------ within

    async def _replace(self, user_id: str, change: Callable[[User], User], actor: str = SYSTEM) -> User:
        """Write what `change` makes of the user, one after the other: nobody writes over what another just wrote."""
        async with self._turn:
            before = self.of(user_id)
            after = change(before)
            async with self._store.begin() as tx:
                await rows.put(tx, before, after)
                if changes := _audited(before, after):
                    await audit.record(tx, actor, "update", "user", user_id, changes)
            self._users[user_id] = after
        return after

    async def _hash_of(self, user: User) -> str:
        """From the store: another process may just have set a new password."""
        async with self._store.read() as tx:
            return (await rows.password_hashes(tx, user.id)).get(user.id, "")

    async def _insert(self, user: User, hashed: str, actor: str) -> None:
        try:
            async with self._store.begin() as tx:
                await rows.add(tx, user, hashed, self._clock())
                await audit.record(
                    tx, actor, "create", "user", user.id, {"login": ("", user.login), "role": ("", str(user.role))}
                )
        except IntegrityError:
            raise Conflict("The login %(login)s is taken.", login=user.login) from None

    async def _renew_hash(self, user_id: str, old: str, new: str) -> None:
        """Keep the same password by today's costs, unless there is another password by now."""
        async with self._turn:
            if self._hashes[user_id] != old:
                return
            async with self._store.begin() as tx:
                await rows.set_password_hash(tx, user_id, new)
            self._hashes[user_id] = new

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


def _audited(before: User, after: User) -> Changes:
    """What changed of that which decides what a person may do and gets; tastes and presence are his own."""
    pairs: dict[str, tuple[object, object]] = {
        name: (_plain(getattr(before, name)), _plain(getattr(after, name))) for name in AUDITED
    }
    for each in sorted({*before.rights, *after.rights}):
        pairs[f"right_{each}"] = (before.rights.get(each), after.rights.get(each))
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: object) -> object:
    """As JSON has it."""
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Role) else value
