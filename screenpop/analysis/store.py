"""Analyses in SQL: orders, who works on them, and what came of it. Every function works in the transaction it is given.

The row is the order. It goes waiting -> running -> done; what a worker did not finish is waiting again when its beats
stop, and failed when that happened for the third time. Only the worker that holds a row can finish it, so nothing is
written twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.analysis.model import SIDES, Report
from screenpop.calls import text
from screenpop.errors import RingdeskError
from screenpop.ids import new_id
from screenpop.problems import kept
from screenpop.store.tables import analysis, call, recording, tracker_hit, transcript, word_tracker

Part = Literal["all", "words"]
LEASE = timedelta(seconds=60)
"""A worker that has not beaten for so long is dead."""
MOST_TRIES = 3
GAVE_UP = kept(RingdeskError("It was tried three times, and the worker ended each time."))

a = analysis.c


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An analysis to be made, of a recording that is in the archive."""

    recording_id: str
    call_id: str
    part: Part
    tries: int


# ---------------------------------------------------------------- working on it


async def claim(tx: AsyncConnection, recording_id: str, worker: str, now: datetime) -> Order | None:
    """Take the order; None where there is none, somebody else works on it, or the recording is not in the archive."""
    stored = sa.exists().where(recording.c.id == a.recording_id, recording.c.state == "stored")
    taken = {"state": "running", "worker": worker, "started_at": now, "beat_at": now, "progress": 0.0, "problem": ""}
    order = (
        sa.update(analysis)
        .where(a.recording_id == recording_id, _open(now), a.tries < MOST_TRIES, stored)
        .values(taken | {"tries": a.tries + 1})
        .returning(a.recording_id, a.call_id, a.part, a.tries)
    )
    row = (await tx.execute(order)).one_or_none()
    return Order(**row._mapping) if row else None


async def beat(tx: AsyncConnection, recording_id: str, worker: str, progress: float, now: datetime) -> bool:
    """Say that the work goes on; False where it was taken away from this worker."""
    return await _write(tx, recording_id, worker, progress=progress, beat_at=now)


async def fail(tx: AsyncConnection, recording_id: str, worker: str, problem: str, now: datetime) -> bool:
    """It cannot be made, and trying again would not help."""
    return await _write(tx, recording_id, worker, state="failed", problem=problem, finished_at=now)


async def release(tx: AsyncConnection, workers: str, *, counts: bool) -> int:
    """Workers whose names begin so are gone: what they worked on waits again; how many? Without `counts` it was not
    the order's fault."""
    held = sa.update(analysis).where(a.state == "running", a.worker.startswith(workers, autoescape=True))
    tries = a.tries if counts else sa.case((a.tries > 0, a.tries - 1), else_=0)
    return (await tx.execute(held.values(state="waiting", worker="", tries=tries))).rowcount


async def give_up(tx: AsyncConnection, now: datetime) -> list[tuple[str, str]]:
    """Call those failed that no worker survived; (recording, call) of each."""
    lost = sa.update(analysis).where(_open(now), a.tries >= MOST_TRIES)
    values = {"state": "failed", "problem": GAVE_UP, "finished_at": now}
    rows = await tx.execute(lost.values(values).returning(a.recording_id, a.call_id))
    return [(row[0], row[1]) for row in rows]


async def open_orders(tx: AsyncConnection, now: datetime, limit: int) -> list[str]:
    """The recordings whose analyses wait, or lost their worker; the one asked for first is first."""
    stored = sa.exists().where(recording.c.id == a.recording_id, recording.c.state == "stored")
    query = sa.select(a.recording_id).where(_open(now), a.tries < MOST_TRIES, stored).order_by(a.asked_at).limit(limit)
    return list(await tx.scalars(query))


def _open(now: datetime) -> sa.ColumnElement[bool]:
    # A beat far ahead is one from before the clock was set back: waiting for it could take hours.
    silent = sa.or_(a.beat_at < now - LEASE, a.beat_at > now + LEASE)
    dead = sa.and_(a.state == "running", silent)
    return sa.or_(a.state == "waiting", dead)


