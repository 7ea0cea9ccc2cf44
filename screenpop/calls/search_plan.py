"""How a search is read. Each filter is asked for its rows, up to a few: the one that leaves fewest is the way in, and
the others are looked at on its rows. Where none leaves few, those that leave not very many are held against each other.
Where that leaves too much, the calls are read in the order in which they are wanted, until a page is full: that is
soon, for then every filter leaves many.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import period, search_text
from screenpop.calls.search import Search
from screenpop.calls.search_clock import clock
from screenpop.calls.search_sql import (
    EVERYBODY,
    Condition,
    Where,
    Whose,
    conditions,
    own,
    rows_in,
    tight,
    within,
)
from screenpop.calls.search_text import Text
from screenpop.numbers import Numbers
from screenpop.quality.blind import is_hidden_from, tells_scores
from screenpop.store.columns import loose
from screenpop.store.tables import call

FEW: Final = 4_000
"""So many rows are read one by one in two hundredths of a second."""
MANY: Final = 20_000
"""So many rows are listed by an index in as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search, who may see which of its calls, and what "today" means."""

    search: Search
    numbers: Numbers
    now: datetime
    zone: tzinfo
    whose: Whose = EVERYBODY
    hears: bool = True
    """May find calls by what was said in them, for he may hear all that he sees."""
    blind: str = ""
    """The reviewer who asks, where he is not to know what scores others gave: then such calls are not found by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rows` are all that can fit, None where they are too many; `where` is to be asked of them besides. `text`: it
    is to be asked too, and by itself leaves too many."""

    rows: frozenset[int] | None
    where: tuple[Where, ...]
    text: Text | None = None

    @property
    def every(self) -> tuple[Where, ...]:
        """All conditions of a call."""
        if self.rows is None:
            return (*self.where, *([self.text.said] if self.text else []))
        among = [self.text.said_among(self.rows)] if self.text else []
        return (rows_in(self.rows), *self.where, *among)


async def plan(tx: AsyncConnection, asked: Asked, *, paged: bool = True) -> Plan:
    """How to read what is asked: the next page in its order, or (not `paged`) all of it in any."""
    wanted = await _conditions(tx, asked)
    text = await _text(tx, asked)
    by_time = paged and asked.search.sorted_by == "time"
    in_order = Plan(rows=None, where=_in_order(wanted, asked.search, by_text=text is not None), text=text)
    if by_time and _lies_in_order(wanted, text):
        return in_order
    fewest = await _fewest(tx, wanted)
    if text and text.few is not None and (fewest is None or text.few <= len(fewest.rows)):
        # The word index is in the order of time: page by page it is read no further than it must be.
        return in_order if by_time else Plan(rows=await search_text.rows(tx, text), where=_besides(wanted))
    if fewest is None:
        fewest = await _in_several(tx, wanted, asked.search)
    return in_order if fewest is None else Plan(rows=fewest.rows, where=_besides(wanted, fewest.of), text=text)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The rows that fit all of some conditions."""

    rows: frozenset[int]
    of: Sequence[Condition]


def _besides(wanted: Sequence[Condition], done: Sequence[Condition] = ()) -> tuple[Where, ...]:
    """What is left to be asked of each row."""
    return tuple(each.where(loose) for each in wanted if not any(each is one for one in done))


def _lies_in_order(wanted: Sequence[Condition], text: Text | None) -> bool:
    """One index holds exactly what is asked, in the order of time."""
    others = [each for each in wanted if each.of != "time"]
    if text:
        return bool(text.match) and not others
    return not others or (len(others) == 1 and others[0].ordered)


async def _text(tx: AsyncConnection, asked: Asked) -> Text | None:
    if not asked.search.q:
        return None
    q, numbers = asked.search.q, asked.numbers
    if not asked.hears:
        return await search_text.read_without_words(tx, q, numbers, FEW)
    return await search_text.read(tx, q, numbers, _span(asked), FEW)


def _span(asked: Asked) -> period.Span:
    search = asked.search
    return period.span(search.period, search.start, search.end, asked.now, asked.zone)


async def _conditions(tx: AsyncConnection, asked: Asked) -> list[Condition]:
    search = asked.search
    span = _span(asked)
    found = [*own(asked.whose, span), *conditions(search, span, asked.now)]
    if search.number:
        found.insert(0, within(await search_text.number(tx, search.number, asked.numbers), span))
    if search.hour or search.weekday:
        found.append(await _clock(tx, asked, span))
    if asked.blind and tells_scores(search):
        known = ~is_hidden_from(asked.blind)
        found.append(Condition(where=lambda _: known))
    return found


async def _clock(tx: AsyncConnection, asked: Asked, span: period.Span) -> Condition:
    """Hours and weekdays, as far as there are calls."""
    first = span[0] or await tx.scalar(sa.select(sa.func.min(call.c.started_at))) or asked.now
    whole = first.astimezone(UTC), span[1] or asked.now + timedelta(days=1)
    pieces = list(period.pieces(whole, asked.search.hour, asked.search.weekday, asked.zone))
    return clock(pieces, period.offsets(whole, asked.zone), asked.search)


async def _fewest(tx: AsyncConnection, wanted: Sequence[Condition]) -> _Listed | None:
    """The rows of the condition that leaves fewest, if any leaves few."""
    fewest: _Listed | None = None
    for each in wanted:
        rows = await listed(tx, each.listed, FEW)
        if rows is not None and (fewest is None or len(rows) < len(fewest.rows)):
            fewest = _Listed(rows, [each])
    return fewest


async def _in_several(tx: AsyncConnection, wanted: Sequence[Condition], search: Search) -> _Listed | None:
    """The rows that are in all lists which are not very long. None where there is none such, or one only whose index
    is in the order of time: a page is sooner read by that."""
    short = [each for each in wanted if len(wanted) > 1 and not each.slow and await _is_short(tx, each.listed)]
    if not short or (len(short) == 1 and _leads(short[0], search)):
        return None
    lists = [await listed(tx, each.listed, MANY) or frozenset() for each in short]
    return _Listed(frozenset.intersection(*lists), short)


def _leads(condition: Condition, search: Search) -> bool:
    return condition.of == search.sorted_by or (condition.ordered and search.sorted_by == "time")


async def _is_short(tx: AsyncConnection, query: "sa.Select[int] | None") -> bool:
    if query is None:
        return False
    some = query.limit(MANY + 1).subquery()
    return (await tx.scalar(sa.select(sa.func.count()).select_from(some)) or 0) <= MANY


async def listed(tx: AsyncConnection, query: "sa.Select[int] | None", most: int) -> frozenset[int] | None:
    """The rows of a condition, None where they are more than `most`, or no index lists them."""
    if query is None:
        return None
    some = query.limit(most + 1).subquery()
    # One text for all is read ten times faster than a row each.
    rows = json.loads(await tx.scalar(sa.select(sa.func.json_group_array(some.c.row))) or "[]")
    return frozenset(rows) if len(rows) <= most else None


def _in_order(wanted: Sequence[Condition], search: Search, by_text: bool) -> tuple[Where, ...]:
    """The conditions for reading calls in their order: open to the one index that is in it."""
    lead = next((each for each in wanted if each.ordered), None)
    if by_text or search.sorted_by != "time":
        lead = None
    return tuple(
        each.where(tight if each is lead or (each.of == search.sorted_by and not by_text) else loose) for each in wanted
    )
