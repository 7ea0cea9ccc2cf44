"""The stories of calls in SQL. Every function works in the transaction it is given."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls.history import Entry, History
from screenpop.store.tables import call, call_event

CHUNK = 500


async def load(tx: AsyncConnection, ids: Collection[str]) -> dict[str, History]:
    """The stories of these calls as they were written; an empty one for a call that is new."""
    found: dict[str, History] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = {row.id: row for row in await tx.execute(_rows_of(part))}
        stories = await entries(tx, part)
        found |= {id_: _history(rows.get(id_), stories.get(id_, [])) for id_ in part}
    return found


async def entries(tx: AsyncConnection, ids: Collection[str]) -> dict[str, list[Entry]]:
    """What happened to these calls, in order; a call of which nothing is told is left out."""
    c = call_event.c
    query = sa.select(call_event).where(c.call_id.in_(ids)).order_by(c.call_id, c.seq)
    found: dict[str, list[Entry]] = {}
    for row in await tx.execute(query):
        entry = Entry(at=row.at.timestamp(), kind=row.kind, agent=row.agent, detail=row.detail)
        found.setdefault(row.call_id, []).append(entry)
    return found


async def save(tx: AsyncConnection, histories: Mapping[str, History]) -> None:
    """Write what these stories have more than the store."""
    anew = [id_ for id_, history in histories.items() if history.stored == 0]
    for start in range(0, len(anew), CHUNK):
        await delete(tx, anew[start : start + CHUNK])
    rows = [
        _row(id_, seq, history.entries[seq])
        for id_, history in histories.items()
        for seq in range(history.stored, len(history.entries))
    ]
    for start in range(0, len(rows), CHUNK):
        await tx.execute(sa.insert(call_event), rows[start : start + CHUNK])


async def delete(tx: AsyncConnection, ids: Collection[str]) -> None:
    """Forget the stories of these calls."""
    await tx.execute(sa.delete(call_event).where(call_event.c.call_id.in_(ids)))


def _rows_of(ids: Collection[str]) -> sa.Select[Any]:
    c = call.c
    return sa.select(c.id, c.direction, c.agent, c.answered_at, c.up_at).where(c.id.in_(ids))


def _history(row: sa.Row[Any] | None, told: list[Entry]) -> History:
    if row is None:
        return History(entries=told, stored=len(told))
    answered = row.answered_at.timestamp() if row.answered_at else None, row.agent if row.answered_at else ""
    return History(
        entries=told,
        direction=row.direction,
        answered_at=answered[0],
        answered_by=answered[1],
        earlier=answered if row.direction == "outgoing" else (None, ""),
        up_at=row.up_at.timestamp() if row.up_at else 0.0,
        stored=len(told),
    )


def _row(call_id: str, seq: int, entry: Entry) -> dict[str, Any]:
    at = datetime.fromtimestamp(entry.at, UTC)
    detail = dict(entry.detail)
    return {"call_id": call_id, "seq": seq, "at": at, "kind": entry.kind, "agent": entry.agent, "detail": detail}
