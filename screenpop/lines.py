"""The numbers of ours that are called: which line, and which company, does the caller believe to reach?"""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from screenpop import audit
from screenpop.bus import Bus
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, NotFound
from screenpop.facts import SettingsChanged
from screenpop.ids import new_id
from screenpop.numbers import Numbers
from screenpop.store.engine import Store
from screenpop.store.tables import line as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A called number of ours. `number` is its key, `raw` how the admin wrote it; `company` is shown on the card."""

    id: str
    number: str
    raw: str
    name: str = ""
    company: str = ""


class Lines:
    """The lines an admin named, in memory; every change publishes `SettingsChanged("lines")`."""

    def __init__(self, store: Store, numbers: Numbers, bus: Bus) -> None:
        self._store = store
        self._numbers = numbers
        self._bus = bus
        self._by_key: dict[str, Line] = {}

    async def load(self) -> None:
        """Read the list; `find` knows nothing before."""
        async with self._store.read() as tx:
            found = [_line(row) for row in await tx.execute(sa.select(table).order_by(table.c.number))]
        self._by_key = {each.number: each for each in found}

    def find(self, called: str) -> Line | None:
        """The line that was called, by its number as the trunk tells it; None where it has no name."""
        return self._by_key.get(self._numbers.parse(called).key)

    def all(self) -> list[Line]:
        """The list, by number."""
        return list(self._by_key.values())

    async def put(self, raw: str, name: str, company: str, actor: str) -> Line:
        """Name a line, or name it anew; raises BadInput where the number is none."""
        key = self._numbers.parse(raw).key
        if not key:
            raise BadInput("This is not a phone number.", "number")
        old = self._by_key.get(key)
        made = Line(
            id=old.id if old else new_id(),
            number=key,
            raw=clean_line(raw),
            name=clean_line(name),
            company=clean_line(company),
        )
        await self._write(old, made, actor)
        return made

    async def remove(self, line_id: str, actor: str) -> None:
        """Forget a line; raises NotFound."""
        async with self._store.begin() as tx:
            row = (await tx.execute(sa.select(table).where(table.c.id == line_id))).first()
            if row is None:
                raise NotFound("There is no such line.")
            await tx.execute(sa.delete(table).where(table.c.id == line_id))
            await audit.record(tx, actor, "delete", "line", line_id, {"number": (row.number, "")})
        await self._changed()

    async def _write(self, old: Line | None, made: Line, actor: str) -> None:
        before = asdict(old) if old else dict.fromkeys(asdict(made), "")
        changes = {name: (before[name], value) for name, value in asdict(made).items() if before[name] != value}
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.number == made.number))
            await tx.execute(sa.insert(table).values(asdict(made)))
            await audit.record(tx, actor, "update" if old else "create", "line", made.id, changes)
        await self._changed()

    async def _changed(self) -> None:
        await self.load()
        self._bus.publish(SettingsChanged(key="lines"))


def _line(row: sa.Row[Any]) -> Line:
    return Line(**row._mapping)
