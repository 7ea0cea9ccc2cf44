"""A report as it is counted, before it becomes a page, a sheet or a print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from screenpop.board.level import Target
from screenpop.calls.search import EVERYTHING, Search
from screenpop.reports.figures import Figure, Figures
from screenpop.reports.groups import Link
from screenpop.reports.measures import Measure
from screenpop.reports.periods import Period

View = Literal["overview", "agents", "teams", "queues", "hours", "customers", "quality", "evenness", "conversation"]
Dimension = Literal[
    "agent", "team", "queue", "line", "customer", "category", "hour", "weekday", "time", "tracker", "topic"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which calls: those of `period` that `search` finds (its period aside), of those that the asker may see: `own`.
    `compare`: with the period before. `hears`: the asker may know what was said in them."""

    period: Period
    search: Search = EVERYTHING
    own: Sequence[sa.ColumnElement[bool]] = ()
    target: Target
    compare: bool = True
    hears: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table. `key` is what it was counted by, `name` what people call it ("" where that is to be said in
    the reader's language), `link` what the call log's address says to list its calls; None where it cannot."""

    key: str
    name: str
    figures: Figures
    link: Link = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures by something. `link`: of all of its calls together. `left_out`: rows that there were besides, those with
    the fewest calls."""

    by: Dimension
    measures: Sequence[Measure]
    rows: Sequence[Row]
    total: Figures
    link: Link = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The points of x are the rows of `table`; the series are `measures`, or where there are `series` those rows."""

    key: str
    kind: Literal["bars", "lines"]
    table: Table
    measures: Sequence[Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Figures by weekday (0 is Monday) and hour."""

    measures: Sequence[Measure]
    cells: Mapping[tuple[int, int], Mapping[str, Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it. `tiles` are the totals, in their order; `before` those of the period that it is compared with."""

    view: View
    asked: Asked
    tiles: Sequence[Measure]
    totals: Figures
    before_period: Period | None = None
    before: Figures = field(default_factory=dict)
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    heat: HeatMap | None = None

    @property
    def period(self) -> Period:
        """The days that it is about."""
        return self.asked.period
