"""Recordings in SQL. Every function works in the transaction it is given."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import text
from screenpop.recordings.model import Recording
from screenpop.store.tables import analysis, call, recording, tracker_hit, transcript

_PLAIN = (
    *(
        "id",
        "call_id",
        "state",
        "name",
        "agent",
        "started_at",
        "ended_at",
        "key",
        "format",
        "size",
        "sha256",
        "seconds",
    ),
    *("problem", "held", "held_by", "held_why", "stored_at", "deleted_at", "deleted_by", "deleted_why"),
)
WORDS = ("transcript", "trackers", "topics", "summary")
"""The parts of a report that repeat what was said."""


async def select(
    tx: AsyncConnection, *conditions: sa.ColumnElement[bool], limit: int = 1000, latest: bool = False
) -> list[Recording]:
    """Recordings, the oldest first (or with `latest` the newest), without their outlines."""
    order = recording.c.started_at.desc() if latest else recording.c.started_at
    columns = [recording.c[name] for name in (*_PLAIN, "gaps")]
    rows = await tx.execute(sa.select(*columns).where(*conditions).order_by(order, recording.c.id).limit(limit))
    return [_recording(row) for row in rows]


async def one(tx: AsyncConnection, recording_id: str) -> Recording | None:
    """The recording with this id."""
    found = await select(tx, recording.c.id == recording_id, limit=1)
    return found[0] if found else None


async def begin(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Write a recording that has begun; False where its name is known already."""
    insert = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(recording)
    done = await tx.execute(insert.values(row).on_conflict_do_nothing(index_elements=["name"]))
    return done.rowcount > 0


async def write(tx: AsyncConnection, recording_id: str, **values: object) -> bool:
    """Set columns of a recording; False where there is none."""
    done = await tx.execute(sa.update(recording).where(recording.c.id == recording_id).values(values))
    return done.rowcount > 0


async def advance(tx: AsyncConnection, recording_id: str, before: Collection[str], **values: object) -> bool:
    """Set columns of a recording whose state is one of `before`; False where it was in another one."""
    this = sa.update(recording).where(recording.c.id == recording_id, recording.c.state.in_(before))
    return (await tx.execute(this.values(values))).rowcount > 0


async def drop(tx: AsyncConnection, recording_id: str) -> bool:
    """Forget a recording that never held anything; was there one?"""
    return (await tx.execute(sa.delete(recording).where(recording.c.id == recording_id))).rowcount > 0


async def keep(tx: AsyncConnection, done: Recording, asked_at: datetime, **values: object) -> bool:
    """The recording is in the archive: its row says so, and its analysis is ordered. False where it was before."""
    before = ("recording", "waiting", "failed", "missing")
    if not await advance(tx, done.id, before, state="stored", stored_at=asked_at, **values):
        return False
    await tx.execute(sa.update(call).where(call.c.id == done.call_id).values(recorded=True))
    order = (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(analysis)
    row = {"recording_id": done.id, "call_id": done.call_id, "state": "waiting", "asked_at": asked_at}
    await tx.execute(order.values(row).on_conflict_do_nothing(index_elements=["recording_id"]))
    return True


async def bury(tx: AsyncConnection, gone: Recording, at: datetime, by: str, why: str) -> bool:
    """Leave only the tombstone: no outline, no transcript; the key until the file is gone. The figures of its analysis
    stay."""
    values = {"state": "deleted", "peaks": None, "deleted_at": at, "deleted_by": by, "deleted_why": why}
    before = ("stored", "failed", "missing", "waiting")
    this = sa.update(recording).where(recording.c.id == gone.id, recording.c.state.in_(before), ~recording.c.held)
    if not (await tx.execute(this.values(values))).rowcount:
        return False
    await tx.execute(sa.delete(transcript).where(transcript.c.recording_id == gone.id))
    await tx.execute(sa.delete(tracker_hit).where(tracker_hit.c.recording_id == gone.id))
    await _forget_words(tx, gone.id)
    await text.refresh(tx, gone.call_id)
    others = sa.exists().where(recording.c.call_id == gone.call_id, recording.c.state == "stored")
    await tx.execute(sa.update(call).where(call.c.id == gone.call_id).values(recorded=others))
    return True


async def _forget_words(tx: AsyncConnection, recording_id: str) -> None:
    """Of an analysis only figures stay; one that is not done is not made any more."""
    this = analysis.c.recording_id == recording_id
    await tx.execute(sa.delete(analysis).where(this, analysis.c.state != "done"))
    report = await tx.scalar(sa.select(analysis.c.report).where(this))
    if isinstance(report, dict):
        figures = {name: value for name, value in report.items() if name not in WORDS}
        await tx.execute(sa.update(analysis).where(this).values(report=figures))


async def move(tx: AsyncConnection, kept: str, gone: str) -> None:
    """The call `gone` turned out to be part of the call `kept`."""
    for table in (recording, analysis, transcript, tracker_hit):
        await tx.execute(sa.update(table).where(table.c.call_id == gone).values(call_id=kept))
    stored = sa.exists().where(recording.c.call_id == kept, recording.c.state == "stored")
    await tx.execute(sa.update(call).where(call.c.id == kept).values(recorded=stored))


async def names(tx: AsyncConnection, among: Sequence[str]) -> set[str]:
    """Which of these names have a row."""
    return set(await tx.scalars(sa.select(recording.c.name).where(recording.c.name.in_(among))))


async def file_number(tx: AsyncConnection, this: Recording) -> int:
    """The how-manieth recording of its call it is, from 1: what tells their files apart."""
    earlier = sa.or_(
        recording.c.started_at < this.started_at,
        sa.and_(recording.c.started_at == this.started_at, recording.c.id < this.id),
    )
    count = sa.select(sa.func.count()).where(recording.c.call_id == this.call_id, earlier)
    return 1 + (await tx.scalar(count) or 0)


def _recording(row: sa.Row[Any]) -> Recording:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Recording(**values, gaps=tuple((float(start), float(end)) for start, end in row.gaps or ()))
