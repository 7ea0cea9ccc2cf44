"""The extensions that an admin keeps in the panel, each with its devices; those of the configuration come first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from screenpop import audit
from screenpop.agents.directory import Directory
from screenpop.agents.users import Users, clean_extensions
from screenpop.bus import Bus
from screenpop.config import Extension as Configured
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.facts import ExtensionsChanged
from screenpop.store.engine import Store
from screenpop.store.tables import extension as table

MAX_DEVICES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An internal number. `devices` are PBX names (`PJSIP/101`); none: the device is named like the number."""

    number: str
    name: str = ""
    devices: tuple[str, ...] = ()
    fixed: bool = False
    """It stands in the configuration file and cannot be changed in the panel."""
    kept: bool = False
    """It stands in the panel's own list and can be removed from it."""


class Extensions:
    """Kept whole in memory, written through. Raises BadInput, NotFound, or Conflict for a number or device taken."""

    def __init__(self, store: Store, bus: Bus, users: Users, configured: Sequence[Configured] = ()) -> None:
        self._store, self._bus, self._users = store, bus, users
        self._fixed = {
            each.number: Extension(number=each.number, name=each.name, devices=each.devices, fixed=True)
            for each in configured
        }
        self._kept: dict[str, Extension] = {}

    async def load(self) -> None:
        """Read the list; once, before anything else is asked."""
        async with self._store.read() as tx:
            rows = (await tx.execute(sa.select(table).order_by(table.c.number))).mappings()
            self._kept = {row["number"]: _extension(row) for row in rows}

    def all(self) -> tuple[Extension, ...]:
        """Every extension by number, those at which somebody merely sits included."""
        seats = {number: Extension(number=number) for number in self._users.extensions()}
        known = seats | self._kept | self._fixed
        return tuple(known[number] for number in sorted(known, key=lambda number: (len(number), number)))

    def directory(self) -> Directory:
        """Which device is whose, for the tracker."""
        return Directory({each.number: each.devices for each in self.all()})

    async def put(self, number: str, name: str, devices: str, actor: str) -> Extension:
        """Keep an extension, or change it. `devices`: names with spaces, commas or lines between."""
        number, seats = _clean_number(number), _clean_devices(devices)
        made = Extension(number=number, name=clean_line(name), devices=seats, kept=True)
        self._check(made)
        old = self._kept.get(made.number)
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.number == made.number))
            await tx.execute(sa.insert(table).values(**_row(made)))
            await audit.record(tx, actor, "update" if old else "create", "extension", made.number, _changes(old, made))
        self._kept[made.number] = made
        self._bus.publish(ExtensionsChanged())
        return made

    async def remove(self, number: str, actor: str) -> Extension:
        """Forget an extension; returns what it was. Nobody's seat is taken away."""
        old = self._kept.get(number)
        if old is None:
            raise NotFound("There is no such extension in the list.")
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.number == number))
            await audit.record(tx, actor, "delete", "extension", number, {"name": (old.name, "")})
        del self._kept[number]
        self._bus.publish(ExtensionsChanged())
        return old

    def _check(self, made: Extension) -> None:
        if made.number in self._fixed:
            raise Conflict("This extension stands in the configuration file: change it there.")
        owners = {device.casefold(): each.number for each in self.all() for device in each.devices}
        for device in made.devices:
            owner = owners.get(device.casefold(), made.number)
            if owner != made.number:
                raise BadInput(
                    "The device %(device)s belongs to extension %(owner)s.", "devices", device=device, owner=owner
                )


def _clean_number(text: str) -> str:
    seats = clean_extensions([text])
    if not seats:
        raise BadInput("An extension needs a number.", "number")
    return seats[0]


def _clean_devices(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if len(names) > MAX_DEVICES:
        raise BadInput("An extension has at most 8 devices.", "devices")
    for name in names:
        technology, _, resource = name.partition("/")
        if not (technology.isalnum() and resource) or len(name) > 80 or not name.isprintable():
            raise BadInput("Write a device as the PBX names it, such as PJSIP/101.", "devices")
    return names


def _changes(old: Extension | None, new: Extension) -> dict[str, tuple[object, object]]:
    before = _row(old) if old else {"number": "", "name": "", "devices": []}
    after = _row(new)
    return {key: (before[key], after[key]) for key in after if before[key] != after[key]}


def _row(made: Extension) -> dict[str, Any]:
    return {"number": made.number, "name": made.name, "devices": list(made.devices)}


def _extension(row: sa.RowMapping) -> Extension:
    return Extension(number=row["number"], name=row["name"], devices=tuple(row["devices"]), kept=True)
