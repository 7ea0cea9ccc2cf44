"""The search box and the number field in SQL: what was said and written, by whom one talked with, from which number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import search_words
from screenpop.calls.period import Span
from screenpop.calls.search_sql import ROW, Condition, Where, rows_in, values_of
from screenpop.customers import search as customer_search
from screenpop.numbers import Numbers, fold_digits
from screenpop.store.columns import loose
from screenpop.store.tables import call, call_note, call_text

MOST_NUMBERS = 500
"""Numbers with the part that is looked for; where there are more, calls are looked at one by one, and soon found."""
INDEXED = 3
"""Letters that the trigram index needs."""
SHORTEST_NUMBER = 3
"""Digits in the search box that may be part of a number."""

SLACK = 1_000_000
"""Microseconds by which a row of the word index may be away from the begin of its call."""

_FTS = sa.table("call_fts", sa.column("rowid", sa.Integer), sa.column("text"))
_NUMBERS = sa.table("call_number_fts", sa.column("rowid", sa.Integer), sa.column("number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What the search box asks: a call fits by its words (`match`) or by one of `others` (the customer's name, the
    number)."""

    match: str
    others: tuple[Condition, ...]
    other_rows: frozenset[int] | None
    within: tuple[Where, ...] = ()
    """The part of the word index that belongs to the period."""
    few: int | None = None
    """How many may fit, None where they are too many to be listed."""

    @property
    def said(self) -> Where:
        """Fits, for many calls: all matching ones are listed first."""
        found = sa.select(_FTS.c.rowid).where(*self._matching)
        texts = sa.select(call_text.c.call_id).where(call_text.c.row.in_(found))
        return sa.or_(*([call.c.id.in_(texts)] if self.match else [sa.false()]), *self.elsewhere)

    def said_among(self, rows: Iterable[int]) -> Where:
        """Fits, for calls of these rows: what matches is run through, and only theirs kept."""
        theirs = sa.select(call.c.id).where(rows_in(rows))
        wanted = sa.select(call_text.c.row).where(call_text.c.call_id.in_(theirs))
        found = sa.select(_FTS.c.rowid).where(*self._matching, loose(_FTS.c.rowid).in_(wanted))
        texts = sa.select(call_text.c.call_id).where(call_text.c.row.in_(found))
        return sa.or_(*([call.c.id.in_(texts)] if self.match else [sa.false()]), *self.elsewhere)

    @property
    def said_each(self) -> Where:
        """Fits, for a handful of calls: each is looked up."""
        of_call = sa.and_(call_text.c.call_id == call.c.id, _FTS.c.rowid == call_text.c.row)
        each = sa.exists().where(of_call, *self._matching)
        return sa.or_(*([each] if self.match else [sa.false()]), *self.elsewhere)

    @property
    def _matching(self) -> tuple[Where, ...]:
        return _matches(self.match), *self.within

    @property
    def elsewhere(self) -> tuple[Where, ...]:
        """Fits by name or number."""
        if self.other_rows is not None:
            return (rows_in(self.other_rows),)
        return tuple(each.where(loose) for each in self.others)


async def read(tx: AsyncConnection, q: str, numbers: Numbers, period: Span, most: int) -> Text:
    """What `q` asks of the calls of a period; they are counted up to `most`."""
    match = search_words.expression(search_words.terms(q))
    others = await _others(tx, q, numbers)
    text = Text(match=match, others=others, other_rows=await _rows_of(tx, others, most), within=_within(period))
    said = await _count(tx, text, most)
    if text.other_rows is None or said + len(text.other_rows) > most:
        return text
    return replace(text, few=said + len(text.other_rows))


async def read_without_words(tx: AsyncConnection, q: str, numbers: Numbers, most: int) -> Text:
    """The same for somebody who may not know what was said: by name, number and note."""
    others = (*await _others(tx, q, numbers), _noted(search_words.bare(q).casefold().split()))
    rows = await _rows_of(tx, others, most)
    return Text(match="", others=others, other_rows=rows, few=None if rows is None else len(rows))


def _noted(words: Sequence[str]) -> Condition:
    """Calls with a note in which all of the words stand."""
    held = [sa.func.lower(call_note.c.text).contains(word, autoescape=True) for word in words]
    noted = sa.and_(sa.false() if not held else sa.true(), *held)
    rows = sa.select(ROW).select_from(call_note).join(call, call.c.id == call_note.c.call_id).where(noted)
    return Condition(where=lambda _: sa.exists().where(call_note.c.call_id == call.c.id, noted), listed=rows)


