"""What a call is found by as text: its notes, what came of it, and what was said in it.

Kept folded in `call_text`, beside which the word index stands. Whoever writes a note, a comment or a transcript calls
`refresh` in the same transaction, so that a search never finds what is not there any more.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.fold import fold
from screenpop.numbers import says_withheld
from screenpop.store.tables import call, call_comment, call_note, call_tag, call_text, transcript

CHUNK = 200
LONGEST = 1_000_000
"""Characters of one call: 15 hours of talk."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REACHES = (1_000, 1_000_000, 1_000_000_000)
"""How far after its own number a call's may be, the least first."""


class _Said(msgspec.Struct):
    text: str = ""


@dataclass(slots=True)
class _Source:
    """Where the words of a call come from: what was written of it, and its transcripts as they are stored."""

    written: list[str] = field(default_factory=list)
    transcripts: list[str] = field(default_factory=list)


async def refresh(tx: AsyncConnection, call_id: str) -> None:
    """Bring the text of one call up to date."""
    await refresh_many(tx, [call_id])


async def refresh_many(tx: AsyncConnection, call_ids: Collection[str]) -> None:
    """Bring the texts of these calls up to date; one that has nothing to be found by has no row."""
    wanted = list(dict.fromkeys(call_ids))
    for start in range(0, len(wanted), CHUNK):
        await _refresh(tx, wanted[start : start + CHUNK])


async def _refresh(tx: AsyncConnection, ids: Sequence[str]) -> None:
    began, sources = await _sources(tx, ids)
    texts = await asyncio.to_thread(_folded, sources)
    old = {row.call_id: row for row in await tx.execute(sa.select(call_text).where(call_text.c.call_id.in_(ids)))}
    gone = [id_ for id_ in old if not texts.get(id_)]
    if gone:
        await tx.execute(sa.delete(call_text).where(call_text.c.call_id.in_(gone)))
    for id_, text in texts.items():
        if id_ in old and text and text != old[id_].text:
            await tx.execute(sa.update(call_text).where(call_text.c.call_id == id_).values(text=text))
    await _insert(tx, [(began[id_], id_, text) for id_, text in texts.items() if text and id_ not in old])


async def _insert(tx: AsyncConnection, rows: Sequence[tuple[datetime, str, str]]) -> None:
    """Each gets the microsecond at which its call began; where another call has it, a number soon after it."""
    wanted = [((began - _EPOCH) // _MICROSECOND, id_, text) for began, id_, text in rows]
    if not wanted:
        return
    c, free, others = call_text.c.row, dict[int, dict[str, Any]](), list[tuple[int, str, str]]()
    taken = set((await tx.execute(sa.select(c).where(c.in_([number for number, _, _ in wanted])))).scalars())
    for number, id_, text in wanted:
        if number in taken or number in free:
            others.append((number, id_, text))
        else:
            free[number] = {"row": number, "call_id": id_, "text": text}
    if free:
        await tx.execute(sa.insert(call_text), list(free.values()))
    for number, id_, text in others:
        await tx.execute(sa.insert(call_text).values(row=await _number_after(tx, number), call_id=id_, text=text))


async def _number_after(tx: AsyncConnection, taken: int) -> int:
    """A free number soon after one that is taken."""
    c, last = call_text.c.row, taken
    for reach in _REACHES:
        last = await tx.scalar(sa.select(sa.func.max(c)).where(c >= taken, c < taken + reach)) or taken
        if last + 1 < taken + reach:
            break
    return last + 1


async def _sources(tx: AsyncConnection, ids: Sequence[str]) -> tuple[dict[str, datetime], Mapping[str, _Source]]:
    """When each call began, and where its words are."""
    began, sources = {}, defaultdict[str, _Source](_Source)
    for row in await tx.execute(sa.select(call).where(call.c.id.in_(ids))):
        began[row.id] = row.started_at
        sources[row.id].written += [_shown_name(row), row.disposition]
    for query in (_notes(ids), _comments(ids), _tags(ids)):
        for row in await tx.execute(query):
            sources[row.call_id].written.append(row.text)
    for row in await tx.execute(_transcripts(ids)):
        sources[row.call_id].transcripts.append(row.text)
    return began, {id_: sources[id_] for id_ in began}


def _shown_name(row: sa.Row[Any]) -> str:
    name: str = row.remote_name
    return "" if name in (row.remote_raw, row.number) or says_withheld(name) else name


def _notes(ids: Sequence[str]) -> sa.Select[Any]:
    c = call_note.c
    return sa.select(c.call_id, c.text).where(c.call_id.in_(ids)).order_by(c.created_at, c.id)


def _comments(ids: Sequence[str]) -> sa.Select[Any]:
    c = call_comment.c
    return sa.select(c.call_id, c.text).where(c.call_id.in_(ids)).order_by(c.recording_id, c.at_second, c.id)


def _tags(ids: Sequence[str]) -> sa.Select[Any]:
    c = call_tag.c
    return sa.select(c.call_id, c.tag.label("text")).where(c.call_id.in_(ids)).order_by(c.tag)


def _transcripts(ids: Sequence[str]) -> sa.Select[Any]:
    """As JSON text: a long one is read in a thread."""
    c = transcript.c
    text = sa.cast(c.segments, sa.Text).label("text")
    return sa.select(c.call_id, text).where(c.call_id.in_(ids)).order_by(c.created_at, c.recording_id)


def _folded(sources: Mapping[str, _Source]) -> dict[str, str]:
    return {id_: fold_all((*source.written, *_said(source.transcripts))) for id_, source in sources.items()}


def fold_all(texts: Iterable[str]) -> str:
    """The texts as they are searched, on one line."""
    return " ".join(filter(None, (fold(text) for text in texts)))[:LONGEST]


def _said(transcripts: Iterable[str]) -> Iterator[str]:
    for stored in transcripts:
        yield from (segment.text for segment in msgspec.json.decode(stored, type=list[_Said]))
