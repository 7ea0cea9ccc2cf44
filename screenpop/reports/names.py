"""What people call the rows of a table."""

from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.reports.model import Dimension
from screenpop.store.tables import category, customer, extension, line, user, word_tracker

_QUERIES: dict[Dimension, tuple[Callable[[], sa.Select[Any]], ...]] = {
    "agent": (lambda: sa.select(extension.c.number, extension.c.name), lambda: sa.select(user.c.id, user.c.name)),
    "line": (lambda: sa.select(line.c.number, sa.func.coalesce(sa.func.nullif(line.c.name, ""), line.c.company)),),
    "customer": (
        lambda: sa.select(customer.c.id, sa.func.coalesce(sa.func.nullif(customer.c.name, ""), customer.c.company)),
    ),
    "category": (lambda: sa.select(category.c.id, category.c.name),),
    "tracker": (lambda: sa.select(word_tracker.c.id, word_tracker.c.name),),
}


async def names_of(tx: AsyncConnection, dimension: Dimension, keys: Collection[str]) -> dict[str, str]:
    """The names of these rows by key; where there is none, the key itself; "" where words are to say it."""
    if dimension in ("hour", "weekday", "time"):
        return {}
    found = {key: key for key in keys}
    for make in _QUERIES.get(dimension, ()):
        query = make()
        column = query.selected_columns[0]
        found |= {row[0]: row[1] for row in await tx.execute(query.where(column.in_(list(keys)))) if row[1]}
    return found
