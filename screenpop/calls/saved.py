"""Searches of the call log under a name: a person's own, and those that others share with everybody."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.calls.search import parse, to_query
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.ids import new_id, pack_id
from screenpop.store.engine import Store
from screenpop.store.tables import saved_filter, user

MOST: Final = 50
LONGEST_NAME: Final = 60
_C = saved_filter.c
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """One of them. `query` is that of the call log's address; `owner_name` the name of who made it."""

    id: str
    owner: str
    owner_name: str
    name: str
    query: str
    shared: bool
    sort: int


class SavedFilters:
    """What is saved, and the changes of it; everybody changes only what is his own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def seen_by(self, user_id: str) -> list[SavedFilter]:
        """The user's own in their order, then what others share, by name."""
        async with self._store.read() as tx:
            rows = await _rows(tx, sa.or_(_C.user_id == user_id, _C.shared))
        return sorted(
            rows, key=lambda each: (each.owner != user_id, each.sort if each.owner == user_id else 0, each.name)
        )

    async def save(self, user_id: str, name: str, query: str) -> SavedFilter:
        """Save a search; one of the same name is replaced. Raises BadInput."""
        name, query = _name(name), _query(query)
        async with self._store.begin() as tx:
            own = await _rows(tx, _C.user_id == user_id)
            same = next((each for each in own if each.name == name), None)
            if same:
                await tx.execute(sa.update(saved_filter).where(_C.id == same.id).values(query=query))
                return await _one(tx, user_id, same.id)
            _room(own)
            id_ = new_id()
            await _insert(
                tx, id_, user_id, name=name, query=query, sort=max((each.sort for each in own), default=0) + 1
            )
            return await _one(tx, user_id, id_)

    async def restore(self, user_id: str, id_: str, name: str, query: str, *, shared: bool, sort: int) -> None:
        """Put back what was deleted. Raises BadInput, Conflict."""
        if not pack_id(id_):
            raise BadInput("There is no such filter.")
        name, query = _name(name), _query(query)
        async with self._store.begin() as tx:
            own = await _rows(tx, _C.user_id == user_id)
            _room(own)
            if any(each.name == name for each in own) or await _rows(tx, _C.id == id_):
                raise Conflict("There is a filter of this name.")
            await _insert(tx, id_, user_id, name=name, query=query, sort=sort, shared=shared)

    async def rename(self, user_id: str, id_: str, name: str) -> None:
        """Give it another name. Raises BadInput, NotFound, Conflict."""
        name = _name(name)
        async with self._store.begin() as tx:
            if any(each.name == name and each.id != id_ for each in await _rows(tx, _C.user_id == user_id)):
                raise Conflict("There is a filter of this name.")
            await _change(tx, user_id, id_, name=name)

    async def share(self, user_id: str, id_: str, shared: bool) -> None:
        """Show it to everybody (who sees only calls meant for him), or to the owner alone. Raises NotFound."""
        async with self._store.begin() as tx:
            await _change(tx, user_id, id_, shared=shared)

    async def move(self, user_id: str, id_: str, places: int) -> None:
        """Move it so many places on (back, where below 0). Raises NotFound."""
        async with self._store.begin() as tx:
            own = sorted(await _rows(tx, _C.user_id == user_id), key=lambda each: (each.sort, each.name))
            order = [each.id for each in own]
            if id_ not in order:
                raise NotFound("There is no such filter.")
            at = order.index(id_)
            order.insert(min(max(at + places, 0), len(order) - 1), order.pop(at))
            for sort, each in enumerate(order, 1):
                await _change(tx, user_id, each, sort=sort)

    async def delete(self, user_id: str, id_: str) -> SavedFilter:
        """Delete it; returns what it was. Raises NotFound."""
        async with self._store.begin() as tx:
            gone = await _one(tx, user_id, id_)
            await tx.execute(sa.delete(saved_filter).where(_C.id == id_))
        return gone


async def _rows(tx: AsyncConnection, where: sa.ColumnElement[bool]) -> list[SavedFilter]:
    query = sa.select(saved_filter, user.c.name.label("owner_name")).join(user, user.c.id == _C.user_id).where(where)
    return [_saved(row) for row in await tx.execute(query)]


def _saved(row: sa.Row[Any]) -> SavedFilter:
    names = ("id", "owner_name", "name", "query", "shared", "sort")
    return SavedFilter(owner=row.user_id, **{name: row._mapping[name] for name in names})


async def _one(tx: AsyncConnection, user_id: str, id_: str) -> SavedFilter:
    found = await _rows(tx, sa.and_(_C.id == id_, _C.user_id == user_id))
    if not found:
        raise NotFound("There is no such filter.")
    return found[0]


async def _insert(tx: AsyncConnection, id_: str, user_id: str, **values: object) -> None:
    row = {"id": id_, "user_id": user_id, "created_at": datetime.now(UTC)}
    await tx.execute(sa.insert(saved_filter).values(row | values))


async def _change(tx: AsyncConnection, user_id: str, id_: str, **values: object) -> None:
    changed = await tx.execute(sa.update(saved_filter).where(_C.id == id_, _C.user_id == user_id).values(**values))
    if not changed.rowcount:
        raise NotFound("There is no such filter.")


def _room(own: Sequence[SavedFilter]) -> None:
    if len(own) >= MOST:
        raise BadInput("There is room for %(most)s filters: delete one first.", "name", most=MOST)


def _name(text: str) -> str:
    name = clean_line(_SPACES.sub(" ", text))
    if not name:
        raise BadInput("Write a name.", "name")
    if len(name) > LONGEST_NAME:
        raise BadInput("This is longer than %(most)s characters.", "name", most=LONGEST_NAME)
    return name


def _query(text: str) -> str:
    """As `to_query` writes it, so that the page knows it again."""
    query = to_query(parse(text.lstrip("?")))
    if not query:
        raise BadInput("Choose what to look for first.", "name")
    return query
