"""Figures in SQL: counted by the database, exact, a few statements a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.board.level import Target
from screenpop.calls.values import VALUES
from screenpop.reports.groups import GROUPS, Condition
from screenpop.reports.measures import Measure
from screenpop.store.tables import call

RANKED = ("median", "p90")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and the number of calls that it comes from; `value` is None where there is no such call."""

    value: float | None
    n: int
    few: bool = False
    """It comes from so few calls that chance alone may have made it."""


Figures = Mapping[str, Figure]
"""By the key of their measure."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What adds up over calls: how many (`counts`, by group) and how much in all (`sums`, by group and value)."""

    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        """Make these calls part of it."""
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        for name, total in other.sums.items():
            self.sums[name] = self.sums.get(name, 0.0) + total


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be counted: these `measures` of the calls `where`; `joins` are tables that `where` and keys need."""

    where: Sequence[Condition]
    measures: Sequence[Measure]
    target: Target
    joins: Sequence[tuple[sa.FromClause, Condition]] = ()


def figures(measures: Iterable[Measure], sums: Sums, ranks: Mapping[str, float]) -> dict[str, Figure]:
    """The figures of one set of calls; `ranks`: the percentiles among them, by the key of the measure."""
    return {measure.key: _figure(measure, sums, ranks) for measure in measures}


async def sums_by(tx: AsyncConnection, wanted: Wanted, *keys: sa.ColumnElement[Any]) -> dict[Key, Sums]:
    """What adds up, for each value of the keys; without keys one entry, `()`."""
    counted, summed = _needs(wanted.measures)
    columns: list[sa.Label[Any]] = [_count(name, wanted.target).label(f"n_{name}") for name in counted]
    columns += [_sum(name, wanted.target).label(f"s_{name}") for name in summed]
    named = [key.label(f"k{number}") for number, key in enumerate(keys)]
    query = _from(wanted, sa.select(*named, *columns)).group_by(*named)
    return {tuple(row[: len(named)]): _read(row, len(named), counted, summed) for row in await tx.execute(query)}


async def ranks_by(
    tx: AsyncConnection, wanted: Wanted, sums: Mapping[Key, Sums], *keys: sa.ColumnElement[Any]
) -> dict[Key, dict[str, float]]:
    """The medians and 90th percentiles among the measures, for these values of the keys; exact. `sums` say how many
    there are of each."""
    found: dict[Key, dict[str, float]] = {}
    for of, what in dict.fromkeys((each.of, each.what) for each in wanted.measures if each.how in RANKED):
        asked = [each for each in wanted.measures if each.how in RANKED and (each.of, each.what) == (of, what)]
        sizes = {key: n for key, own in sums.items() if (n := own.counts.get(f"{of}.{what}", 0))}
        if not sizes:
            continue
        for row in await tx.execute(_ranked(wanted, of, what, keys, sizes)):
            own = found.setdefault(tuple(row[: len(keys)]), {})
            own |= {each.key: row.median if each.how == "median" else row.p90 for each in asked}
    return found


async def totals(tx: AsyncConnection, wanted: Wanted) -> dict[str, Figure]:
    """The figures of all the calls together."""
    sums = await sums_by(tx, wanted)
    ranks = await ranks_by(tx, wanted, sums)
    return figures(wanted.measures, sums.get((), Sums()), ranks.get((), {}))


def _figure(measure: Measure, sums: Sums, ranks: Mapping[str, float]) -> Figure:
    n = sums.counts.get(measure.of, 0)
    if measure.how == "count":
        return Figure(n, n)
    if measure.how == "share":
        return _of(measure, sums.counts.get(measure.what, 0) / n if n else None, n)
    n = sums.counts.get(f"{measure.of}.{measure.what}", 0)
    if measure.how in RANKED:
        return _of(measure, ranks.get(measure.key), n)
    total = sums.sums.get(f"{measure.of}.{measure.what}", 0.0)
    return _of(measure, total if measure.how == "sum" else total / n if n else None, n)


def _of(measure: Measure, value: float | None, n: int) -> Figure:
    return Figure(value, n, n < measure.is_small)


def _needs(measures: Iterable[Measure]) -> tuple[list[str], list[str]]:
    """The groups to count, `answered`, and the values to add up, `answered.wait`."""
    counted: dict[str, None] = {}
    summed: dict[str, None] = {}
    for each in measures:
        if each.how in ("count", "share"):
            counted |= dict.fromkeys(name for name in (each.of, each.what) if name)
        else:
            counted[f"{each.of}.{each.what}"] = None
            summed[f"{each.of}.{each.what}"] = None
    return list(counted), list(summed)


def _count(name: str, target: Target) -> sa.ColumnElement[int]:
    group, _, what = name.partition(".")
    where = GROUPS[group].where(target)
    counted = VALUES[what] if what else call.c.id
    return sa.func.count(sa.case((where, counted)))


def _sum(name: str, target: Target) -> sa.ColumnElement[float]:
    group, _, what = name.partition(".")
    return sa.func.coalesce(sa.func.sum(sa.case((GROUPS[group].where(target), VALUES[what]))), 0.0)


def _read(row: sa.Row[Any], skip: int, counted: Sequence[str], summed: Sequence[str]) -> Sums:
    values = list(row[skip:])
    return Sums(dict(zip(counted, values, strict=False)), dict(zip(summed, values[len(counted) :], strict=True)))


def _from(wanted: Wanted, query: sa.Select[Any]) -> sa.Select[Any]:
    source: sa.FromClause = call
    for table, on in wanted.joins:
        source = source.outerjoin(table, on)
    return query.select_from(source).where(*wanted.where)


def _ranked(
    wanted: Wanted, of: str, what: str, keys: Sequence[sa.ColumnElement[Any]], sizes: Mapping[Key, int]
) -> sa.Select[Any]:
    """Nearest rank for the 90th percentile; the median of an even number is the mean of the two in the middle.

    The sizes are given, so that the ranks are told in one pass: to count each part first would hold all its rows.
    """
    value, names = VALUES[what], [f"k{number}" for number in range(len(keys))]
    named = [key.label(name) for name, key in zip(names, keys, strict=True)]
    rows = _from(wanted, sa.select(*named, value.label("v"))).where(GROUPS[of].where(wanted.target), value.is_not(None))
    inner = rows.subquery()
    own = [inner.c[name] for name in names]
    rank = sa.func.row_number().over(partition_by=own or None, order_by=inner.c.v).label("r")
    ranked = sa.select(*own, inner.c.v, rank).subquery()
    size = _sizes(names, sizes)
    r, n, v = ranked.c.r, size.c.n, ranked.c.v
    middle = sa.or_(r == (n + 1) // 2, r == (n + 2) // 2)
    ninth = r == (n * 9 + 9) // 10
    groups = [ranked.c[name] for name in names]
    same = sa.and_(sa.true(), *(ranked.c[name] == size.c[name] for name in names))
    median = sa.func.avg(sa.case((middle, v))).label("median")
    p90 = sa.func.max(sa.case((ninth, v))).label("p90")
    chosen = sa.select(*groups, median, p90).select_from(ranked.join(size, same)).where(sa.or_(middle, ninth))
    return chosen.group_by(*groups)


def _sizes(names: Sequence[str], sizes: Mapping[Key, int]) -> sa.CTE:
    columns = [sa.column(name, sa.Text) for name in names]
    table = sa.values(*columns, sa.column("n", sa.Integer), name="sizes")
    return table.data([(*key, n) for key, n in sizes.items()]).cte("sizes")
