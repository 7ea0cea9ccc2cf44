"""The list of categories that an admin keeps."""

import re
from dataclasses import asdict, replace
from typing import get_args

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.bus import Bus
from screenpop.customers import store as rows
from screenpop.customers.fields import clean_line
from screenpop.customers.model import Category, Flag
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.facts import SettingsChanged
from screenpop.ids import new_id
from screenpop.store.engine import Store
from screenpop.store.tables import category, customer

FLAGS: tuple[str, ...] = get_args(Flag)


class Categories:
    """Reads and changes the list; every change publishes `SettingsChanged("categories")`."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus

    async def all(self) -> list[Category]:
        """The list in its order."""
        async with self._store.read() as tx:
            return list((await rows.categories_by_id(tx)).values())

    async def in_use(self) -> dict[str, int]:
        """How many customers each category has, by id; those without any are left out."""
        query = (
            sa.select(customer.c.category_id, sa.func.count())
            .where(customer.c.category_id.is_not(None))
            .group_by(customer.c.category_id)
        )
        async with self._store.read() as tx:
            return {row[0]: row[1] for row in await tx.execute(query)}

    async def create(self, name: str, colour: str, flag: Flag, actor: str) -> Category:
        """Add a category at the end; raises BadInput, or Conflict where the name is taken."""
        async with self._store.begin() as tx:
            last = await tx.scalar(sa.select(sa.func.max(category.c.sort)))
            made = _checked(Category(id=new_id(), name=name, colour=colour, flag=flag, sort=(last or 0) + 1))
            await _write(tx, sa.insert(category).values(asdict(made)))
            await audit.record(tx, actor, "create", "category", made.id, {"name": ("", made.name)})
        self._changed()
        return made

    async def update(self, category_id: str, name: str, colour: str, flag: Flag, actor: str) -> Category:
        """Change a category; raises NotFound, BadInput, or Conflict where the name is taken."""
        async with self._store.begin() as tx:
            old = await _load(tx, category_id)
            new = _checked(replace(old, name=name, colour=colour, flag=flag))
            await _write(tx, sa.update(category).where(category.c.id == category_id).values(asdict(new)))
            await audit.record(tx, actor, "update", "category", category_id, _difference(old, new))
        self._changed()
        return new

    async def reorder(self, ids: list[str], actor: str) -> None:
        """Put the list into this order; those not named keep their place."""
        async with self._store.begin() as tx:
            for place, category_id in enumerate(ids, start=1):
                await tx.execute(sa.update(category).where(category.c.id == category_id).values(sort=place))
            await audit.record(tx, actor, "reorder", "category", "", {"order": ("", ids)})
        self._changed()

    async def delete(self, category_id: str, actor: str, replacement: str | None = None) -> None:
        """Remove a category; its customers get `replacement` ("" is none).

        Raises Conflict where it is in use and no replacement was said; NotFound.
        """
        async with self._store.begin() as tx:
            old = await _load(tx, category_id)
            await _hand_over(tx, category_id, replacement)
            await tx.execute(sa.delete(category).where(category.c.id == category_id))
            changes = {"name": (old.name, ""), "replacement": ("", replacement or "")}
            await audit.record(tx, actor, "delete", "category", category_id, changes)
        self._changed()

    def _changed(self) -> None:
        self._bus.publish(SettingsChanged(key="categories"))


def _checked(made: Category) -> Category:
    name = clean_line(made.name)
    if not name:
        raise BadInput("A category needs a name.", "name")
    if made.flag not in FLAGS:
        raise BadInput("A category is ordinary, important or a problem.", "flag")
    if made.colour and not re.fullmatch("#[0-9a-fA-F]{6}", made.colour):
        raise BadInput("Write the colour as #rrggbb.", "colour")
    return replace(made, name=name, colour=made.colour.lower())


async def _write(tx: AsyncConnection, statement: sa.Insert | sa.Update) -> None:
    try:
        await tx.execute(statement)
    except IntegrityError as error:
        raise Conflict("There is a category of this name already.") from error


async def _load(tx: AsyncConnection, category_id: str) -> Category:
    found = (await rows.categories_by_id(tx)).get(category_id)
    if found is None:
        raise NotFound("There is no such category.")
    return found


async def _hand_over(tx: AsyncConnection, category_id: str, replacement: str | None) -> None:
    theirs = customer.c.category_id == category_id
    if replacement is None:
        if await tx.scalar(sa.select(sa.exists().where(theirs))):
            raise Conflict("Customers have this category: say which one they get instead.")
        return
    if replacement:
        await _load(tx, replacement)
    if replacement == category_id:
        raise BadInput("A category cannot replace itself.", "replacement")
    await tx.execute(sa.update(customer).where(theirs).values(category_id=replacement or None))


def _difference(old: Category, new: Category) -> dict[str, tuple[object, object]]:
    before, after = asdict(old), asdict(new)
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}
