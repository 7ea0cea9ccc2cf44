"""What people do with a call besides talking: tags, and what is to be followed up.

`actor` is a user's id. Each change leaves an audit row, and publishes `CallNoted`.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.bus import Bus
from screenpop.calls import log_store, text
from screenpop.calls.dispositions import Dispositions
from screenpop.calls.log import CallLog
from screenpop.calls.log_store import LoggedCall
from screenpop.calls.search_sql import Whose
from screenpop.calls.search_store import own
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput
from screenpop.facts import CallNoted
from screenpop.store.engine import Store
from screenpop.store.tables import call, call_tag

MOST_TAGS = 20
LONGEST_TAG = 40
SUGGESTED = 50
KNOWN_TAGS = 5_000
COUNTED = 100
"""The count of follow-ups goes no further: a badge says 99+."""
LATE = timedelta(minutes=5)
"""A time that passed so shortly before is taken: somebody thought about it."""
FURTHEST = timedelta(days=3 * 366)

FollowUps = Literal["open", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A call that is to be followed up. `overdue`: its time has passed."""

    call: LoggedCall
    overdue: bool


class CallWork:
    """Raises NotFound for a call that is not there, BadInput for what cannot be taken."""

    def __init__(self, store: Store, bus: Bus, calls: CallLog) -> None:
        self._store, self._bus, self._calls = store, bus, calls
        self._tags: dict[str, str] = {}
        self.dispositions = Dispositions(store, bus)

    async def load(self) -> None:
        """Read what an admin has set, and which tags are in use; once, before anything is asked."""
        await self.dispositions.load()
        used = sa.select(call_tag.c.tag).group_by(call_tag.c.tag).order_by(sa.func.count(), call_tag.c.tag)
        async with self._store.read() as tx:
            for tag in (await tx.execute(used)).scalars():
                self._use(tag)

    # ------------------------------------------------------------ tags

    async def add_tag(self, call_id: str, tag: str, actor: str) -> None:
        """Put a tag on a call, in the spelling that is in use already."""
        cleaned = clean_tag(tag)
        spelled = self._tags.get(cleaned.casefold(), cleaned)
        async with self._writing(call_id) as (tx, call_id):
            there = await _tags_of(tx, call_id)
            if spelled in there:
                return
            if len(there) >= MOST_TAGS:
                raise BadInput("A call can have %(most)d tags at most.", "tag", most=MOST_TAGS)
            await tx.execute(sa.insert(call_tag).values(call_id=call_id, tag=spelled))
            await self._tagged(tx, call_id, actor, there, [*there, spelled])
        self._use(spelled)
        self._bus.publish(CallNoted(call_id=call_id))

    async def remove_tag(self, call_id: str, tag: str, actor: str) -> None:
        """Take a tag off a call; nothing where it has none such."""
        async with self._writing(call_id) as (tx, call_id):
            there = await _tags_of(tx, call_id)
            if tag not in there:
                return
            await tx.execute(sa.delete(call_tag).where(call_tag.c.call_id == call_id, call_tag.c.tag == tag))
            await self._tagged(tx, call_id, actor, there, [each for each in there if each != tag])
        self._bus.publish(CallNoted(call_id=call_id))

    def tags_in_use(self, limit: int = SUGGESTED) -> list[str]:
        """The tags that calls have, the last used first, then the most used."""
        return list(reversed(self._tags.values()))[:limit]

    def _use(self, tag: str) -> None:
        self._tags.pop(tag.casefold(), None)
        self._tags[tag.casefold()] = tag
        if len(self._tags) > KNOWN_TAGS:
            del self._tags[next(iter(self._tags))]

    async def _tagged(
        self, tx: AsyncConnection, call_id: str, actor: str, old: Collection[str], new: Collection[str]
    ) -> None:
        await audit.record(tx, actor, "update", "call", call_id, {"tags": (sorted(old), sorted(new))})
        await text.refresh(tx, call_id)

    # ------------------------------------------------------------ follow-ups

    async def follow_up(self, call_id: str, at: datetime, user_id: str, actor: str) -> None:
        """Somebody shall come back to this call at `at`: the user, or with "" whoever can."""
        now = datetime.now(UTC)
        if at < now - LATE:
            raise BadInput("This time has passed.", "at")
        if at > now + FURTHEST:
            raise BadInput("This is too far away.", "at")
        await self._write(call_id, actor, follow_up_at=at, follow_up_user=user_id, follow_up_done_at=None)

    async def drop_follow_up(self, call_id: str, actor: str) -> None:
        """Nobody needs to come back to this call."""
        await self._write(call_id, actor, follow_up_at=None, follow_up_user="", follow_up_done_at=None)

    async def finish_follow_up(self, call_id: str, actor: str, *, done: bool = True) -> None:
        """Somebody came back to this call; `done` False takes that back. BadInput where there is nothing to do."""
        logged = await self._calls.get(call_id)
        if logged.follow_up_at is None:
            raise BadInput("This call is not to be followed up.")
        if (logged.follow_up_done_at is not None) != done:
            await self._write(logged.id, actor, follow_up_done_at=datetime.now(UTC) if done else None)

    async def follow_ups(
        self, whose: Whose, *, which: FollowUps = "open", limit: int = 50, offset: int = 0
    ) -> list[FollowUp]:
        """What is to be followed up, the most urgent first; what is done, the latest first."""
        c, now = call.c, datetime.now(UTC)
        done = c.follow_up_done_at.is_not(None) if which == "done" else c.follow_up_done_at.is_(None)
        order = c.follow_up_done_at.desc() if which == "done" else c.follow_up_at
        ids = sa.select(c.id).where(c.follow_up_at.is_not(None), done, *own(whose)).order_by(order, c.id)
        async with self._store.read() as tx:
            found = list((await tx.execute(ids.limit(limit).offset(offset))).scalars())
            rows = await log_store.select(tx, c.id.in_(found), limit=limit, offset=0)
        rows.sort(key=lambda row: found.index(row.id))
        return [FollowUp(call=row, overdue=bool(row.follow_up_at and row.follow_up_at <= now)) for row in rows]

    async def due_count(self, whose: Whose) -> int:
        """How many follow-ups are due now; COUNTED stands for that many or more."""
        c, now = call.c, datetime.now(UTC)
        due = sa.select(c.id).where(c.follow_up_at <= now, c.follow_up_done_at.is_(None), *own(whose))
        async with self._store.read() as tx:
            return len((await tx.execute(due.limit(COUNTED))).all())

    # ------------------------------------------------------------ within

    @asynccontextmanager
    async def _writing(self, call_id: str) -> AsyncIterator[tuple[AsyncConnection, str]]:
        """A transaction, and the id under which the call, whose row is written, is kept in it."""
        await self._calls.flush()
        async with self._store.begin() as tx:
            yield tx, await self._calls.existing(tx, call_id)

    async def _write(self, call_id: str, actor: str, **values: object) -> None:
        async with self._writing(call_id) as (tx, call_id):
            old = (await tx.execute(sa.select(call).where(call.c.id == call_id))).one()
            before = {name: old._mapping[name] for name in values}
            if before == values:
                return
            await log_store.set_columns(tx, call_id, **values)
            changes = {name: (_shown(before[name]), _shown(values[name])) for name in values}
            await audit.record(tx, actor, "update", "call", call_id, changes)
        self._bus.publish(CallNoted(call_id=call_id))


def clean_tag(tag: str) -> str:
    """A tag as it is kept. Raises BadInput."""
    cleaned = clean_line(tag).strip("#, ")
    if not cleaned:
        raise BadInput("Write a tag.", "tag")
    if len(cleaned) > LONGEST_TAG:
        raise BadInput("A tag has at most %(most)d characters.", "tag", most=LONGEST_TAG)
    return cleaned


async def _tags_of(tx: AsyncConnection, call_id: str) -> list[str]:
    return list((await tx.execute(sa.select(call_tag.c.tag).where(call_tag.c.call_id == call_id))).scalars())


def _shown(value: object) -> object:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value or ""
