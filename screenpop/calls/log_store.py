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

from screenpop.calls.log_people import shared
from screenpop.ids import new_id
from screenpop.numbers import says_withheld
from screenpop.store.tables import call, call_alias, call_note, call_tag, customer, user

CHUNK = 500
_TOLD = (
    *("direction", "answered_at", "ended_at", "result", "cause", "swept", "up_at"),
    *("talk_seconds", "ring_seconds", "wait_seconds", "hold_seconds", "holds", "transfers"),
)
"""What the story of the call says, whatever the row said before."""
_SAME = (
    *("id", "direction", "number", "remote_raw", "remote_name", "line", "queue", "agent", "started_at"),
    *("answered_at", "ended_at", "talk_seconds", "result", "disposition"),
    *("cause", "swept", "ring_seconds", "wait_seconds", "hold_seconds", "holds", "transfers", "identified_at"),
    *("follow_up_at", "follow_up_user", "follow_up_done_at", "recorded", "score", "sentiment", "talk_share"),
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
    tags: tuple[str, ...] = ()
    cause: int = 0
    """The Q.850 code of the hang-up, 0 unknown."""
    swept: bool = False
    """The end was not seen, only that the call is gone."""
    ring_seconds: float = 0.0
    wait_seconds: float = 0.0
    hold_seconds: float = 0.0
    holds: int = 0
    transfers: int = 0
    identified_at: datetime | None = None
    follow_up_at: datetime | None = None
    follow_up_user: str = ""
    """A user's id; "" is anybody."""
    follow_up_done_at: datetime | None = None
    recorded: bool = False
    score: float | None = None
    sentiment: float | None = None
    talk_share: float | None = None
    several: bool = False
    """The number is that of several customers, and nobody has said which of them it was."""

    @property
    def shown_name(self) -> str:
        """What the PBX calls the other side; "" where that only repeats the number, or says that it is withheld."""
        repeats = self.remote_name in (self.remote_raw, self.number)
        return "" if repeats or says_withheld(self.remote_name) else self.remote_name


async def upsert(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write calls as they stand; what an earlier state knew and a later one does not is kept.

    `identified_at` is the moment of writing: it counts from when a customer is found.
    """
    known = [row if row["customer_id"] else {**row, "identified_at": None} for row in rows]
    await tx.execute(_upsert(tx.dialect.name), known)


@cache
def _upsert(dialect: str) -> sa.Insert:
    """The statement, made once: making it takes a millisecond of the loop's time, while phones ring."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(call)
    new = insert.excluded
    kept = {name: _known(new[name], call.c[name]) for name in ("line", "queue", "agent", "number", "to")}
    statement: sa.Insert = insert.on_conflict_do_update(
        index_elements=["id"],
        set_={
            **{name: new[name] for name in _TOLD},
            **kept,
            "remote_raw": _known(new.remote_raw, call.c.remote_raw),
            "remote_name": sa.case(
                (_is_another(new), new.remote_name), else_=_known(new.remote_name, call.c.remote_name)
            ),
            "started_at": sa.case((call.c.started_at < new.started_at, call.c.started_at), else_=new.started_at),
            "user_id": sa.func.coalesce(new.user_id, call.c.user_id),
            "customer_id": sa.case((call.c.chosen, call.c.customer_id), else_=new.customer_id),
            "identified_at": sa.case(
                (call.c.chosen, call.c.identified_at),
                (new.customer_id.is_(None), None),
                else_=sa.func.coalesce(call.c.identified_at, new.identified_at),
            ),
        },
    )
    return statement


def _is_another(new: sa.ColumnCollection[str, sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """The other side turned out to be another: click-to-dial begins as a call of the agent. Its name goes with it."""
    return sa.and_(new.remote_raw != "", new.remote_raw != call.c.remote_raw)


async def kept_as(tx: AsyncConnection, call_id: str) -> str:
    """The id under which a call is kept: its own, or that of the call it was merged into; "" for none."""
    own = sa.select(call.c.id).where(call.c.id == call_id)
    other = sa.select(call_alias.c.kept).where(call_alias.c.gone == call_id)
    return await tx.scalar(own) or await tx.scalar(other) or ""


async def open_ids(tx: AsyncConnection) -> list[str]:
    """The calls whose end was not seen."""
    return list((await tx.execute(sa.select(call.c.id).where(call.c.ended_at.is_(None)))).scalars())


async def still_up(tx: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
    """These calls are known to be up."""
    for start in range(0, len(ids), CHUNK):
        part = call.c.id.in_(ids[start : start + CHUNK])
        await tx.execute(sa.update(call).where(part, call.c.ended_at.is_(None)).values(up_at=now))


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
    ids = [row.id for row in rows]
    notes, tags = await _notes(tx, ids), await _tags(tx, ids)
    open_keys = {row.number for row in rows if row.number and row.customer_id is None and not row.chosen}
    several = await shared(tx, open_keys) if open_keys else set[str]()
    return [_logged(row, tuple(notes[row.id]), tuple(tags[row.id]), several) for row in rows]


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


async def _tags(tx: AsyncConnection, ids: Collection[str]) -> defaultdict[str, list[str]]:
    query = sa.select(call_tag).where(call_tag.c.call_id.in_(ids)).order_by(call_tag.c.tag)
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for row in await tx.execute(query):
        tags[row.call_id].append(row.tag)
    return tags


def _logged(
    row: sa.Row[Any], notes: tuple[CallNote, ...], tags: tuple[str, ...], several: Collection[str]
) -> LoggedCall:
    return LoggedCall(
        **{name: row._mapping[name] for name in _SAME},
        to=tuple(row._mapping["to"].split()),
        customer_id=row.customer_id or "",
        customer_name=row.name or row.company or "",
        several=row.customer_id is None and not row.chosen and row.number in several,
        agent_name=row.agent_name or "",
        notes=notes,
        tags=tags,
    )
