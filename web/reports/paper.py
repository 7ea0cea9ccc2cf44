"""A report in the reader's words, as the press takes it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import ceil, floor, log10

import msgspec

from screenpop.reports.figures import Figure
from screenpop.reports.measures import Measure
from screenpop.reports.model import HeatMap, Plot, Report, Row, Table
from web import i18n
from web.i18n import gettext, pgettext
from web.printing.paper import Cell, Drawing, Grid, Paper, Series, Tile
from web.reports.names import TITLES
from web.reports.words import change, days, figure, label, name_of, weekday

COLOURS: Mapping[str, str] = {
    "answered": "#1a7c3c",
    "missed": "#c33027",
    "abandoned": "#f2a31b",
    "outgoing": "#2468bd",
    "answer_rate": "#1a7c3c",
    "service_level": "#7440c4",
    "response_rate": "#2468bd",
}
FIXED: Mapping[str, Sequence[float]] = {
    "share": (0, 0.2, 0.4, 0.6, 0.8, 1),
    "tone": (-1, -0.5, 0, 0.5, 1),
    "score": (0, 20, 40, 60, 80, 100),
}
"""The heights at the axis of what has bounds."""
LINES = ("#0b6570", "#7440c4", "#f2a31b", "#2468bd", "#c33027")
"""The light ones of css/tokens.css: paper is white."""


def paper_of(report: Report, view_name: str, company: str, filters: Sequence[str]) -> Paper:
    """The report in the language and time zone of the reader of this moment (`i18n.use`)."""
    language = i18n.reader().language
    beside = [gettext("beside %(days)s") % {"days": days(report.before_period)}] if report.before_period else []
    return Paper(
        title=f"{company}: {view_name}" if company else view_name,
        lines=(i18n.list_comma().join([days(report.period), *beside]), *filters),
        language=language,
        rtl=i18n.direction(language) == "rtl",
        tiles=tuple(_tile(each, report) for each in report.tiles),
        drawings=tuple(_drawing(each, report) for each in report.plots),
        grids=(*_heat(report.heat), *(_grid(each, report) for each in report.tables)),
        below=gettext("n is the number of calls behind a figure; those of few calls are marked."),
        words={
            "n": pgettext("sample size", "n"),
            "figure": gettext("Figure"),
            "value": gettext("Value"),
            "before": gettext("Period before"),
            "change": pgettext("how a figure went", "Change"),
            "meaning": gettext("Meaning"),
            "summary": gettext("Summary"),
            "in_seconds": gettext("%(figure)s in seconds"),
            "page": gettext("Page"),
        },
    )


def _cell(one: Figure, measure: Measure) -> Cell:
    n = None if measure.how == "count" or one.value is None else one.n
    return Cell(figure(one.value, measure.unit), one.value, measure.unit, n, one.few and one.n > 0)


def _tile(measure: Measure, report: Report) -> Tile:
    now, before = report.totals[measure.key], report.before.get(measure.key)
    return Tile(
        label(measure),
        gettext(measure.meaning),
        _cell(now, measure),
        _cell(before, measure) if before else None,
        change(now, before, measure)[0] if before else "",
    )


def _drawing(plot: Plot, report: Report) -> Drawing:
    rows = plot.table.rows
    series = tuple(
        Series(
            label(measure),
            COLOURS.get(measure.key) or LINES[at % len(LINES)],
            tuple(row.figures[measure.key].value for row in rows),
        )
        for at, measure in enumerate(plot.measures)
    )
    unit = plot.measures[0].unit
    heights = FIXED.get(unit) or ticks_up_to(_highest(plot.kind, series), whole=unit == "count")
    ticks = tuple((height, figure(height, unit)) for height in heights)
    points = tuple(name_of(row, plot.table, report.period)[0] for row in rows)
    days = tuple(_day(row.key) for row in rows) if plot.table.by == "time" else ()
    return Drawing(
        gettext(TITLES[plot.key]), plot.kind, points, series, ticks, unit, days, by_month=report.period.step == "month"
    )


def _day(key: str) -> date:
    """The first day of a point: its key is that day, or a month."""
    return date.fromisoformat(key if len(key) == 10 else f"{key}-01")


def _highest(kind: str, series: Sequence[Series]) -> float:
    if kind == "bars":
        return max(
            (sum(value or 0.0 for value in column) for column in zip(*(s.values for s in series), strict=True)),
            default=0,
        )
    return max((value for each in series for value in each.values if value is not None), default=0.0)


def ticks_up_to(top: float, whole: bool = False) -> list[float]:
    """Round heights from 0 to at least `top`, four to seven of them."""
    rough = max(top, 1e-6) / 5
    size = 10 ** floor(log10(rough))
    step = next(each * size for each in (1, 2, 2.5, 5, 10) if each * size >= rough)
    if whole:
        step = max(1, ceil(step))
    return [step * number for number in range(ceil(max(top, 1e-6) / step) + 1)]


def _grid(table: Table, report: Report) -> Grid:
    return Grid(
        gettext(TITLES[table.by]),
        ("", *(label(measure) for measure in table.measures)),
        tuple((name_of(row, table, report.period)[1], tuple(_cells(row, table))) for row in table.rows),
        (gettext("Together"), tuple(_cell(table.total[each.key], each) for each in table.measures))
        if table.total
        else None,
    )


def _cells(row: Row, table: Table) -> Iterator[Cell]:
    return (_cell(row.figures[measure.key], measure) for measure in table.measures)


def _heat(heat: HeatMap | None) -> Iterator[Grid]:
    if heat is None:
        return
    for measure in heat.measures:
        rows = tuple(
            (weekday(day), tuple(_heat_cell(heat, day, hour, measure) for hour in range(24))) for day in range(7)
        )
        title = f"{gettext('Busy and slow hours')}: {label(measure)}"
        yield Grid(title, ("", *(str(hour) for hour in range(24))), rows, shaded=True)


def _heat_cell(heat: HeatMap, day: int, hour: int, measure: Measure) -> Cell:
    one = heat.cells.get((day, hour), {}).get(measure.key)
    if one is None or not one.n:
        return Cell("")
    return msgspec.structs.replace(_cell(one, measure), n=None)
