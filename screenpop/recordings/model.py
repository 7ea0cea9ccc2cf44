"""A recording as its row says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

State = Literal["recording", "waiting", "stored", "failed", "missing", "deleted"]
Gap = tuple[float, float]
"""A stretch that was left out, in seconds from the begin of the recording."""

OPEN_END = 1e9
"""The end of a gap that is not over yet."""
LEVELS = 2000
"""Of each side's outline, at most. `recording.peaks` holds one byte for each level, 0 (silence) to 255 (full scale), of
equal stretches of time: those of the agent's side first, then as many of the other side."""


class Kept(Protocol):
    """What is needed to find a recording in the archive."""

    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recorded stretch of a call. `seconds` is its length once it is stored; `problem` says what went wrong."""

    id: str
    call_id: str
    state: State
    name: str
    agent: str
    started_at: datetime
    ended_at: datetime | None
    key: str
    format: str
    size: int
    sha256: str
    seconds: float
    gaps: tuple[Gap, ...]
    problem: str
    held: bool
    held_by: str
    held_why: str
    stored_at: datetime | None
    deleted_at: datetime | None
    deleted_by: str
    deleted_why: str

    @property
    def is_stored(self) -> bool:
        """Is there something to hear?"""
        return self.state == "stored"


def closed(gaps: tuple[Gap, ...], seconds: float) -> tuple[Gap, ...]:
    """The gaps of a recording that is `seconds` long: in order, joined where they touch, none beyond its end."""
    cut = sorted((max(0.0, start), min(end, seconds)) for start, end in gaps if start < min(end, seconds))
    joined: list[Gap] = []
    for start, end in cut:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
