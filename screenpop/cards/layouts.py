"""Which fields the card shows and in what order: one layout for all, others for a company or a called line."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from screenpop import audit
from screenpop.bus import Bus
from screenpop.cards.model import FIELDS, Layout
from screenpop.errors import BadInput
from screenpop.facts import SettingsChanged
from screenpop.lines import Line
from screenpop.store.engine import Store
from screenpop.store.tables import card_layout as table

DEFAULT = Layout()


def line_scope(number: str) -> str:
    """The scope of one called line; `number` is its key."""
    return f"line:{number}"


def company_scope(company: str) -> str:
    """The scope of all lines of a company."""
    return f"company:{company.casefold()}"


def make_layout(fields: Sequence[str], with_photo: bool) -> Layout:
    """A layout of these fields, each once; the agent's name follows the extension wherever that goes.

    Raises BadInput for a field that does not exist, and where there is none at all.
    """
    if not fields:
        raise BadInput("Leave at least one field on the card.", "fields")
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise BadInput("The card has no field %(name)s.", "fields", name=unknown[0][:40])
    order = [name for name in dict.fromkeys(fields) if name != "agent" or "extension" not in fields]
    if "agent" in fields and "extension" in fields:
        order.insert(order.index("extension") + 1, "agent")
    return Layout(tuple(order), with_photo)


class Layouts:
    """The layouts that were set; kept whole in memory."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._layouts: dict[str, Layout] = {}

    async def load(self) -> None:
        """Read all layouts; once, before anything is asked. Fields that are no more are left out."""
        async with self._store.read() as tx:
            rows = (await tx.execute(sa.select(table))).mappings().all()
        self._layouts = {row["scope"]: _known(row["fields"], row["with_photo"]) for row in rows}

    def all(self) -> Mapping[str, Layout]:
        """Every layout that was set, by its scope; "" is the one for all."""
        return dict(self._layouts)

    def get(self, scope: str) -> Layout:
        """The layout set for exactly this scope, else the one for all."""
        return self._layouts.get(scope) or self._layouts.get("", DEFAULT)

    def of(self, line: Line) -> Layout:
        """The layout of a card: that of the line, else that of its company, else the one for all."""
        scopes = (line_scope(line.number), company_scope(line.company), "")
        return next((self._layouts[scope] for scope in scopes if scope in self._layouts), DEFAULT)

    async def save(self, scope: str, fields: Sequence[str], with_photo: bool, actor: str) -> Layout:
        """Set the layout of `scope`; open cards follow at once. Raises BadInput."""
        layout = make_layout(fields, with_photo)
        old = self.get(scope)
        row = {"fields": list(layout.fields), "with_photo": with_photo, "updated_at": _now(), "updated_by": actor}
        changes: dict[str, tuple[Any, Any]] = {
            "fields": (list(old.fields), list(layout.fields)),
            "with_photo": (old.with_photo, layout.with_photo),
        }
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.scope == scope))
            await tx.execute(sa.insert(table).values(row | {"scope": scope}))
            await audit.record(tx, actor, "update", "card_layout", scope, changes)
        self._layouts[scope] = layout
        self._bus.publish(SettingsChanged(key="layout"))
        return layout

    async def reset(self, scope: str, actor: str) -> None:
        """Forget the layout of `scope`: the next wider one holds."""
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.scope == scope))
            await audit.record(tx, actor, "remove", "card_layout", scope, {})
        self._layouts.pop(scope, None)
        self._bus.publish(SettingsChanged(key="layout"))


def _known(fields: Sequence[str], with_photo: bool) -> Layout:
    return make_layout([name for name in fields if name in FIELDS] or Layout().fields, with_photo)


def _now() -> datetime:
    return datetime.now(UTC)