def _within(period: Span) -> tuple[Where, ...]:
    row, (begin, end) = _FTS.c.rowid, period
    first = [row >= _micros(begin) - SLACK] if begin else []
    return (*first, *([row <= _micros(end) + SLACK] if end else []))


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


async def number(tx: AsyncConnection, part: str, numbers: Numbers) -> Condition:
    """Calls with this part of a number."""
    parts = search_words.number_parts(part, numbers)
    found = await _numbers_with(tx, parts)
    if found is None:
        pieces = [call.c.number.contains(each) for each in parts]
        return Condition(where=lambda _: sa.or_(sa.false(), *pieces))
    return _valued(call.c.number, found)


def _valued(column: "sa.Column[str]", values: Sequence[str]) -> Condition:
    if len(values) == 1:
        return Condition(
            where=lambda at: at(column) == values[0], listed=_listed(column == values[0]), ordered=True, timed=True
        )
    some = column.in_(values_of(values))
    return Condition(where=lambda at: at(column).in_(values_of(values)), listed=_listed(some), timed=True)


def _listed(where: Where) -> "sa.Select[int]":
    return sa.select(ROW).select_from(call).where(where)


async def _numbers_with(tx: AsyncConnection, parts: Sequence[str]) -> list[str] | None:
    """The numbers of the log that have one of the parts; None where that cannot be listed."""
    if not all(len(part) >= INDEXED for part in parts):
        return None
    match = " OR ".join(f'"{part}"' for part in parts)
    query = sa.select(_NUMBERS.c.number).where(sa.text("call_number_fts MATCH :match")).limit(MOST_NUMBERS + 1)
    found = [row[0] for row in await tx.execute(query, {"match": match})]
    return found if len(found) <= MOST_NUMBERS else None


async def _others(tx: AsyncConnection, q: str, numbers: Numbers) -> tuple[Condition, ...]:
    plain = search_words.bare(q)
    found = []
    customers = await customer_search.named(tx, plain) if plain else []
    if customers:
        found.append(_valued(call.c.customer_id, customers))
    if len(fold_digits(plain)) >= SHORTEST_NUMBER:
        found.append(await number(tx, plain, numbers))
    return tuple(found)


async def _rows_of(tx: AsyncConnection, others: Sequence[Condition], most: int) -> frozenset[int] | None:
    rows: frozenset[int] = frozenset()
    for each in others:
        if each.listed is None:
            return None
        more = (await tx.execute(each.listed.limit(most + 1))).scalars().all()
        rows |= frozenset(more)
        if len(more) > most or len(rows) > most:
            return None
    return rows


async def _count(tx: AsyncConnection, text: Text, most: int) -> int:
    """In how many texts it stands; `most + 1` is that or more."""
    if not text.match:
        return 0
    found = sa.select(_FTS.c.rowid).where(_matches(text.match), *text.within).limit(most + 1)
    return await tx.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


async def rows(tx: AsyncConnection, text: Text) -> frozenset[int]:
    """All rows that fit: for a text that leaves few."""
    if not text.match:
        return text.other_rows or frozenset()
    found = sa.select(_FTS.c.rowid).where(_matches(text.match), *text.within)
    texts = (await tx.execute(found)).scalars().all()
    query = sa.select(ROW).select_from(call_text).join(call, call.c.id == call_text.c.call_id)
    said = (await tx.execute(query.where(call_text.c.row.in_(values_of(texts))))).scalars()
    return frozenset(said) | (text.other_rows or frozenset())


def _matches(match: str) -> Where:
    return sa.text("call_fts MATCH :match").bindparams(match=match)  # type: ignore[return-value]


async def said_in_order(
    tx: AsyncConnection, text: Text, descending: bool, where: Sequence[Where], edge: datetime | None, limit: int
) -> list[tuple[datetime, str]]:
    """When they began and their ids: calls with these words, in the order of the word index, which is that of time."""
    row = _FTS.c.rowid
    # `loose` leaves only one way to read this: the word index first, and only as far as rows are wanted.
    query = (
        sa.select(call.c.started_at, call.c.id)
        .select_from(_FTS)
        .join(call_text, call_text.c.row == loose(row))
        .join(call, call.c.id == loose(call_text.c.call_id))
        .where(_matches(text.match), *text.within, *where)
        .order_by(row.desc() if descending else row.asc())
        .limit(limit)
    )
    if edge is not None:
        query = query.where(row <= _micros(edge) + SLACK if descending else row >= _micros(edge) - SLACK)
    return [(at, id_) for at, id_ in await tx.execute(query)]
