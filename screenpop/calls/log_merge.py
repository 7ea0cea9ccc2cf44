"""Making one row of two calls that turned out to be one (CALL+08). In SQL, in the transaction that is given."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import missed_store
from screenpop.quality import store as reviews
from screenpop.store.tables import (
    analysis,
    call,
    call_alias,
    call_comment,
    call_note,
    call_tag,
    recording,
    review,
    tracker_hit,
    transcript,
)

_THEIRS = (call_comment, recording, analysis, transcript, tracker_hit)
"""What belongs to a call and goes with it."""
_UNLESS_KNOWN = {"disposition": "", "follow_up_at": None, "score": None, "sentiment": None, "talk_share": None}
"""What the row that stays takes over where it has nothing, and what nothing is."""


async def merge(tx: AsyncConnection, kept: str, gone: str) -> None:
    """Make one row of two: what people wrote on the one that goes, and what was recorded of it, is the other's."""
    row = (await tx.execute(sa.select(call).where(call.c.id == gone))).first()
    if row is not None:
        await _take_columns(tx, kept, row)
    await _move_notes(tx, kept, gone)
    await _move_tags(tx, kept, gone)
    await _move_reviews(tx, kept, gone)
    for table in _THEIRS:
        await tx.execute(sa.update(table).where(table.c.call_id == gone).values(call_id=kept))
    await missed_store.merge(tx, kept, gone)
    await _keep_id(tx, kept, gone)
    await tx.execute(sa.delete(call).where(call.c.id == gone))


async def _keep_id(tx: AsyncConnection, kept: str, gone: str) -> None:
    """Links, cards and files name the call by its old id for good."""
    c = call_alias.c
    await tx.execute(sa.delete(call_alias).where(c.gone.in_((kept, gone))))
    await tx.execute(sa.update(call_alias).where(c.kept == gone).values(kept=kept))
    await tx.execute(sa.insert(call_alias).values(gone=gone, kept=kept))


async def _take_columns(tx: AsyncConnection, kept: str, row: sa.Row[Any]) -> None:
    this = call.c.id == kept
    if row.chosen:
        values = {"customer_id": row.customer_id, "chosen": True, "identified_at": row.identified_at}
        await tx.execute(sa.update(call).where(this, ~call.c.chosen).values(values))
    if row.recorded:
        await tx.execute(sa.update(call).where(this).values(recorded=True))
    for name, nothing in _UNLESS_KNOWN.items():
        value = row._mapping[name]
        if value != nothing:
            bare = call.c[name].is_(None) if nothing is None else call.c[name] == nothing
            more = {each: row._mapping[each] for each in _WITH.get(name, ())}
            await tx.execute(sa.update(call).where(this, bare).values({name: value, **more}))


_WITH = {"follow_up_at": ("follow_up_user", "follow_up_done_at")}


async def _move_notes(tx: AsyncConnection, kept: str, gone: str) -> None:
    """One note of each author is left: who wrote on both calls finds both texts in it."""
    c = call_note.c
    texts = {row.author: row for row in await tx.execute(sa.select(call_note).where(c.call_id == kept))}
    for row in (await tx.execute(sa.select(call_note).where(c.call_id == gone))).all():
        own = texts.get(row.author)
        if own is None:
            await tx.execute(sa.update(call_note).where(c.id == row.id).values(call_id=kept))
        else:
            await tx.execute(sa.update(call_note).where(c.id == own.id).values(text=f"{own.text}\n\n{row.text}"))
            await tx.execute(sa.delete(call_note).where(c.id == row.id))


async def _move_tags(tx: AsyncConnection, kept: str, gone: str) -> None:
    c = call_tag.c
    there = set((await tx.execute(sa.select(c.tag).where(c.call_id == kept))).scalars())
    moved = sa.update(call_tag).where(c.call_id == gone, c.tag.not_in(there))
    await tx.execute(moved.values(call_id=kept))


async def _move_reviews(tx: AsyncConnection, kept: str, gone: str) -> None:
    """A reviewer has one review of a call on each card: that of the call that stays, but a draft gives way to what is
    finished. The score is counted anew."""
    c, there = review.c, review.alias()
    same = (there.c.card_id == c.card_id, there.c.reviewer == c.reviewer)
    done = (*same, there.c.call_id == gone, there.c.done_at.is_not(None))
    await tx.execute(sa.delete(review).where(c.call_id == kept, c.done_at.is_(None), sa.exists().where(*done)))
    await tx.execute(sa.delete(review).where(c.call_id == gone, sa.exists().where(*same, there.c.call_id == kept)))
    moved = await tx.execute(sa.update(review).where(c.call_id == gone).values(call_id=kept))
    if moved.rowcount:
        await reviews.note_score(tx, kept)
