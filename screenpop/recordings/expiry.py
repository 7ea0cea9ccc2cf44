"""Deletes what the rules do not keep any longer, and says beforehand what that will be."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from screenpop.recordings.retention import (
    Aged,
    KeepRule,
    Leaving,
    Retention,
    days_of,
    leaves_at,
    refuse_bad_retention,
)
from screenpop.recordings.service import Recordings
from screenpop.recordings.settings import RecordingSettings
from screenpop.store.engine import Store
from screenpop.store.tables import call, recording

PAUSE_SECONDS = 3600.0
AT_ONCE = 200
SHOWN = 50
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What goes within `days`: how many, how much, and the first of them."""

    days: int
    count: int
    bytes: int
    first: tuple[Leaving, ...]


class Expiry:
    """`run` deletes again and again; `forecast` is the dry run."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        settings: RecordingSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._recordings, self._settings, self._clock = store, recordings, settings, clock

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self._recordings.clear()
                await self.expire()
            except SQLAlchemyError:
                log.exception("old recordings could not be deleted")
            await asyncio.sleep(PAUSE_SECONDS)

    async def expire(self) -> int:
        """Delete all that is due now; how many?"""
        gone, tried = 0, set[str]()
        while due := [each for each in await self._due(self._clock(), AT_ONCE + len(tried)) if each.id not in tried]:
            for aged in due:
                tried.add(aged.id)
                days = days_of(self._settings.retention, aged)
                gone += await self._recordings.expire(aged.id, f"The rules keep it for {days} days.")
        return gone

    async def forecast(self, days: int) -> Forecast:
        """What goes within the next `days`, under the rules as they are now."""
        retention, until = self._settings.retention, self._clock() + timedelta(days=days)
        condition = due_before(retention, until)
        sums = sa.select(sa.func.count(), sa.func.sum(recording.c.size)).select_from(_JOINED).where(condition)
        async with self._store.read() as tx:
            count, size = (await tx.execute(sums)).one()
        first = [
            Leaving(recording=aged, at=at)
            for aged in await self._due(until, SHOWN)
            if (at := leaves_at(retention, aged))
        ]
        return Forecast(
            days=days, count=count, bytes=int(size or 0), first=tuple(sorted(first, key=lambda each: each.at))
        )

    async def newly_due(self, retention: Retention) -> int:
        """So many recordings go within a day by these rules that stay that long by those of now. Raises BadInput."""
        refuse_bad_retention(retention)
        until = self._clock() + timedelta(days=1)
        fresh = sa.and_(due_before(retention, until), sa.not_(due_before(self._settings.retention, until)))
        async with self._store.read() as tx:
            return (await tx.execute(sa.select(sa.func.count()).select_from(_JOINED).where(fresh))).scalar_one()

    async def _due(self, until: datetime, limit: int) -> list[Aged]:
        query = _AGED.where(due_before(self._settings.retention, until)).order_by(recording.c.started_at).limit(limit)
        async with self._store.read() as tx:
            return [Aged(**row._mapping) for row in await tx.execute(query)]


_JOINED = recording.outerjoin(call, call.c.id == recording.c.call_id)
_direction, _queue = sa.func.coalesce(call.c.direction, ""), sa.func.coalesce(call.c.queue, "")
_AGED = sa.select(
    *(recording.c[name] for name in ("id", "call_id", "started_at", "size", "held")),
    _direction.label("direction"),
    _queue.label("queue"),
).select_from(_JOINED)


def due_before(retention: Retention, until: datetime) -> sa.ColumnElement[bool]:
    """The rules in SQL: stored recordings that are not kept until the moment `until`."""
    due: list[sa.ColumnElement[bool]] = []
    earlier: list[sa.ColumnElement[bool]] = []
    for rule in retention.rules:
        fits = _fits(rule)
        due += _aged(rule.days, until, [fits, *earlier])
        earlier.append(sa.not_(fits))
    due += _aged(retention.otherwise, until, earlier)
    return sa.and_(recording.c.state == "stored", ~recording.c.held, sa.or_(sa.false(), *due))


def _aged(days: int, until: datetime, conditions: Sequence[sa.ColumnElement[bool]]) -> list[sa.ColumnElement[bool]]:
    if days <= 0:
        return []
    return [sa.and_(sa.true(), *conditions, recording.c.started_at <= until - timedelta(days=days))]


def _fits(rule: KeepRule) -> sa.ColumnElement[bool]:
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if rule.direction:
        conditions.append(_direction == rule.direction)
    if rule.queues:
        conditions.append(_queue.in_(rule.queues))
    return sa.and_(*conditions)
