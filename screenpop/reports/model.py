"""A report as it is counted, before it becomes a page, a sheet or a print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from screenpop.reports.figures import Figure, Figures
from screenpop.reports.measures import Measure
from screenpop.reports.periods import Period

Dimension = Literal["agent", "team", "queue", "line", "customer", "category", "hour", "weekday", "time", "tracker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table. `key` is what it was counted by, `name` what people call it ("" where that is to be said in
    the reader's language), `link` what the call log's address says to list its calls; None where it cannot."""

    key: str
    name: str
    figures: Figures
    link: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures by something. `left_out`: rows that there were besides, the ones with the fewest calls."""

    by: Dimension
    measures: Sequence[Measure]
    rows: Sequence[Row]
    total: Figures
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """`series`: measures; the points of x are the rows of `table`."""

    key: str
    kind: Literal["bars", "lines"]
    table: Table
    measures: Sequence[Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Figures by weekday (0 is Monday) and hour."""

    measure: Measure
    cells: Mapping[tuple[int, int], Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it. `tiles` are the totals, in their order; `before` those of the period that it is compared with."""

    view: str
    period: Period
    tiles: Sequence[Measure]
    totals: Figures
    before_period: Period | None = None
    before: Figures = field(default_factory=dict)
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    heat: Sequence[HeatMap] = ()
