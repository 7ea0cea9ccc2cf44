"""All that is kept of one call beside its row in the log: the recorded parts, and what was found in each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.analysis.model import Report, Segment, Span
from screenpop.store.tables import analysis, call, call_tag, recording, transcript

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How the analysis of a part stands. `state`: waiting, running, done, failed, or "" where none was asked for."""

    state: str = ""
    progress: float = 0.0
    problem: str = ""
    finished_at: datetime | None = None
    report: Report | None = None
    """With its transcript; None until there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One recorded stretch of a call. `seconds` is its length, `gaps` what was left out of it."""

    id: str
    state: str
    agent: str
    started_at: datetime
    key: str
    """Where it is in the archive."""
    format: str
    size: int
    seconds: float
    gaps: tuple[Span, ...]
    peaks: bytes
    problem: str
    held: bool
    held_by: str
    held_why: str
    deleted_at: datetime | None
    deleted_by: str
    deleted_why: str
    finding: Finding

    @property
    def is_stored(self) -> bool:
        """Is there something to hear?"""
        return self.state == "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The figures of the call that its row in a list does not show. Times are in seconds."""

    ring_seconds: float
    wait_seconds: float
    hold_seconds: float
    holds: int
    transfers: int
    identified_at: datetime | None
    score: float | None
    sentiment: float | None
    tags: tuple[str, ...]
    parts: tuple[Part, ...]

    def part(self, recording_id: str = "") -> Part | None:
        """The part of this id; without one the first that can be heard, else the first."""
        if recording_id:
            return next((part for part in self.parts if part.id == recording_id), None)
        return next((part for part in self.parts if part.is_stored), self.parts[0] if self.parts else None)


_FIGURES = (
    *("ring_seconds", "wait_seconds", "hold_seconds", "holds", "transfers", "identified_at", "score", "sentiment"),
)
_PLAIN = (
    *("id", "state", "agent", "started_at", "key", "format", "size", "seconds", "problem"),
    *("held", "held_by", "held_why", "deleted_at", "deleted_by", "deleted_why"),
)


async def read(tx: AsyncConnection, call_id: str) -> Sheet | None:
    """The sheet of this call; None where the log has no such call."""
    row = (await tx.execute(sa.select(*(call.c[name] for name in _FIGURES)).where(call.c.id == call_id))).first()
    if row is None:
        return None
    tags = sa.select(call_tag.c.tag).where(call_tag.c.call_id == call_id).order_by(call_tag.c.tag)
    return Sheet(
        **row._asdict(),
        tags=tuple((await tx.execute(tags)).scalars()),
        parts=await parts(tx, recording.c.call_id == call_id),
    )


async def parts(tx: AsyncConnection, *conditions: sa.ColumnElement[bool]) -> tuple[Part, ...]:
    """The recorded parts that fulfil the conditions, in the order of time."""
    a, t = analysis.c, transcript.c
    found = (a.state.label("analysis"), a.progress, a.problem.label("hitch"), a.finished_at, a.report)
    segments = sa.cast(t.segments, sa.Text).label("segments")
    query: sa.Select[Any] = (
        sa.select(*(recording.c[name] for name in _PLAIN), recording.c.gaps, recording.c.peaks, *found, segments)
        .outerjoin(analysis, a.recording_id == recording.c.id)
        .outerjoin(transcript, t.recording_id == recording.c.id)
        .where(*conditions)
        .order_by(recording.c.started_at, recording.c.id)
    )
    return tuple(_part(row) for row in await tx.execute(query))


def _part(row: sa.Row[Any]) -> Part:
    return Part(
        **{name: row._mapping[name] for name in _PLAIN},
        gaps=tuple(Span(start=start, end=end) for start, end in row.gaps),
        peaks=row.peaks or b"",
        finding=_finding(row),
    )


def _finding(row: sa.Row[Any]) -> Finding:
    return Finding(
        state=row.analysis or "",
        progress=row.progress or 0.0,
        problem=row.hitch or "",
        finished_at=row.finished_at,
        report=_report(row.id, row.report, row.segments),
    )


def _report(recording_id: str, report: Any, segments: str | None) -> Report | None:
    """What is stored, as the report; None where there is none, or an older one that cannot be read any more.

    `segments` are JSON text, read by msgspec alone: of an hour's talk 2 ms instead of 20.
    """
    if not report:
        return None
    try:
        spoken = msgspec.json.decode(segments, type=tuple[Segment, ...]) if segments else ()
        return msgspec.structs.replace(msgspec.convert(report, Report), transcript=spoken)
    except msgspec.ValidationError as error:
        log.error("a report cannot be read", recording=recording_id, error=str(error))
        return None
