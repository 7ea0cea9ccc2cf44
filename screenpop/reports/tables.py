"""The tables, plots and the heat map that reports are made of. Every function works in the transaction it is given."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.reports.asking import wanted
from screenpop.reports.dimensions import DIMENSIONS, point_link
from screenpop.reports.evenness import evenness
from screenpop.reports.figures import RANKED, Figure, Figures, Sums, figures, ranks_by, sums_by
from screenpop.reports.measures import MEASURES, Measure
from screenpop.reports.model import Asked, Dimension, HeatMap, Row, Table
from screenpop.reports.names import names_of
from screenpop.reports.periods import bucket, buckets

MOST_ROWS = 100
"""So many rows a table has: the rest are counted in its total, and said to be left out."""


async def by(tx: AsyncConnection, asked: Asked, dimension: Dimension, keys: Sequence[str]) -> Table:
    """The measures `keys` by something, the rows with the most calls first."""
    how, measures = DIMENSIONS[dimension], of(keys)
    query = wanted(asked, [MEASURES["all"], *measures], dimension)
    key = how.key(asked.period)
    sums = {row[0]: found for row, found in (await sums_by(tx, query, key)).items()}
    shown = sorted(sums, key=lambda each: (-sums[each].counts["all"], str(each)))[:MOST_ROWS]
    ranks = await ranks_by(tx, query, {(each,): sums[each] for each in shown}, key)
    names = await names_of(tx, dimension, shown)
    rows = [
        Row(
            key=str(each),
            name=names.get(each, ""),
            figures=figures(query.measures, sums[each], ranks.get((each,), {})),
            link=how.link(str(each)),
        )
        for each in shown
    ]
    total = await _total(tx, asked, dimension, query.measures, sums)
    return Table(
        by=dimension,
        measures=measures,
        rows=rows,
        total=total,
        link=None if how.only else {},
        left_out=len(sums) - len(shown),
    )


async def over_time(tx: AsyncConnection, asked: Asked, keys: Sequence[str]) -> Table:
    """The measures at every point of the period: its hours, days, weeks or months. Percentiles do not add up."""
    period, step, measures = asked.period, asked.period.step, of(keys)
    dimension: Dimension = "hour" if step == "hour" else "time"
    points, whole = {key: Sums() for key in buckets(period, step)}, Sums()
    found = await sums_by(tx, wanted(asked, measures), DIMENSIONS[dimension].key(period))
    for (key,), sums in found.items():
        points[key if step == "hour" else bucket(date.fromisoformat(key), step)].add(sums)
        whole.add(sums)
    rows = [
        Row(key=key, name="", figures=figures(measures, sums, {}), link=point_link(key, period))
        for key, sums in points.items()
    ]
    return Table(by=dimension, measures=measures, rows=rows, total=figures(measures, whole, {}))


async def clock(tx: AsyncConnection, asked: Asked, dimension: Dimension, keys: Sequence[str]) -> Table:
    """The measures by hour or weekday, all of them, in their order."""
    table = await by(tx, asked, dimension, keys)
    known = {int(row.key): row for row in table.rows}
    empty = figures([MEASURES["all"], *table.measures], Sums(), {})
    link = DIMENSIONS[dimension].link
    rows = [
        known.get(place) or Row(key=str(place), name="", figures=empty, link=link(str(place)))
        for place in range(24 if dimension == "hour" else 7)
    ]
    return Table(by=dimension, measures=table.measures, rows=rows, total=table.total)


async def heat_map(tx: AsyncConnection, asked: Asked, keys: Sequence[str]) -> HeatMap:
    """The measures by weekday and hour (RATE-09)."""
    weekday, hour = (DIMENSIONS[name].key(asked.period) for name in ("weekday", "hour"))
    found = await sums_by(tx, wanted(asked, of(keys)), weekday, hour)
    cells = {(int(day), int(at)): figures(of(keys), sums, {}) for (day, at), sums in found.items()}
    return HeatMap(measures=of(keys), cells=cells)


def spread(table: Table) -> tuple[Table, dict[str, Figure]]:
    """The table with each row's part of the whole, and how evenly the work is spread over its rows."""
    seated = [row for row in table.rows if row.key]
    rows = [Row(key=row.key, name=row.name, figures=_parts(row.figures, seated), link=row.link) for row in seated]
    even = {
        name: Figure(evenness([row.figures[of_].value or 0.0 for row in seated]), len(seated), len(seated) < 2)
        for name, of_ in (("even_calls", "talked"), ("even_talk", "talk_sum"))
    }
    shown = of(("talked", "calls_part", "calls_times", "talk_sum", "talk_part", "talk_times"))
    times = {name: Figure(None, table.total["talked"].n) for name in ("calls_times", "talk_times")}
    total = {**table.total, **_parts(table.total, seated), **times}
    return Table(by=table.by, measures=shown, rows=rows, total=total, left_out=table.left_out), even


def of(keys: Sequence[str]) -> list[Measure]:
    """The measures of these keys."""
    return [MEASURES[key] for key in keys]


async def _total(
    tx: AsyncConnection, asked: Asked, dimension: Dimension, measures: Sequence[Measure], rows: Mapping[object, Sums]
) -> Figures:
    whole = Sums()
    for sums in rows.values():
        whole.add(sums)
    ranked = [measure for measure in measures if measure.how in RANKED]
    ranks = await ranks_by(tx, wanted(asked, ranked, dimension), {(): whole})
    return figures(measures, whole, ranks.get((), {}))


def _parts(own: Figures, everybody: Sequence[Row]) -> dict[str, Figure]:
    found = dict(own)
    for of_, name in (("talked", "calls"), ("talk_sum", "talk")):
        whole = sum(row.figures[of_].value or 0.0 for row in everybody)
        part = (own[of_].value or 0.0) / whole if whole else None
        found[f"{name}_part"] = Figure(part, own[of_].n)
        found[f"{name}_times"] = Figure(part and part * len(everybody), own[of_].n)
    return found
