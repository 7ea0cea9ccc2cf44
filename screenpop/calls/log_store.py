"""The call log in SQL. Every function works in the transaction it is given."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import missed_store
from screenpop.ids import new_id
from screenpop.numbers import says_withheld
from screenpop.store.tables import call, call_note, customer, customer_number, user, user_extension

CHUNK = 500
_SAME = (
    *("id", "direction", "number", "remote_raw", "remote_name", "line", "queue", "agent", "started_at"),
    *("answered_at", "ended_at", "talk_seconds", "result", "disposition"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNote:
    """What one person wrote about a call. `author` is a user's id, `author_name` the name to show."""

    author: str
    author_name: str
    text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """A row of the call log. `number` is the key of the customer's side; `agent` an extension; `to` who was called."""

    id: str
    direction: str
    number: str
    remote_raw: str
    remote_name: str
    customer_id: str
    customer_name: str
    to: tuple[str, ...]
    line: str
    queue: str
    agent: str
    agent_name: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: float
    result: str
    disposition: str
    notes: tuple[CallNote, ...]
    several: bool = False
    """The number is that of several customers, and nobody has said which of them it was."""

    @property
    def shown_name(self) -> str:
        """What the PBX calls the other side; "" where that only repeats the number, or says that it is withheld."""
        repeats = self.remote_name in (self.remote_raw, self.number)
        return "" if repeats or says_withheld(self.remote_name) else self.remote_name


