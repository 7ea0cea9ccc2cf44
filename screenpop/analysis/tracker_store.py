"""Trackers in SQL. Every function works in the transaction it is given."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.analysis.tracking import Tracker
from screenpop.errors import Conflict
from screenpop.store.tables import tracker_hit, word_tracker

t = word_tracker.c


async def all_of(tx: AsyncConnection) -> list[Tracker]:
    """All trackers in their order, those switched off as well."""
    return [_tracker(row) for row in await tx.execute(sa.select(word_tracker).order_by(t.sort, t.id))]


async def write(tx: AsyncConnection, tracker: Tracker, *, new: bool) -> None:
    """Put a tracker into its row; raises Conflict where its name is taken."""
    values = {
        "id": tracker.id,
        "name": tracker.name,
        "kind": tracker.kind,
        "side": tracker.side,
        "phrases": list(tracker.phrases),
        "within_seconds": tracker.within_s,
        "alert": tracker.alert,
        "active": tracker.active,
        "sort": tracker.sort,
        "updated_at": datetime.now(UTC),
    }
    row = sa.insert(word_tracker) if new else sa.update(word_tracker).where(t.id == tracker.id)
    try:
        await tx.execute(row.values(values))
    except IntegrityError as error:
        raise Conflict("There is a tracker of this name already.") from error


async def remove(tx: AsyncConnection, tracker_id: str) -> None:
    """Forget a tracker and where it was heard."""
    await tx.execute(sa.delete(word_tracker).where(t.id == tracker_id))


async def reorder(tx: AsyncConnection, ids: Sequence[str]) -> None:
    """Put the list into this order."""
    for place, tracker_id in enumerate(ids, start=1):
        await tx.execute(sa.update(word_tracker).where(t.id == tracker_id).values(sort=place))


async def calls_heard(tx: AsyncConnection) -> dict[str, int]:
    """In how many calls each tracker was heard, by id; those in none are left out."""
    counted = sa.func.count(sa.distinct(tracker_hit.c.call_id))
    query = sa.select(tracker_hit.c.tracker_id, counted).group_by(tracker_hit.c.tracker_id)
    return {row[0]: row[1] for row in await tx.execute(query)}


def _tracker(row: sa.Row[Any]) -> Tracker:
    return Tracker(
        id=row.id,
        name=row.name,
        kind=row.kind,
        side=row.side,
        phrases=tuple(row.phrases),
        alert=row.alert,
        active=row.active,
        within_s=row.within_seconds,
        sort=row.sort,
    )
