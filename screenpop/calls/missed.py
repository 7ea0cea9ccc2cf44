"""Missed calls as a to-do list: who tried to reach us in vain, and has not been called back (CALL+06).

A call is missed once, however many phones rang. It stands on the list of everybody whom it concerns, and leaves it for
all of them when one of them has seen to it, or when somebody has talked since with the same number, or with the same
customer by another number. Whose number was withheld can only be seen to.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.calls import log_store, missed_store
from screenpop.calls.log_store import LoggedCall
from screenpop.calls.queue_members import QueueMembers
from screenpop.errors import NotFound
from screenpop.facts import Direction, ExtensionsChanged, MissedCallsChanged, MissedCallsCounted
from screenpop.store.engine import Store
from screenpop.store.tables import call

MOST = 100
"""The count goes no further: a badge says 99+."""
GATHER_SECONDS = 0.2
"""Changes that come together are counted once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """The first talk with the caller since. `way`: outgoing, he was called; incoming, he called again."""

    at: datetime
    way: Direction
    agent: str
    agent_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A missed call and what became of it. `seen_by` is a name."""

    call: LoggedCall
    seen_at: datetime | None
    seen_by: str
    back: CallBack | None

    @property
    def waited(self) -> float:
        """For how long the caller heard it ring, or waited, in seconds."""
        return (self.call.ended_at - self.call.started_at).total_seconds() if self.call.ended_at else 0.0

    @property
    def is_open(self) -> bool:
        """Somebody should still call back."""
        return self.seen_at is None and self.back is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One page of the list. `until` goes with "mark all as seen": what comes after it was not shown."""

    calls: tuple[MissedCall, ...]
    more: bool
    until: datetime | None


class Missed:
    """The list as each user may see it; `run` tells everybody how many there are. Raises NotFound for a call that is
    not missed, or none of the user's business."""

    def __init__(self, store: Store, bus: Bus, users: Users, members: QueueMembers) -> None:
        self._store, self._bus, self._users, self._members = store, bus, users, members
        self._told: dict[str, list[str]] = {}
        self._woken = asyncio.Event()
        for fact in (MissedCallsChanged, ExtensionsChanged):
            bus.subscribe(fact, lambda _: self._woken.set())

    # ------------------------------------------------------------ reading

    async def page(self, user: User, *, everything: bool = False, limit: int = 50, offset: int = 0) -> Shown:
        """The user's missed calls, the newest first: the open ones, or with `everything` all of them."""
        scope = self._scope(user)
        listed = call.c.missed_at.is_not(None) if everything else missed_store.is_open()
        async with self._store.read() as tx:
            rows = await log_store.select(tx, listed, scope, limit=limit + 1, offset=offset)
            until = await missed_store.last_listed(tx, scope)
            found = await _detailed(tx, rows[:limit])
        return Shown(calls=found, more=len(rows) > limit, until=until)

    async def get(self, user: User, call_id: str) -> MissedCall:
        """One of the user's missed calls."""
        async with self._store.read() as tx:
            this = sa.and_(call.c.id == await log_store.kept_as(tx, call_id), call.c.missed_at.is_not(None))
            found = await _detailed(tx, await log_store.select(tx, this, self._scope(user), limit=1, offset=0))
        if not found:
            raise NotFound("There is no such call.")
        return found[0]

    async def open_count(self, user: User) -> int:
        """How many of the user's missed calls are open; MOST stands for that many or more."""
        async with self._store.read() as tx:
            return len(await missed_store.open_ids(tx, self._scope(user), MOST))

    # ------------------------------------------------------------ seeing to them

    async def see(self, user: User, call_id: str) -> None:
        """Take a call off the list; who saw it first stays who saw it."""
        kept = (await self.get(user, call_id)).call.id
        this = (call.c.id == kept, call.c.seen_at.is_(None))
        await self._write(user, *this, seen_at=datetime.now(UTC), seen_by=user.id)

    async def unsee(self, user: User, call_id: str) -> None:
        """Put a call back on the list."""
        kept = (await self.get(user, call_id)).call.id
        await self._write(user, call.c.id == kept, seen_at=None, seen_by="")

    async def see_all(self, user: User, until: datetime) -> int:
        """Take all of the user's open calls off the list that were on it at the moment `until`; how many?"""
        wanted = (missed_store.is_open(), call.c.missed_at <= until)
        return await self._write(user, *wanted, seen_at=datetime.now(UTC), seen_by=user.id)

    async def unsee_all(self, user: User, since: datetime, until: datetime) -> int:
        """Undo `see_all`: what this user took off the list at or after `since`, up to `until`; how many?"""
        own = (call.c.seen_by == user.id, call.c.seen_at >= since, call.c.missed_at <= until)
        return await self._write(user, *own, seen_at=None, seen_by="")

    async def _write(self, user: User, *conditions: sa.ColumnElement[bool], **values: object) -> int:
        async with self._store.begin() as tx:
            count = await missed_store.write(tx, self._scope(user), *conditions, **values)
        if count:
            self._bus.publish(MissedCallsChanged())
        return count

    # ------------------------------------------------------------ telling

    async def run(self) -> None:
        """Publish each user's count when what it counts has changed; for ever."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._woken.clear()
            try:
                await self.tell()
            except sa.exc.SQLAlchemyError:
                log.exception("missed calls could not be counted")

    async def tell(self) -> None:
        """Publish the counts that have changed, now."""
        active = [user for user in self._users.all() if user.active]
        async with self._store.read() as tx:
            now = {user.id: await missed_store.open_ids(tx, self._scope(user), MOST) for user in active}
        before, self._told = self._told, now
        for user_id, ids in now.items():
            if ids != before.get(user_id):
                self._bus.publish(MissedCallsCounted(user_id=user_id, open=len(ids)))

    def _scope(self, user: User) -> sa.ColumnElement[bool]:
        """What the user may see: everybody's, or what rang at his extensions or waited in their queues."""
        if user.may(Permission.SEE_ALL_CALLS):
            return sa.true()
        return missed_store.reached(user.extensions, self._members.of(user.extensions))


async def _detailed(tx: Any, rows: Sequence[LoggedCall]) -> tuple[MissedCall, ...]:
    more = await missed_store.details(tx, [row.id for row in rows])
    return tuple(_missed(row, more[row.id]) for row in rows)


def _missed(row: LoggedCall, more: sa.Row[Any]) -> MissedCall:
    back = None
    if more.back_at is not None:
        name = more.back_name or ""
        back = CallBack(at=more.back_at, way=more.back_way, agent=more.back_agent, agent_name=name)
    return MissedCall(call=row, seen_at=more.seen_at, seen_by=more.seer or "", back=back)