async def upsert(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write calls as they stand; what an earlier state knew and a later one does not is kept."""
    await tx.execute(_upsert(tx.dialect.name), rows)


@cache
def _upsert(dialect: str) -> sa.Insert:
    """The statement, made once: making it takes a millisecond of the loop's time, while phones ring."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(call)
    new = insert.excluded
    kept = {name: _known(new[name], call.c[name]) for name in ("line", "queue", "agent", "number", "to")}
    statement: sa.Insert = insert.on_conflict_do_update(
        index_elements=["id"],
        set_={
            **{name: new[name] for name in ("direction", "ended_at", "cause", "talk_seconds", "swept")},
            **kept,
            "result": sa.case((sa.and_(_answered_before(new), new.result != ""), "answered"), else_=new.result),
            "remote_raw": _known(new.remote_raw, call.c.remote_raw),
            "remote_name": sa.case(
                (_is_another(new), new.remote_name), else_=_known(new.remote_name, call.c.remote_name)
            ),
            "started_at": sa.case((call.c.started_at < new.started_at, call.c.started_at), else_=new.started_at),
            "answered_at": sa.func.coalesce(call.c.answered_at, new.answered_at),
            "user_id": sa.func.coalesce(new.user_id, call.c.user_id),
            "customer_id": sa.case((call.c.chosen, call.c.customer_id), else_=new.customer_id),
        },
    )
    return statement


def _answered_before(new: sa.ColumnCollection[str, sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """An earlier run saw the answer; an outgoing one may be taken back: it was the agent's own phone."""
    return sa.and_(call.c.answered_at.is_not(None), new.direction == "incoming")


def _is_another(new: sa.ColumnCollection[str, sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """The other side turned out to be another: click-to-dial begins as a call of the agent. Its name goes with it."""
    return sa.and_(new.remote_raw != "", new.remote_raw != call.c.remote_raw)


async def users_at(tx: AsyncConnection, extensions: Collection[str]) -> dict[str, str]:
    """Extension -> the user who sits there; the first, where several do."""
    c = user_extension.c
    query = sa.select(c.extension, sa.func.min(c.user_id)).where(c.extension.in_(extensions)).group_by(c.extension)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def owners(tx: AsyncConnection, keys: Collection[str]) -> dict[str, str]:
    """Key -> customer, for the keys that belong to exactly one."""
    c = customer_number.c
    query = (
        sa.select(c.key, sa.func.min(c.customer_id)).where(c.key.in_(keys)).group_by(c.key).having(sa.func.count() == 1)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def shared(tx: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Those of the keys that belong to more than one customer."""
    c = customer_number.c
    query = sa.select(c.key).where(c.key.in_(keys)).group_by(c.key).having(sa.func.count() > 1)
    return set((await tx.execute(query)).scalars())


async def fill_in(tx: AsyncConnection, keys: Sequence[str]) -> None:
    """Give older calls from these numbers their customer (CALL+11), where the number belongs to exactly one."""
    for start in range(0, len(keys), CHUNK):
        for key, customer_id in (await owners(tx, keys[start : start + CHUNK])).items():
            nobodys = sa.and_(call.c.number == key, call.c.customer_id.is_(None), ~call.c.chosen)
            await tx.execute(sa.update(call).where(nobodys).values(customer_id=customer_id))


async def merge(tx: AsyncConnection, kept: str, gone: str) -> None:
    """Make one row of two (CALL+08): what people wrote on the one that goes is moved to the other."""
    row = (await tx.execute(sa.select(call).where(call.c.id == gone))).first()
    if row is not None and row.chosen:
        values = {"customer_id": row.customer_id, "chosen": True}
        await tx.execute(sa.update(call).where(call.c.id == kept, ~call.c.chosen).values(values))
    if row is not None and row.disposition:
        bare = sa.and_(call.c.id == kept, call.c.disposition == "")
        await tx.execute(sa.update(call).where(bare).values(disposition=row.disposition))
    await _move_notes(tx, kept, gone)
    await missed_store.merge(tx, kept, gone)
    await tx.execute(sa.delete(call).where(call.c.id == gone))


async def _move_notes(tx: AsyncConnection, kept: str, gone: str) -> None:
    """One note of each author is left: who wrote on both calls finds both texts in it."""
    c = call_note.c
    texts = {row.author: row for row in await tx.execute(sa.select(call_note).where(c.call_id == kept))}
    for row in (await tx.execute(sa.select(call_note).where(c.call_id == gone))).all():
        own = texts.get(row.author)
        if own is None:
            await tx.execute(sa.update(call_note).where(c.id == row.id).values(call_id=kept))
        else:
            await tx.execute(sa.update(call_note).where(c.id == own.id).values(text=f"{own.text}\n\n{row.text}"))
            await tx.execute(sa.delete(call_note).where(c.id == row.id))


async def close_others(tx: AsyncConnection, alive: Collection[str], now: datetime) -> list[str]:
    """End the rows of calls that are not up any more; returns their ids."""
    open_ids = (await tx.execute(sa.select(call.c.id).where(call.c.ended_at.is_(None)))).scalars()
    vanished = [id_ for id_ in open_ids if id_ not in alive]
    result = sa.case(
        (call.c.answered_at.is_not(None), "answered"), (call.c.direction == "incoming", "missed"), else_="no_answer"
    )
    values = {"ended_at": now, "result": result, "swept": True}
    for start in range(0, len(vanished), CHUNK):
        part = vanished[start : start + CHUNK]
        await tx.execute(sa.update(call).where(call.c.id.in_(part)).values(values))
        await missed_store.mark(tx, part, now)
    return vanished


async def set_columns(tx: AsyncConnection, call_id: str, **values: object) -> bool:
    """Write into one row; is there one?"""
    return (await tx.execute(sa.update(call).where(call.c.id == call_id).values(**values))).rowcount > 0


async def put_note(tx: AsyncConnection, call_id: str, author: str, text: str, now: datetime) -> str:
    """Write, change or ("") take away the author's note; returns what it was."""
    this = sa.and_(call_note.c.call_id == call_id, call_note.c.author == author)
    old = (await tx.execute(sa.select(call_note).where(this).limit(1))).first()
    if not text:
        await tx.execute(sa.delete(call_note).where(this))
    elif old:
        await tx.execute(sa.update(call_note).where(call_note.c.id == old.id).values(text=text, updated_at=now))
    else:
        values = {"id": new_id(), "call_id": call_id, "author": author, "text": text}
        await tx.execute(sa.insert(call_note).values(**values, created_at=now, updated_at=now))
    return old.text if old else ""


async def select(tx: AsyncConnection, *conditions: sa.ColumnElement[bool], limit: int, offset: int) -> list[LoggedCall]:
    """Calls with names and notes, the latest first."""
    query = (
        sa.select(call, customer.c.name.label("name"), customer.c.company, user.c.name.label("agent_name"))
        .outerjoin(customer, call.c.customer_id == customer.c.id)
        .outerjoin(user, call.c.user_id == user.c.id)
        .where(*conditions)
        .order_by(call.c.started_at.desc(), call.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = (await tx.execute(query)).all()
    notes = await _notes(tx, [row.id for row in rows])
    open_keys = {row.number for row in rows if row.number and row.customer_id is None and not row.chosen}
    several = await shared(tx, open_keys) if open_keys else set[str]()
    return [_logged(row, tuple(notes[row.id]), several) for row in rows]


def _known(new: sa.ColumnElement[str], old: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.case((new == "", old), else_=new)


async def _notes(tx: AsyncConnection, ids: Collection[str]) -> defaultdict[str, list[CallNote]]:
    query = (
        sa.select(call_note, user.c.name.label("author_name"))
        .outerjoin(user, call_note.c.author == user.c.id)
        .where(call_note.c.call_id.in_(ids))
        .order_by(call_note.c.created_at, call_note.c.id)
    )
    notes: defaultdict[str, list[CallNote]] = defaultdict(list)
    for row in await tx.execute(query):
        name = row.author_name or row.author
        note = CallNote(author=row.author, author_name=name, text=row.text, updated_at=row.updated_at)
        notes[row.call_id].append(note)
    return notes


def _logged(row: sa.Row[Any], notes: tuple[CallNote, ...], several: Collection[str]) -> LoggedCall:
    return LoggedCall(
        **{name: row._mapping[name] for name in _SAME},
        to=tuple(row._mapping["to"].split()),
        customer_id=row.customer_id or "",
        customer_name=row.name or row.company or "",
        several=row.customer_id is None and not row.chosen and row.number in several,
        agent_name=row.agent_name or "",
        notes=notes,
    )
