"""A measured figure, and the page that shows them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

HEAD = """# Benchmarks

Written by `make bench` (`tests/bench/`): do not edit. Each figure is the median of several runs; what stands beside it
was measured in the same run on the same machine. *Times better* is how many times more, or less where less is better.
Budgets are those of the design; a figure that misses its budget says so. No test fails because of a figure.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. `peer` is what it is held against; `budget` in the same unit."""

    what: str
    value: float
    unit: str
    better: Literal["more", "less"]
    peer: str = ""
    peer_value: float | None = None
    budget: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; below 1 is worse."""
        if not self.peer_value or not self.value:
            return None
        return self.value / self.peer_value if self.better == "more" else self.peer_value / self.value

    @property
    def within_budget(self) -> bool | None:
        """None where there is no budget."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.better == "more" else self.value <= self.budget


def number(value: float) -> str:
    """Three figures that count, thousands set apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def page(benches: Mapping[str, Sequence[Row]], machine: Mapping[str, str]) -> str:
    """The whole of docs/benchmarks.md."""
    parts = [HEAD, "## Machine and versions\n", "| | |", "|---|---|"]
    parts += [f"| {name} | {value} |" for name, value in machine.items()]
    for name, rows in benches.items():
        parts += ["", f"## {name}\n", *_table(rows)]
        parts += [f"\n{row.what}: {row.note}" for row in rows if row.note]
    return "\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["| what | Ringdesk | beside | times better | budget |", "|---|---:|---|---:|---|"]
    return lines + [f"| {row.what} | {_figure(row)} | {_peer(row)} | {_ratio(row)} | {_budget(row)} |" for row in rows]


def _figure(row: Row) -> str:
    return f"{number(row.value)} {row.unit}"


def _peer(row: Row) -> str:
    return f"{row.peer}: {number(row.peer_value)} {row.unit}" if row.peer_value is not None else ""


def _ratio(row: Row) -> str:
    return f"{number(row.ratio)} ×" if row.ratio is not None else ""


def _budget(row: Row) -> str:
    if row.budget is None:
        return ""
    limit = "at least" if row.better == "more" else "at most"
    kept = "kept" if row.within_budget else "**missed**"
    return f"{limit} {number(row.budget)} {row.unit}: {kept}"