async def _write(tx: AsyncConnection, recording_id: str, worker: str, **values: object) -> bool:
    own = sa.update(analysis).where(a.recording_id == recording_id, a.state == "running", a.worker == worker)
    return (await tx.execute(own.values(values))).rowcount > 0


# ---------------------------------------------------------------- what came of it


async def finish(  # the parts of the row, named at the call
    tx: AsyncConnection, order: Order, worker: str, report: Report, now: datetime, problem: str = ""
) -> bool:
    """The analysis is done; False (and nothing is written) where the order was taken away from this worker.

    With a `problem` the report is kept, and yet it failed: what was wanted besides could not be had.
    """
    state = "failed" if problem else "done"
    done = {"state": state, "progress": 1.0, "finished_at": now, "problem": problem, "part": "all"}
    if not await _write(tx, order.recording_id, worker, **done):
        return False
    await save(tx, order.recording_id, order.call_id, report, now)
    return True


async def save(tx: AsyncConnection, recording_id: str, call_id: str, report: Report, now: datetime) -> None:
    """Write a report in the place of an earlier one: figures, transcript, what was heard, and the call's own columns.

    The order's row must be there.
    """
    figures = msgspec.to_builtins(msgspec.structs.replace(report, transcript=()))
    del figures["transcript"]
    values = {"report": figures, **_added_up(report)}
    await tx.execute(sa.update(analysis).where(a.recording_id == recording_id).values(values))
    await _write_transcript(tx, recording_id, call_id, report, now)
    await _write_hits(tx, recording_id, call_id, report)
    await _write_call(tx, recording_id, call_id, report)
    await text.refresh(tx, call_id)


def _added_up(report: Report) -> dict[str, object]:
    """What reports add up over calls: the agent's longest monologue and interruptions, and the silence."""
    agent = next((each for each in report.speakers if each.side == "agent"), None)
    if agent is None or agent.talk_share is None:
        return {"longest_s": None, "interruptions": None, "silence_share": None}
    return {
        "longest_s": agent.longest_s,
        "interruptions": agent.interruptions,
        "silence_share": report.silence_share,
    }


async def is_reported(tx: AsyncConnection, recording_id: str) -> bool:
    """Is there a report already?"""
    return bool(await tx.scalar(sa.select(a.report.is_not(None)).where(a.recording_id == recording_id)))


async def load(tx: AsyncConnection, recording_id: str) -> Report | None:
    """The report of a recording with its transcript; None where there is none (yet)."""
    figures = await tx.scalar(sa.select(a.report).where(a.recording_id == recording_id))
    if figures is None:
        return None
    said = await tx.scalar(sa.select(transcript.c.segments).where(transcript.c.recording_id == recording_id))
    return msgspec.convert({**figures, "transcript": said or ()}, Report)


async def _write_transcript(
    tx: AsyncConnection, recording_id: str, call_id: str, report: Report, now: datetime
) -> None:
    await tx.execute(sa.delete(transcript).where(transcript.c.recording_id == recording_id))
    if not report.engine:
        return
    row = {
        "recording_id": recording_id,
        "call_id": call_id,
        "language": report.language,
        "engine": f"{report.engine} {report.model}".strip(),
        "segments": msgspec.to_builtins(report.transcript),
        "created_at": now,
    }
    await tx.execute(sa.insert(transcript).values(row))


async def _write_hits(tx: AsyncConnection, recording_id: str, call_id: str, report: Report) -> None:
    await tx.execute(sa.delete(tracker_hit).where(tracker_hit.c.recording_id == recording_id))
    known = set(await tx.scalars(sa.select(word_tracker.c.id)))
    rows = [
        {
            "id": new_id(),
            "tracker_id": hit.tracker_id,
            "call_id": call_id,
            "recording_id": recording_id,
            "side": hit.side,
            "at_second": hit.start,
            "end_second": hit.end,
            "text": hit.text,
        }
        for hit in report.trackers
        if hit.tracker_id in known
    ]
    if rows:
        await tx.execute(sa.insert(tracker_hit), rows)


