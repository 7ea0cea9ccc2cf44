"""Comments at one second of a recording: added, changed and taken away by whoever wrote them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls import text as call_texts
from screenpop.customers.fields import clean_note
from screenpop.errors import BadInput, NotFound
from screenpop.ids import new_id
from screenpop.store.engine import Store
from screenpop.store.tables import call_comment, user

LONGEST = 2_000
MOST = 500
"""Of one recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote about the second `at_second` of a recording. `author` is a user's id."""

    id: str
    author: str
    author_name: str
    at_second: float
    text: str
    updated_at: datetime


class Comments:
    """Raises BadInput for a text that cannot be taken, NotFound for a comment that is not there, or another's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, recording_id: str) -> list[Comment]:
        """The comments of a recording in the order of time."""
        c = call_comment.c
        query = (
            sa.select(call_comment, user.c.name.label("author_name"))
            .outerjoin(user, c.author == user.c.id)
            .where(c.recording_id == recording_id)
            .order_by(c.at_second, c.id)
        )
        async with self._store.read() as tx:
            return [_comment(row) for row in await tx.execute(query)]

    async def add(self, call_id: str, recording_id: str, author: str, at_second: float, text: str) -> str:
        """Write a comment; returns its id."""
        now, id_ = datetime.now(UTC), new_id()
        whose = {"id": id_, "call_id": call_id, "recording_id": recording_id, "author": author}
        said = {"at_second": max(0.0, at_second), "text": _clean(text), "created_at": now, "updated_at": now}
        async with self._store.begin() as tx:
            here = sa.select(sa.func.count()).where(call_comment.c.recording_id == recording_id)
            if (await tx.scalar(here) or 0) >= MOST:
                raise BadInput("There are too many comments on this recording.", "text")
            await tx.execute(sa.insert(call_comment).values(**whose, **said))
            await call_texts.refresh(tx, call_id)
        return id_

    async def change(self, call_id: str, comment_id: str, author: str, text: str) -> None:
        """Write another text in the author's own comment."""
        values = {"text": _clean(text), "updated_at": datetime.now(UTC)}
        await self._write(call_id, sa.update(call_comment).where(*_own(call_id, comment_id, author)).values(values))

    async def remove(self, call_id: str, comment_id: str, author: str) -> None:
        """Take the author's own comment away."""
        await self._write(call_id, sa.delete(call_comment).where(*_own(call_id, comment_id, author)))

    async def _write(self, call_id: str, statement: sa.Update | sa.Delete) -> None:
        async with self._store.begin() as tx:
            await _done(tx, statement)
            await call_texts.refresh(tx, call_id)


async def _done(tx: AsyncConnection, statement: sa.Update | sa.Delete) -> None:
    if not (await tx.execute(statement)).rowcount:
        raise NotFound("There is no such comment of yours.")


def _own(call_id: str, comment_id: str, author: str) -> tuple[sa.ColumnElement[bool], ...]:
    c = call_comment.c
    return c.call_id == call_id, c.id == comment_id, c.author == author


def _clean(text: str) -> str:
    cleaned = clean_note(text)
    if not cleaned:
        raise BadInput("Write something first.", "text")
    if len(cleaned) > LONGEST:
        raise BadInput("A comment has at most %(most)d characters.", "text", most=LONGEST)
    return cleaned


def _comment(row: sa.Row[Any]) -> Comment:
    return Comment(
        id=row.id,
        author=row.author,
        author_name=row.author_name or "",
        at_second=row.at_second,
        text=row.text,
        updated_at=row.updated_at,
    )
