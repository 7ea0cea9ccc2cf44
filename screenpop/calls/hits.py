"""Why a call was found: where the words of a search stand in it. The row of the list shows it and leads there."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls.log_store import LoggedCall
from screenpop.calls.search_words import Term, bare, number_parts, terms, tokens
from screenpop.calls.snippets import Pieces, held, snippet
from screenpop.customers.fold import fold
from screenpop.numbers import Numbers, fold_digits
from screenpop.store.tables import call_comment, customer, transcript

MOST: Final = 3
"""Places shown of one call."""
SHORTEST_NUMBER: Final = 3
"""Digits that are looked for in numbers."""

Place = Literal["said", "comment", "note", "tag", "result", "name", "customer", "number"]
"""`result` is what came of it, by its key; `name` what the PBX calls the other side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`pieces` are the words around it, True for those that were looked for; `second` and `side` are those of what was
    said in the recording `recording_id`."""

    place: Place
    pieces: Pieces
    recording_id: str = ""
    second: float = 0.0
    side: str = ""


@dataclass(slots=True)
class _Found:
    """What is kept of a call beside its row."""

    transcripts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[tuple[str, float, str]] = field(default_factory=list)
    heard: bool = False
    """May the reader know what was said?"""


@dataclass(frozen=True, slots=True)
class _Text:
    """One text of a call; `words` are those of a transcript, as they are stored."""

    place: Place
    text: str
    recording_id: str = ""
    second: float = 0.0
    side: str = ""
    words: bytes | msgspec.Raw = b"[]"


class _Word(msgspec.Struct):
    start: float
    text: str


class _Segment(msgspec.Struct):
    """A `screenpop.analysis.model.Segment`, its words read only where they are needed."""

    side: str
    start: float
    text: str
    words: msgspec.Raw = msgspec.Raw(b"[]")


async def hits(
    tx: AsyncConnection, calls: Sequence[LoggedCall], q: str, heard: Collection[str], numbers: Numbers
) -> dict[str, tuple[Hit, ...]]:
    """For each call the first places that together hold all words of `q`: said before written before the rest.

    What was said, and what was commented on it, is looked through only in the calls of `heard`.
    """
    wanted = terms(q)
    if not wanted or not calls:
        return {}
    found = await _read(tx, [each.id for each in calls if each.id in heard])
    names = await _names(tx, {each.customer_id for each in calls if each.customer_id})
    return await asyncio.to_thread(_all, calls, found, names, q, wanted, numbers)


async def _read(tx: AsyncConnection, call_ids: Collection[str]) -> Mapping[str, _Found]:
    found = defaultdict[str, _Found](_Found)
    for id_ in call_ids:
        found[id_].heard = True
    if not call_ids:
        return found
    t, c = transcript.c, call_comment.c
    said = sa.select(t.call_id, t.recording_id, sa.cast(t.segments, sa.Text).label("text")).order_by(t.created_at)
    for row in await tx.execute(said.where(t.call_id.in_(call_ids))):
        found[row.call_id].transcripts.append((row.recording_id, row.text))
    written = sa.select(c.call_id, c.recording_id, c.at_second, c.text).order_by(c.recording_id, c.at_second)
    for row in await tx.execute(written.where(c.call_id.in_(call_ids))):
        found[row.call_id].comments.append((row.recording_id, row.at_second, row.text))
    return found


async def _names(tx: AsyncConnection, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Customer -> name, company."""
    c = customer.c
    rows: Sequence[Any] = (
        (await tx.execute(sa.select(c.id, c.name, c.company).where(c.id.in_(ids)))).all() if ids else ()
    )
    return {row.id: (row.name, row.company) for row in rows}


def _all(
    calls: Sequence[LoggedCall],
    found: Mapping[str, _Found],
    names: Mapping[str, tuple[str, str]],
    q: str,
    wanted: Sequence[Term],
    numbers: Numbers,
) -> dict[str, tuple[Hit, ...]]:
    all_hits = {}
    for call in calls:
        places, missing = _in_texts(call, found.get(call.id) or _Found(), wanted)
        if missing:
            places += [*_in_names(names.get(call.customer_id, ()), q, wanted), *_in_number(call, q, numbers)]
        if places:
            all_hits[call.id] = tuple(places[:MOST])
    return all_hits


def _in_texts(call: LoggedCall, found: _Found, wanted: Sequence[Term]) -> tuple[list[Hit], set[Term]]:
    """The first texts that hold the terms, and the terms that none holds. Who may not know what was said finds notes by
    parts of words, see `search_text.read_without_words`."""
    places, missing = list[Hit](), set(wanted)
    for each in _texts(call, found):
        here = held(each.text, missing, inside=not found.heard)
        if here:
            missing -= here
            places.append(_hit(each, wanted, here, inside=not found.heard))
        if not missing:
            break
    return places, missing


def _texts(call: LoggedCall, found: _Found) -> Iterator[_Text]:
    for recording, stored in found.transcripts:
        for segment in msgspec.json.decode(stored, type=list[_Segment]):
            yield _Text("said", segment.text, recording, segment.start, segment.side, segment.words)
    for recording, second, text in found.comments:
        yield _Text("comment", text, recording, second)
    yield from (_Text("note", note.text) for note in call.notes)
    if found.heard:
        yield from (_Text("tag", tag) for tag in call.tags)
        yield _Text("result", call.disposition)
        yield _Text("name", call.shown_name)


def _hit(each: _Text, wanted: Sequence[Term], here: Collection[Term], *, inside: bool) -> Hit:
    second = _second(each, here) if each.place == "said" else each.second
    pieces = snippet(each.text, wanted if len(here) > 1 else here, inside=inside)
    return Hit(place=each.place, pieces=pieces, recording_id=each.recording_id, second=second, side=each.side)


def _second(said: _Text, here: Collection[Term]) -> float:
    """When the first of the words was said; the begin of the segment where its words have no times."""
    for word in msgspec.json.decode(said.words, type=list[_Word]):
        if any(token.folded.startswith(term.tokens[0]) for token in tokens(word.text) for term in here):
            return word.start
    return said.second


def _in_names(names: Sequence[str], q: str, wanted: Sequence[Term]) -> Iterator[Hit]:
    """The customer's name or company, where every word stands in it."""
    words = fold(bare(q)).split()
    for name in names:
        folded = fold(name)
        if words and all(word in folded for word in words):
            yield Hit(place="customer", pieces=snippet(name, wanted, inside=True) or ((name, False),))
            return


def _in_number(call: LoggedCall, q: str, numbers: Numbers) -> Iterator[Hit]:
    plain = bare(q)
    parts = number_parts(plain, numbers) if len(fold_digits(plain)) >= SHORTEST_NUMBER else ()
    if any(call.number.startswith(part) if part.startswith("+") else part in call.number for part in parts):
        yield Hit(place="number", pieces=((call.number, True),))
