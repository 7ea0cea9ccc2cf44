"""Where the words of a search were said or written in a call: the row of the list shows it and leads there."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls.search_words import Term, Token, places, tokens
from screenpop.customers.fold import fold
from screenpop.store.tables import call_comment, call_note, transcript

AROUND: Final = 30
"""Characters shown before the words; after them four times as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`pieces` are the words around it, True for those that were looked for. `recording_id` is "" for a note."""

    pieces: tuple[tuple[str, bool], ...]
    recording_id: str = ""
    second: float = 0.0
    side: str = ""


class _Word(msgspec.Struct):
    start: float
    text: str


class _Segment(msgspec.Struct):
    """A `screenpop.analysis.model.Segment`, its words read only where they are needed."""

    side: str
    start: float
    text: str
    words: msgspec.Raw = msgspec.Raw(b"[]")


async def hits(tx: AsyncConnection, call_ids: Collection[str], terms: Sequence[Term]) -> dict[str, Hit]:
    """The first place of each call at which one of the terms stands: what was said before what was written."""
    if not terms or not call_ids:
        return {}
    said = (await tx.execute(_transcripts(call_ids))).all()
    written = [
        row for table in (call_comment, call_note) for row in (await tx.execute(_written(table, call_ids))).all()
    ]
    return await asyncio.to_thread(_find, said, written, terms)


def _transcripts(call_ids: Collection[str]) -> sa.Select[Any]:
    c = transcript.c
    text = sa.cast(c.segments, sa.Text).label("text")
    return sa.select(c.call_id, c.recording_id, text).where(c.call_id.in_(call_ids)).order_by(c.created_at)


def _written(table: sa.Table, call_ids: Collection[str]) -> sa.Select[Any]:
    place = (table.c.recording_id, table.c.at_second) if "at_second" in table.c else (sa.literal(""), sa.literal(0.0))
    named = (place[0].label("recording_id"), place[1].label("at_second"))
    return sa.select(table.c.call_id, *named, table.c.text).where(table.c.call_id.in_(call_ids))


def _find(said: Iterable[Any], written: Iterable[Any], terms: Sequence[Term]) -> dict[str, Hit]:
    found: dict[str, Hit] = {}
    for row in said:
        if row.call_id not in found:
            hit = _said(row.recording_id, row.text, terms)
            if hit:
                found[row.call_id] = hit
    for row in written:
        pieces = snippet(row.text, terms)
        if pieces:
            hit = Hit(pieces=pieces, recording_id=row.recording_id, second=row.at_second)
            found.setdefault(row.call_id, hit)
    return found


def _said(recording_id: str, stored: str, terms: Sequence[Term]) -> Hit | None:
    for segment in msgspec.json.decode(stored, type=list[_Segment]):
        pieces = snippet(segment.text, terms)
        if pieces:
            second = _second(segment, terms)
            return Hit(pieces=pieces, recording_id=recording_id, second=second, side=segment.side)
    return None


def _second(segment: _Segment, terms: Sequence[Term]) -> float:
    """When the first of the words was said; the begin of the segment where its words have no times."""
    words = msgspec.json.decode(segment.words, type=list[_Word])
    for word in words:
        if any(token.folded.startswith(term.tokens[0]) for token in tokens(word.text) for term in terms):
            return word.start
    return segment.start


def snippet(text: str, terms: Sequence[Term]) -> tuple[tuple[str, bool], ...]:
    """The text around the first of the terms, in pieces; () where none stands in it."""
    if not _may_hold(text, terms):
        return ()
    said = tokens(text)
    marked = sorted({at for term in terms for first, last in places(term, said) for at in range(first, last)})
    if not marked:
        return ()
    begin, end = _window(text, said, marked[0])
    return tuple(_pieces(text, [said[at] for at in marked if said[at].end <= end], begin, end))


def _may_hold(text: str, terms: Sequence[Term]) -> bool:
    folded = fold(text)
    return any(term.tokens[0] in folded for term in terms)


def _window(text: str, said: Sequence[Token], at: int) -> tuple[int, int]:
    """From whole word to whole word."""
    begin = min((token.start for token in said[: at + 1] if token.start >= said[at].start - AROUND), default=0)
    most = said[at].end + 4 * AROUND
    end = max(token.end for token in said[at:] if token.end <= max(most, said[at].end))
    return (0 if begin < 4 else begin), (len(text) if len(text) - end < 4 else end)


def _pieces(text: str, marked: Sequence[Token], begin: int, end: int) -> Iterator[tuple[str, bool]]:
    at = begin
    if begin:
        yield "… ", False
    for token in marked:
        if token.start > at:
            yield text[at : token.start], False
        yield text[token.start : token.end], True
        at = token.end
    if at < end:
        yield text[at:end], False
    if end < len(text):
        yield " …", False