async def _write_call(tx: AsyncConnection, recording_id: str, call_id: str, report: Report) -> None:
    """Of several recorded stretches, the longest is the conversation."""
    longer = sa.select(recording.c.id).where(
        recording.c.call_id == call_id,
        recording.c.id != recording_id,
        recording.c.state == "stored",
        recording.c.seconds > report.duration + 0.1,
    )
    if await tx.scalar(longer.limit(1)) is not None:
        return
    shares = {speaker.side: speaker.talk_share for speaker in report.speakers}
    values = {"talk_share": shares.get(SIDES[0]), "sentiment": report.sentiment.overall if report.sentiment else None}
    await tx.execute(sa.update(call).where(call.c.id == call_id).values(values))


# ---------------------------------------------------------------- asking for it


async def order(tx: AsyncConnection, ids: Collection[str], part: Part, now: datetime) -> list[tuple[str, str]]:
    """Ask for these recordings' analyses (again), where they are in the archive; (recording, call) of each.

    What is being made now is made anew: the worker that has it cannot finish it any more.
    """
    stored = (recording.c.id.in_(ids), recording.c.state == "stored")
    have = set(await tx.scalars(sa.select(a.recording_id).where(a.recording_id.in_(ids))))
    rows = (await tx.execute(sa.select(recording.c.id, recording.c.call_id).where(*stored))).all()
    values = {
        "state": "waiting",
        "part": part,
        "tries": 0,
        "asked_at": now,
        "problem": "",
        "worker": "",
        "progress": 0.0,
    }
    for row in rows:
        if row.id in have:
            await tx.execute(sa.update(analysis).where(a.recording_id == row.id).values(values))
        else:
            await tx.execute(sa.insert(analysis).values(values | {"recording_id": row.id, "call_id": row.call_id}))
    return [(row.id, row.call_id) for row in rows]


async def recordings_of(
    tx: AsyncConnection, since: datetime, until: datetime, *, with_words: bool, failed: bool, limit: int
) -> list[str]:
    """The recordings of a period (until: not included) that are in the archive, the newest first. `with_words`: only
    those with a transcript; `failed`: only those whose analysis failed."""
    query = sa.select(recording.c.id).where(
        recording.c.state == "stored", recording.c.started_at >= since, recording.c.started_at < until
    )
    if with_words:
        query = query.where(sa.exists().where(transcript.c.recording_id == recording.c.id))
    if failed:
        query = query.where(sa.exists().where(a.recording_id == recording.c.id, a.state == "failed"))
    return list(await tx.scalars(query.order_by(recording.c.started_at.desc()).limit(limit)))


# ---------------------------------------------------------------- how it stands


async def counts(tx: AsyncConnection) -> Mapping[str, int]:
    """How many analyses are in each state."""
    query = sa.select(a.state, sa.func.count()).group_by(a.state)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def rows(tx: AsyncConnection, *conditions: sa.ColumnElement[bool], limit: int) -> Sequence[sa.Row[Any]]:
    """Analyses without their reports, the one asked for last first, each with its call's number and begin."""
    columns = (
        *(a.recording_id, a.call_id, a.state, a.progress, a.tries, a.asked_at, a.started_at, a.finished_at, a.problem),
        *(recording.c.started_at.label("recorded_at"), recording.c.seconds, recording.c.agent),
        *(call.c.number, call.c.remote_raw, call.c.remote_name),
    )
    query: sa.Select[Any] = (
        sa.select(*columns)
        .join(recording, recording.c.id == a.recording_id)
        .outerjoin(call, call.c.id == a.call_id)
        .where(*conditions)
        .order_by(a.asked_at.desc())
        .limit(limit)
    )
    found: Sequence[sa.Row[Any]] = (await tx.execute(query)).all()
    return found
