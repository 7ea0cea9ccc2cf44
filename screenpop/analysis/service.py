"""How the analyses stand, and asking for one again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from screenpop import audit
from screenpop.analysis import store as rows
from screenpop.analysis.model import Report
from screenpop.analysis.store import Part
from screenpop.bus import Bus
from screenpop.errors import BadInput, NotFound
from screenpop.facts import AnalysisChanged
from screenpop.store.engine import Store
from screenpop.store.tables import analysis

MOST_AT_ONCE = 100_000
CHUNK = 500
SHOWN = 100
State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one analysis stands. `problem` says why it failed; `report` may be there from an earlier time."""

    recording_id: str
    call_id: str
    state: State
    progress: float
    tries: int
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    problem: str
    recorded_at: datetime
    seconds: float
    agent: str
    number: str
    shown_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of them: how many in each state, and those an admin may look after."""

    counts: Mapping[str, int]
    running: Sequence[Standing]
    failed: Sequence[Standing]


class Analyses:
    """What pages ask for. Every order is a row; publishing `AnalysisChanged` wakes whoever sees to the workers."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus

    async def of_call(self, call_id: str) -> Sequence[Standing]:
        """How the analyses of a call's recordings stand; none where nothing is to be analysed."""
        async with self._store.read() as tx:
            found = await rows.rows(tx, analysis.c.call_id == call_id, limit=SHOWN)
        return tuple(_standing(row) for row in found)

    async def report(self, recording_id: str) -> Report | None:
        """The report of a recording with its transcript; None where there is none (yet)."""
        async with self._store.read() as tx:
            return await rows.load(tx, recording_id)

    async def overview(self) -> Overview:
        """How all analyses stand."""
        async with self._store.read() as tx:
            return Overview(
                counts=await rows.counts(tx),
                running=tuple(
                    _standing(row) for row in await rows.rows(tx, analysis.c.state == "running", limit=SHOWN)
                ),
                failed=tuple(_standing(row) for row in await rows.rows(tx, analysis.c.state == "failed", limit=SHOWN)),
            )

    async def again(self, recording_id: str, actor: str) -> None:
        """Analyse a recording (again). Raises NotFound where it is not in the archive."""
        if not await self._order([recording_id], "all", actor):
            raise NotFound("There is no such recording.")

    async def again_in(self, since: datetime, until: datetime, part: Part, actor: str, *, failed: bool = False) -> int:
        """Analyse what was recorded in a period again (`until` is not included); how many? `part` "words" only makes
        anew what follows from transcripts that there are; `failed`: only what could not be analysed."""
        if until <= since:
            raise BadInput("The period ends before it begins.", "until")
        async with self._store.read() as tx:
            ids = await rows.recordings_of(
                tx, since, until, with_words=part == "words", failed=failed, limit=MOST_AT_ONCE
            )
        return await self._order(ids, part, actor)

    async def _order(self, ids: Sequence[str], part: Part, actor: str) -> int:
        done = 0
        for start in range(0, len(ids), CHUNK):
            done += await self._order_some(ids[start : start + CHUNK], part, actor)
        return done

    async def _order_some(self, ids: Collection[str], part: Part, actor: str) -> int:
        async with self._store.begin() as tx:
            ordered = await rows.order(tx, ids, part, datetime.now(UTC))
            for recording_id, _ in ordered if len(ids) == 1 else ():
                await audit.record(tx, actor, "analyse", "recording", recording_id, {"part": ("", part)})
            if len(ids) > 1:
                await audit.record(tx, actor, "analyse", "recording", "", {"count": (0, len(ordered))})
        for recording_id, call_id in ordered:
            self._bus.publish(AnalysisChanged(call_id=call_id, recording_id=recording_id, state="waiting"))
        return len(ordered)


def _standing(row: sa.Row[Any]) -> Standing:
    values = dict(row._mapping)
    raw, name = values.pop("remote_raw"), values.pop("remote_name")
    number = values.pop("number") or ""
    return Standing(**values, number=number, shown_name=name or raw or "")
