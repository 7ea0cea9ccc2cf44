"""Calls that fit a search: pages of them in their order, and their sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import search_sql
from screenpop.calls.search_plan import Asked, Plan, plan
from screenpop.calls.search_sql import SORTED, Where, Whose, rows_in, tight
from screenpop.calls.search_text import said_in_order
from screenpop.errors import BadInput
from screenpop.store.columns import UtcTime
from screenpop.store.tables import call

COUNTED: Final = 10_000
"""Where the sums take too long, calls are counted up to here."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The place of a call in the order: the value it is sorted by (0 for its time), when it began, its id."""

    value: float
    at: datetime
    id: str

    @classmethod
    def read(cls, text: str, field: str = "after") -> "Cursor":
        """From what `str` makes of it. Raises BadInput."""
        value, _, rest = text.partition("~")
        micros, _, id_ = rest.partition("~")
        try:
            return cls(float(value), _EPOCH + int(micros) * _MICROSECOND, id_)
        except (ValueError, OverflowError):
            raise BadInput("This place in the list is none.", field) from None

    def __str__(self) -> str:
        return f"{self.value!r}~{(self.at - _EPOCH) // _MICROSECOND}~{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of calls, in order. `earlier`: there are calls before the first; `further`: after the last."""

    places: tuple[Cursor, ...]
    earlier: bool
    further: bool

    @property
    def ids(self) -> list[str]:
        """The calls."""
        return [place.id for place in self.places]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all calls that fit; times in seconds. `more`: there are more than `calls`, and the sums are not known.
    `waited`: those that were in a queue."""

    calls: int
    more: bool = False
    answered: int = 0
    talk_seconds: float = 0.0
    waited: int = 0
    wait_seconds: float = 0.0


async def page(
    tx: AsyncConnection, asked: Asked, limit: int, after: Cursor | None = None, before: Cursor | None = None
) -> Found:
    """The first `limit` calls, or those that follow `after`, or those that lead to `before`."""
    back = before is not None
    edge = before if back else after
    places = await _read(tx, asked, await plan(tx, asked), _Order(asked, back), edge, limit + 1)
    more, places = len(places) > limit, places[:limit]
    shown = tuple(reversed(places)) if back else tuple(places)
    return Found(places=shown, earlier=more if back else after is not None, further=back or more)


async def totals(tx: AsyncConnection, asked: Asked) -> Totals:
    """The sums."""
    queued = call.c.queue != ""
    query = sa.select(
        sa.func.count(),
        sa.func.count(call.c.answered_at),
        sa.func.total(call.c.talk_seconds),
        sa.func.count().filter(queued),
        sa.func.total(call.c.wait_seconds).filter(queued),
    ).select_from(call)
    row = (await tx.execute(query.where(*(await plan(tx, asked, paged=False)).every))).one()
    return Totals(calls=row[0], answered=row[1], talk_seconds=row[2], waited=row[3], wait_seconds=row[4])


async def count(tx: AsyncConnection, asked: Asked, most: int = COUNTED) -> int:
    """How many fit; `most + 1` stands for more."""
    some = sa.select(sa.literal(1)).select_from(call).where(*(await plan(tx, asked, paged=False)).every).limit(most + 1)
    return await tx.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def own(whose: Whose) -> list[Where]:
    """Conditions of the calls that `whose` may see, for who asks by another way."""
    return [each.where(tight) for each in search_sql.own(whose)]


class _Order:
    """The order of the rows, forwards or (`back`) backwards."""

    def __init__(self, asked: Asked, back: bool) -> None:
        search = asked.search
        self.column = SORTED[search.sorted_by]
        self.by_time = search.sorted_by == "time"
        self.descending = search.descending != back

    @property
    def value(self) -> sa.ColumnElement[Any]:
        """What is sorted by, as cursors have it."""
        return sa.literal(0.0) if self.by_time else self.column

    @property
    def columns(self) -> list[sa.ColumnElement[Any]]:
        columns = (call.c.started_at, call.c.id) if self.by_time else (self.column, call.c.started_at, call.c.id)
        return [column.desc() if self.descending else column.asc() for column in columns]

    def beyond(self, edge: Cursor) -> Where:
        """Calls that come after `edge` in this order."""
        own: list[tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]] = [
            (call.c.started_at, sa.literal(edge.at, UtcTime)),
            (call.c.id, sa.literal(edge.id)),
        ]
        if not self.by_time:
            own.insert(0, (self.column, sa.literal(edge.value)))
        ours, theirs = sa.tuple_(*(each for each, _ in own)), sa.tuple_(*(each for _, each in own))
        return ours < theirs if self.descending else ours > theirs

    def arranged(self, places: Iterable[Cursor]) -> list[Cursor]:
        """These in order, each once."""
        return sorted(set(places), reverse=self.descending)


async def _read(
    tx: AsyncConnection, asked: Asked, made: Plan, order: _Order, edge: Cursor | None, limit: int
) -> list[Cursor]:
    """The next `limit` calls beyond `edge`."""
    beyond = [order.beyond(edge)] if edge else []
    if made.text is None or made.rows is not None or not order.by_time:
        return await _places(tx, order, [*made.every, *beyond], limit)
    places: list[Cursor] = []
    for where in _elsewhere(made):
        places += await _places(tx, order, [*where, *made.where, *beyond], limit)
    if made.text.match:
        places += await _said(tx, made, order, [*made.where, *beyond], edge, limit)
    return order.arranged(places)[:limit]


def _elsewhere(made: Plan) -> list[Sequence[Where]]:
    """By what calls fit besides their words."""
    text = made.text
    if text is None or not text.others:
        return []
    if text.other_rows is not None:
        return [[rows_in(text.other_rows)]]
    return [[where] for where in text.elsewhere]


async def _places(tx: AsyncConnection, order: _Order, where: Sequence[Where], limit: int) -> list[Cursor]:
    query = sa.select(order.value, call.c.started_at, call.c.id).where(*where).order_by(*order.columns).limit(limit)
    return [Cursor(float(value), at, id_) for value, at, id_ in await tx.execute(query)]


async def _said(
    tx: AsyncConnection, made: Plan, order: _Order, where: Sequence[Where], edge: Cursor | None, limit: int
) -> list[Cursor]:
    """Calls by what was said in them: the word index is in the order of time already."""
    assert made.text is not None
    found = await said_in_order(tx, made.text, order.descending, where, edge.at if edge else None, limit)
    if len(found) < limit:
        return [Cursor(0.0, at, id_) for at, id_ in found]
    # Calls of the same microsecond stand in the index in any order: take all of the last one's.
    same = [*where, made.text.said_each, call.c.started_at == found[-1][0]]
    return [Cursor(0.0, at, id_) for at, id_ in found] + await _places(tx, order, same, limit)
