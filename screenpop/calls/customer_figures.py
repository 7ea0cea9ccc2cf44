"""What the calls with one customer add up to."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from screenpop.store.engine import Store
from screenpop.store.tables import call, tracker_hit, word_tracker

TOPICS = 5
LEAST = 3
"""A mean of fewer calls is marked as what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFigures:
    """All calls with a customer. `sentiment` is the mean of those that were analysed (`toned` of them), -1 to 1;
    `topics` are those heard last, each with how many calls it was heard in."""

    calls: int
    answered: int
    talk_seconds: float
    first_at: datetime | None
    sentiment: float | None
    toned: int
    topics: tuple[tuple[str, int], ...]


async def customer_figures(store: Store, customer_id: str) -> CustomerFigures:
    """The figures of this customer; of one who never called all are 0."""
    c = call.c
    sums = sa.select(
        sa.func.count().label("calls"),
        sa.func.count(c.answered_at).label("answered"),
        sa.func.coalesce(sa.func.sum(c.talk_seconds), 0.0).label("talk_seconds"),
        sa.func.min(c.started_at).label("first_at"),
        sa.func.avg(c.sentiment).label("sentiment"),
        sa.func.count(c.sentiment).label("toned"),
    ).where(c.customer_id == customer_id)
    async with store.read() as tx:
        row = (await tx.execute(sums)).one()
        topics = (await tx.execute(_topics(customer_id))).all()
    return CustomerFigures(**row._asdict(), topics=tuple((each.name, each.number) for each in topics))


def _topics(customer_id: str) -> sa.Select[tuple[str, int]]:
    heard = sa.func.count(tracker_hit.c.call_id.distinct()).label("number")
    return (
        sa.select(word_tracker.c.name, heard)
        .join(tracker_hit, tracker_hit.c.tracker_id == word_tracker.c.id)
        .join(call, call.c.id == tracker_hit.c.call_id)
        .where(call.c.customer_id == customer_id, word_tracker.c.kind == "topic")
        .group_by(word_tracker.c.name)
        .order_by(sa.func.max(call.c.started_at).desc(), word_tracker.c.name)
        .limit(TOPICS)
    )
