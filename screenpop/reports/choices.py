"""What reports can be limited to: the queues, lines, teams and categories that there are."""

from dataclasses import dataclass

import sqlalchemy as sa

from screenpop.calls.choices import values_of
from screenpop.store.engine import Store
from screenpop.store.tables import call, category, line, user


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Each as (value, name)."""

    queues: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    categories: list[tuple[str, str]]


NO_CHOICES = Choices(queues=[], lines=[], teams=[], categories=[])
"""For who sees own calls only: what else there is in the house is none of his business."""


async def choices(store: Store) -> Choices:
    """The queues and lines that calls came in by, and the teams and categories that somebody set up."""
    async with store.read() as tx:
        queues = await values_of(tx, call.c.queue)
        lines = await values_of(tx, call.c.line)
        named = sa.select(line.c.number, sa.func.coalesce(sa.func.nullif(line.c.name, ""), line.c.company))
        names = {row[0]: row[1] for row in await tx.execute(named.where(line.c.number.in_(lines)))}
        teams = list(await tx.scalars(sa.select(user.c.team).distinct().where(user.c.team != "").order_by(user.c.team)))
        kinds = await tx.execute(sa.select(category.c.id, category.c.name).order_by(category.c.sort, category.c.name))
        categories = [(row[0], row[1]) for row in kinds]
    return Choices(
        queues=[(queue, queue) for queue in queues],
        lines=[(number, names.get(number) or number) for number in lines],
        teams=[(team, team) for team in teams],
        categories=categories,
    )
