"""What the press gets: a report in the reader's words, with the figures behind them."""

from datetime import date
from typing import Literal

import msgspec

Unit = Literal["count", "share", "seconds", "hours", "score", "tone", "number"]


class Cell(msgspec.Struct, frozen=True):
    """`text` as it is read, `value` and its `unit` as it is counted with; `n` is None for what needs no sample size."""

    text: str
    value: float | None = None
    unit: Unit = "count"
    n: int | None = None
    few: bool = False


class Tile(msgspec.Struct, frozen=True):
    """A total: now, and how it went."""

    label: str
    meaning: str
    now: Cell
    before: Cell | None
    change: str


class Series(msgspec.Struct, frozen=True):
    """One line, or one colour of stacked bars; a value may be missing."""

    label: str
    colour: str
    values: tuple[float | None, ...]


class Drawing(msgspec.Struct, frozen=True):
    """A plot; `ticks` are the heights that have a word at the axis, `days` the first day of each point where it is one
    of the calendar: of a day, a week, or a month (`by_month`)."""

    title: str
    kind: str
    points: tuple[str, ...]
    series: tuple[Series, ...]
    ticks: tuple[tuple[float, str], ...]
    unit: Unit = "count"
    days: tuple[date, ...] = ()
    by_month: bool = False


class Grid(msgspec.Struct, frozen=True):
    """A table: the first column are names. `shades`: how dark each cell of a heat map is, 0 to 1."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    total: tuple[str, tuple[Cell, ...]] | None = None
    shaded: bool = False


class Paper(msgspec.Struct, frozen=True):
    """The whole. `below` stands at the foot of every page."""

    title: str
    lines: tuple[str, ...]
    language: str
    rtl: bool
    tiles: tuple[Tile, ...]
    drawings: tuple[Drawing, ...]
    grids: tuple[Grid, ...]
    below: str
    words: dict[str, str]
