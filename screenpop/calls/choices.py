"""What the call log can be filtered by: the queues, lines, results and tags that its calls have."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.store.tables import call, call_tag, category, customer, user, word_tracker

MOST: Final = 200
"""Of each; who looks for another one writes it into the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The values there are, in order; categories and trackers as id -> name."""

    queues: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    trackers: tuple[tuple[str, str], ...] = ()


async def choices(tx: AsyncConnection) -> Choices:
    """What there is to choose from. Each column is read by its index, one step for each value."""
    return Choices(
        queues=await values_of(tx, call.c.queue),
        lines=await values_of(tx, call.c.line),
        dispositions=await values_of(tx, call.c.disposition),
        tags=await values_of(tx, call_tag.c.tag),
        teams=await values_of(tx, user.c.team),
        categories=await _named(tx, category),
        trackers=await _named(tx, word_tracker),
    )


async def customer_names(tx: AsyncConnection, ids: tuple[str, ...]) -> dict[str, str]:
    """How these customers are called."""
    if not ids:
        return {}
    query = sa.select(customer.c.id, customer.c.name, customer.c.company).where(customer.c.id.in_(ids))
    return {row.id: row.name or row.company for row in await tx.execute(query)}


async def values_of(tx: AsyncConnection, column: "sa.Column[str]") -> tuple[str, ...]:
    """The different texts of an indexed column in order, "" left out: one look into the index for each, as reading all
    calls would take too long."""
    following = sa.select(sa.func.min(column))
    found = following.where(column > "").cte("found", recursive=True)
    value = found.c[0]
    step = sa.select(following.where(column > value).scalar_subquery()).where(value.is_not(None))
    every = found.union_all(step)
    query = sa.select(every.c[0]).where(every.c[0].is_not(None)).limit(MOST)
    return tuple((await tx.execute(query)).scalars())


async def _named(tx: AsyncConnection, table: sa.Table) -> tuple[tuple[str, str], ...]:
    query = sa.select(table.c.id, table.c.name).order_by(table.c.sort, table.c.name).limit(MOST)
    return tuple((row.id, row.name) for row in await tx.execute(query))
