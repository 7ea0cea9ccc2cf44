"""How a search is read. Each filter is asked for its rows, up to a few: the one that leaves fewest is the way in, and
the others are looked at on its rows. Where none leaves few, the calls are read in the order in which they are wanted,
until a page is full: that is soon, for every filter leaves many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import period, search_text
from screenpop.calls.search import Search
from screenpop.calls.search_clock import clock
from screenpop.calls.search_sql import EVERYBODY, Condition, Where, Whose, conditions, loose, own, rows_in, tight
from screenpop.calls.search_text import Text
from screenpop.numbers import Numbers
from screenpop.store.tables import call

FEW: Final = 2_000
"""So many rows are read one by one in a few hundredths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search, who may see which of its calls, and what "today" means."""

    search: Search
    numbers: Numbers
    now: datetime
    zone: tzinfo
    whose: Whose = EVERYBODY


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
        rows = () if self.rows is None else (rows_in(sorted(self.rows)),)
        text = () if self.text is None else (self.text.said_each if self.rows is not None else self.text.said,)
        return (*rows, *self.where, *text)


async def plan(tx: AsyncConnection, asked: Asked) -> Plan:
    """How to read what is asked."""
    wanted = await _conditions(tx, asked)
    text = await search_text.read(tx, asked.search.q, asked.numbers, FEW) if asked.search.q else None
    fewest, lead = await _fewest(tx, wanted)
    if text and text.rows is not None and (fewest is None or len(text.rows) < len(fewest)):
        return Plan(rows=text.rows, where=tuple(each.where(loose) for each in wanted))
    if fewest is not None:
        return Plan(rows=fewest, where=tuple(each.where(loose) for each in wanted if each is not lead), text=text)
    return Plan(rows=None, where=_in_order(wanted, asked.search, by_text=text is not None), text=text)


async def _conditions(tx: AsyncConnection, asked: Asked) -> list[Condition]:
    search = asked.search
    span = period.span(search.period, search.start, search.end, asked.now, asked.zone)
    found = [*own(asked.whose), *conditions(search, span, asked.now)]
    if search.number:
        found.insert(0, await search_text.number(tx, search.number, asked.numbers))
    if search.hour or search.weekday:
        found.append(await _clock(tx, asked, span))
    return found


async def _clock(tx: AsyncConnection, asked: Asked, span: period.Span) -> Condition:
    """Hours and weekdays, as far as there are calls."""
    first = span[0] or await tx.scalar(sa.select(sa.func.min(call.c.started_at))) or asked.now
    whole = first.astimezone(UTC), span[1] or asked.now + timedelta(days=1)
    pieces = list(period.pieces(whole, asked.search.hour, asked.search.weekday, asked.zone))
    return clock(pieces, period.offsets(whole, asked.zone), asked.search)


async def _fewest(tx: AsyncConnection, wanted: Sequence[Condition]) -> tuple[frozenset[int] | None, Condition | None]:
    """The rows of the condition that leaves fewest, if any leaves few."""
    fewest: frozenset[int] | None = None
    lead = None
    for each in wanted:
        rows = await listed(tx, each.listed, FEW) if each.listed is not None else None
        if rows is not None and (fewest is None or len(rows) < len(fewest)):
            fewest, lead = rows, each
    return fewest, lead


async def listed(tx: AsyncConnection, query: "sa.Select[int]", most: int) -> frozenset[int] | None:
    """The rows of a condition, None where they are more than `most`."""
    rows = (await tx.execute(query.limit(most + 1))).scalars().all()
    return frozenset(rows) if len(rows) <= most else None


def _in_order(wanted: Sequence[Condition], search: Search, by_text: bool) -> tuple[Where, ...]:
    """The conditions for reading calls in their order: open to the one index that is in it."""
    lead = next((each for each in wanted if each.ordered), None)
    if by_text or search.sorted_by != "time":
        lead = None
    return tuple(
        each.where(tight if each is lead or (each.of == search.sorted_by and not by_text) else loose) for each in wanted
    )
