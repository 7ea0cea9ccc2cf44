"""How often the words that an admin looks for were said, and how that went over the period."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.reports.asking import conditions
from screenpop.reports.dimensions import DIMENSIONS, point_link
from screenpop.reports.figures import Figure
from screenpop.reports.measures import MEASURES, SMALL_SAMPLE, Measure
from screenpop.reports.model import Asked, Dimension, Plot, Row, Table
from screenpop.reports.names import names_of
from screenpop.reports.periods import bucket, buckets
from screenpop.store.tables import call, tracker_hit, transcript, word_tracker

PLOTTED = 5
"""So many trackers have a line in the plot: those with the most calls."""


async def fill(tx: AsyncConnection, asked: Asked, tables: list[Table], plots: list[Plot]) -> None:
    """The table of trackers, and the plot of the most frequent ones; nothing where no transcript is there."""
    heard = await _transcribed(tx, asked)
    if not heard:
        return
    found = await _hits(tx, asked)
    table = await _table(tx, found, heard)
    tables.append(table)
    if table.rows and asked.period.step != "hour":
        plots.append(_plot(asked, table.rows[:PLOTTED], await _course(tx, asked)))


async def by_kind(tx: AsyncConnection, asked: Asked) -> list[Table]:
    """A table of the topics, and one of the other trackers; only those with a row."""
    heard = await _transcribed(tx, asked)
    if not heard:
        return []
    found = await _hits(tx, asked)
    topics = set(await tx.scalars(sa.select(word_tracker.c.id).where(word_tracker.c.kind == "topic")))
    parts: tuple[tuple[Dimension, set[str]], ...] = (
        ("topic", {key for key in found if key in topics}),
        ("tracker", {key for key in found if key not in topics}),
    )
    return [await _table(tx, {key: found[key] for key in keys}, heard, by) for by, keys in parts if keys]


async def _transcribed(tx: AsyncConnection, asked: Asked) -> int:
    said = sa.exists().where(transcript.c.call_id == call.c.id)
    return await tx.scalar(sa.select(sa.func.count()).select_from(call).where(*conditions(asked), said)) or 0


def _joined(*columns: sa.ColumnElement[Any], asked: Asked) -> sa.Select[Any]:
    source = call.join(tracker_hit, tracker_hit.c.call_id == call.c.id)
    return sa.select(*columns).select_from(source).where(*conditions(asked))


async def _hits(tx: AsyncConnection, asked: Asked) -> dict[str, tuple[int, int]]:
    """Tracker -> (calls, hits)."""
    counted = (sa.func.count(tracker_hit.c.call_id.distinct()), sa.func.count())
    query = _joined(tracker_hit.c.tracker_id, *counted, asked=asked).group_by(tracker_hit.c.tracker_id)
    return {row[0]: (row[1], row[2]) for row in await tx.execute(query)}


async def _table(
    tx: AsyncConnection, found: dict[str, tuple[int, int]], heard: int, by: Dimension = "tracker"
) -> Table:
    names = await names_of(tx, "tracker", found)
    measures = [MEASURES[key] for key in ("tracker_calls", "tracker_share", "tracker_hits")]
    order = sorted(found, key=lambda key: (-found[key][0], names[key]))
    rows = [Row(key=key, name=names[key], figures=_figures(*found[key], heard), link={"tracker": key}) for key in order]
    return Table(by=by, measures=measures, rows=rows, total={}, link=None)


def _figures(calls: int, hits: int, heard: int) -> dict[str, Figure]:
    few = heard < SMALL_SAMPLE
    return {
        "tracker_calls": Figure(calls, calls),
        "tracker_share": Figure(calls / heard, heard, few),
        "tracker_hits": Figure(hits, calls),
    }


async def _course(tx: AsyncConnection, asked: Asked) -> dict[tuple[str, str], int]:
    """(tracker, point) -> calls."""
    key, tracker = DIMENSIONS["time"].key(asked.period).label("day"), tracker_hit.c.tracker_id
    query = _joined(tracker, key, sa.func.count(tracker_hit.c.call_id.distinct()), asked=asked).group_by(tracker, "day")
    counts: dict[tuple[str, str], int] = {}
    for tracker_id, day, count in await tx.execute(query):
        place = (tracker_id, bucket(date.fromisoformat(day), asked.period.step))
        counts[place] = counts.get(place, 0) + count
    return counts


def _plot(asked: Asked, lines: Sequence[Row], counts: dict[tuple[str, str], int]) -> Plot:
    shown = [_line(row) for row in lines]
    rows = [
        Row(
            key=point,
            name="",
            figures={
                line.key: Figure(counts.get((line.key, point), 0), counts.get((line.key, point), 0)) for line in shown
            },
            link=point_link(point, asked.period),
        )
        for point in buckets(asked.period, asked.period.step)
    ]
    table = Table(by="time", measures=shown, rows=rows, total={}, link=None)
    return Plot(key="trackers", kind="lines", table=table, measures=shown)


def _calls(count: int) -> Figure:
    return Figure(count, count)


def _line(row: Row) -> Measure:
    """A tracker as a series: its label is what the admin called it."""
    return Measure(key=row.key, label=row.name, meaning="", unit="count", how="other", of="tracker")
