"""The figures of today: begun from what the store has, carried on by the facts.

A call belongs to the day on which it began, as in the call log.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.board.level import LeftBecause, Level, Target, Visit, level_of
from screenpop.facts import CallAnswered, CallEnded, CallFact, CallMerged, QueueLeft
from screenpop.store.tables import call, call_event

CHUNK = 500
REASONS: tuple[LeftBecause, ...] = ("answered", "abandoned", "left")


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the site's time zone, as Unix seconds: from `begin` until before `end`."""

    begin: float
    end: float

    def __contains__(self, at: float) -> bool:
        return self.begin <= at < self.end


def day_of(at: float, zone: tzinfo) -> Day:
    """The day in which the moment `at` lies."""
    date = datetime.fromtimestamp(at, zone).date()
    begin, end = (datetime.combine(date + timedelta(days=days), time(), zone) for days in (0, 1))
    return Day(begin.timestamp(), end.timestamp())


@dataclass(slots=True)
class Today:
    """What happened on one day so far. Only calls that are over, and queues that were left, are in it."""

    day: Day
    visits: defaultdict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    """By queue."""
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many calls by direction and result."""
    talk_seconds: float = 0.0
    taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The calls in which each extension talked."""
    _levels: dict[str, tuple[Target, int, Level]] = field(default_factory=dict, repr=False, compare=False)

    def apply(self, fact: CallFact) -> None:
        """Count what happened, if it belongs to this day."""
        if isinstance(fact, CallMerged):
            self._merge(fact)
        if fact.call.started_at not in self.day:
            return
        if isinstance(fact, QueueLeft):
            self.visits[fact.queue].append(Visit(fact.reason, fact.waited))
        elif isinstance(fact, CallAnswered) and fact.agent:
            self.taken[fact.agent].add(fact.call.id)
        elif isinstance(fact, CallEnded):
            self.results[fact.call.direction, fact.result] += 1
            self.talk_seconds += fact.talk_seconds

    def _merge(self, fact: CallMerged) -> None:
        for calls in self.taken.values():
            if fact.gone in calls:
                calls.discard(fact.gone)
                calls.add(fact.call.id)

    def level(self, queue: str, target: Target) -> Level:
        """The service level of a queue; worked out anew only for the visits that came since."""
        visits = self.visits.get(queue, [])
        known_for, counted, level = self._levels.get(queue, (target, 0, Level()))
        if known_for != target:
            counted, level = 0, Level()
        level += level_of(visits[counted:], target)
        self._levels[queue] = target, len(visits), level
        return level

    def level_of_all(self, target: Target) -> Level:
        """The service level over all queues."""
        return sum((self.level(queue, target) for queue in tuple(self.visits)), Level())

    def calls_of(self, extensions: tuple[str, ...]) -> int:
        """In how many calls somebody at these extensions talked."""
        return len(set[str]().union(*(self.taken.get(seat, ()) for seat in extensions)))

    def total(self, direction: str, *results: str) -> int:
        """How many calls went this way, and came to one of these results (none named: to any)."""
        counted = self.results.items()
        return sum(n for (way, result), n in counted if way == direction and (not results or result in results))


async def load(tx: AsyncConnection, day: Day) -> Today:
    """The figures of this day as the store has them."""
    today = Today(day)
    await _take_results(tx, today, _within(day))
    for row in await tx.execute(_events(_within(day))):
        _take(today, row)
    return today


async def add_ended(tx: AsyncConnection, today: Today, call_ids: Sequence[str]) -> None:
    """Count these calls too: their ends are in the store, and no fact told them."""
    for start in range(0, len(call_ids), CHUNK):
        named = call.c.id.in_(call_ids[start : start + CHUNK])
        await _take_results(tx, today, sa.and_(_within(today.day), named))


def _within(day: Day) -> sa.ColumnElement[bool]:
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (day.begin, day.end))
    return sa.and_(call.c.started_at >= begin, call.c.started_at < end)


async def _take_results(tx: AsyncConnection, today: Today, where: sa.ColumnElement[bool]) -> None:
    for row in await tx.execute(_results(where)):
        today.results[row.direction, row.result] += row.calls
        today.talk_seconds += row.talked


def _results(within: sa.ColumnElement[bool]) -> sa.Select[Any]:
    over = sa.and_(within, call.c.ended_at.is_not(None))
    counts = sa.func.count().label("calls"), sa.func.sum(call.c.talk_seconds).label("talked")
    return sa.select(call.c.direction, call.c.result, *counts).where(over).group_by(call.c.direction, call.c.result)


def _events(within: sa.ColumnElement[bool]) -> sa.Select[Any]:
    told = call_event.c.kind.in_((QueueLeft.NAME, CallAnswered.NAME))
    columns = call_event.c.call_id, call_event.c.kind, call_event.c.agent, call_event.c.detail
    return sa.select(*columns).join(call, call.c.id == call_event.c.call_id).where(within, told)


def _take(today: Today, row: sa.Row[Any]) -> None:
    if row.kind == CallAnswered.NAME:
        if row.agent:
            today.taken[row.agent].add(row.call_id)
        return
    reason = row.detail.get("reason")
    if reason in REASONS:
        visit = Visit(cast(LeftBecause, reason), float(row.detail.get("waited") or 0.0))
        today.visits[str(row.detail.get("queue") or "")].append(visit)
