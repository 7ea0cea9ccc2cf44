"""What can be asked of the reports: each view of a period, limited to the calls that the asker may see."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.board.level import Target
from screenpop.reports import local_time
from screenpop.reports.figures import Sums, Wanted, figures, sums_by, totals
from screenpop.reports.groups import Condition
from screenpop.reports.measures import MEASURES, Measure
from screenpop.reports.model import Plot, Report, Row, Table
from screenpop.reports.periods import Period, bucket, buckets
from screenpop.store.engine import Store
from screenpop.store.tables import call

AT_ONCE = 2
"""So many reports are counted at a time: the others wait, and the rest of the house keeps its readers."""

TILES = ("incoming", "answer_rate", "service_level", "wait_median", "outgoing", "talk_mean", "missed", "abandoned")
VOLUME = ("answered", "missed", "abandoned", "outgoing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`where`: the filters, and what the asker may see at all; the period aside."""

    period: Period
    where: Sequence[Condition]
    target: Target
    compare: bool = True


class Reports:
    """Counts. Reads only."""

    def __init__(self, store: Store, target: Callable[[], Target]) -> None:
        self._store, self._target = store, target
        self._turn = asyncio.Semaphore(AT_ONCE)

    @property
    def target(self) -> Target:
        """What the service level is measured by, as it is set now."""
        return self._target()

    async def overview(self, asked: Asked) -> Report:
        """The main figures, and how they went over the period."""
        async with self._turn, self._store.read() as tx:
            tiles = _of(TILES)
            before = asked.period.before() if asked.compare else None
            return Report(
                view="overview",
                period=asked.period,
                tiles=tiles,
                totals=await totals(tx, _wanted(asked, tiles)),
                before_period=before,
                before=await totals(tx, _wanted(replace(asked, period=before), tiles)) if before else {},
                plots=[await _volume(tx, asked)],
            )


async def _volume(tx: AsyncConnection, asked: Asked) -> Plot:
    table = await by_time(tx, asked, _of(("incoming", *VOLUME, "answer_rate", "service_level", "wait_mean")))
    return Plot(key="volume", kind="bars", table=table, measures=_of(VOLUME))


async def by_time(tx: AsyncConnection, asked: Asked, measures: Sequence[Measure]) -> Table:
    """The figures at every point of the period: its hours, days, weeks or months. Percentiles do not add up."""
    period, step = asked.period, asked.period.step
    shift = local_time.shift(call.c.started_at, period.start, period.end, period.zone)
    part = local_time.LocalHour if step == "hour" else local_time.LocalDay
    points = {key: Sums() for key in buckets(period, step)}
    whole = Sums()
    for (key,), sums in (await sums_by(tx, _wanted(asked, measures), part(call.c.started_at, shift))).items():
        points[key if step == "hour" else bucket(date.fromisoformat(key), step)].add(sums)
        whole.add(sums)
    rows = [Row(key=key, name="", figures=figures(measures, sums, {})) for key, sums in points.items()]
    return Table(
        by="hour" if step == "hour" else "time", measures=measures, rows=rows, total=figures(measures, whole, {})
    )


def _of(keys: Sequence[str]) -> list[Measure]:
    return [MEASURES[key] for key in keys]


def _wanted(asked: Asked, measures: Sequence[Measure]) -> Wanted:
    period = asked.period
    within = (call.c.started_at >= period.start, call.c.started_at < period.end)
    return Wanted([*within, *asked.where], measures, asked.target)
