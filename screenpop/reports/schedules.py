"""Reports that are mailed again and again: who gets which, and when (the page of schedules)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.calls.search import parse
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, NotFound
from screenpop.ids import new_id
from screenpop.mail import clean_recipients
from screenpop.reports.cadence import Cadence, clean_cadence, next_due
from screenpop.store.engine import Store
from screenpop.store.tables import report_schedule as table

Format = Literal["pdf", "xlsx"]
FORMATS: tuple[Format, ...] = ("pdf", "xlsx")
MOST = 200
"""So many schedules one person may have."""
QUERY_LENGTH = 2_000
VIEW = re.compile(r"[a-z]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`view` and `query` are the report's address; `next_at` is None where it is not active. `problem` says in English
    what went wrong with the last one."""

    id: str
    name: str
    owner: str
    view: str
    query: str
    format: Format
    recipients: tuple[str, ...]
    cadence: Cadence
    active: bool = True
    next_at: datetime | None = None
    retry_at: datetime | None = None
    tries: int = 0
    handing_at: datetime | None = None
    sent_at: datetime | None = None
    problem: str = ""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Schedules:
    """What the page of schedules does. A person has the own ones, who manages users all. Raises NotFound, BadInput."""

    def __init__(self, store: Store, users: Users, site_zone: str, clock: Callable[[], datetime] | None = None) -> None:
        self._store, self._users, self._site_zone = store, users, site_zone
        self._clock = clock or (lambda: datetime.now(UTC))

    async def all(self, me: User) -> list[Schedule]:
        """Those that this person may change, by name."""
        query = sa.select(table).where(self._mine(me)).order_by(table.c.name, table.c.id)
        async with self._store.read() as tx:
            return [read(row) for row in await tx.execute(query)]

    async def get(self, me: User, schedule_id: str) -> Schedule:
        """One of them."""
        async with self._store.read() as tx:
            return await self._one(tx, me, schedule_id)

    async def put(self, me: User, form: dict[str, str], schedule_id: str = "") -> Schedule:
        """Make one of a form, or change the one of this id. It is due the next time from now on."""
        made = self._of_form(me, form)
        async with self._store.begin() as tx:
            old = await self._one(tx, me, schedule_id) if schedule_id else None
            if old is None and await self._count(tx, me) >= MOST:
                raise BadInput("You have %(most)d reports by mail already.", most=MOST)
            if old:
                made = replace(made, id=old.id, owner=old.owner, sent_at=old.sent_at, created_at=old.created_at)
            made = replace(made, next_at=self.due_after(made, self._clock()) if made.active else None)
            await self._write(tx, me, old, made)
        return made

    async def remove(self, me: User, schedule_id: str) -> Schedule:
        """Take it away; returns what it was."""
        async with self._store.begin() as tx:
            old = await self._one(tx, me, schedule_id)
            await tx.execute(sa.delete(table).where(table.c.id == schedule_id))
            await audit.record(tx, me.id, "delete", "report_schedule", old.id, {"name": (old.name, "")})
        return old

    def zone_of(self, owner: str) -> ZoneInfo:
        """The time zone of a person, else the site's."""
        user = self._users.get(owner)
        return ZoneInfo((user.timezone if user else "") or self._site_zone)

    def due_after(self, schedule: Schedule, after: datetime) -> datetime:
        """When it is due the next time after this moment."""
        return next_due(schedule.cadence, after, self.zone_of(schedule.owner))

    def _mine(self, me: User) -> sa.ColumnElement[bool]:
        return sa.true() if me.may(Permission.MANAGE_USERS) else table.c.owner == me.id

    async def _one(self, tx: AsyncConnection, me: User, schedule_id: str) -> Schedule:
        row = (await tx.execute(sa.select(table).where(table.c.id == schedule_id, self._mine(me)))).first()
        if row is None:
            raise NotFound("There is no such report by mail.")
        return read(row)

    async def _count(self, tx: AsyncConnection, me: User) -> int:
        return await tx.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.owner == me.id)) or 0

    def _of_form(self, me: User, form: dict[str, str]) -> Schedule:
        name, view, query = clean_line(form.get("name", "")), form.get("view", ""), form.get("query", "").lstrip("?")
        if not name:
            raise BadInput("Give it a name.", "name")
        if not VIEW.fullmatch(view) or len(query) > QUERY_LENGTH:
            raise BadInput("There is no such report.", "view")
        parse(query)
        if form.get("format") not in FORMATS:
            raise BadInput("Choose PDF or XLSX.", "format")
        return Schedule(
            id=new_id(),
            name=name[:120],
            owner=me.id,
            view=view,
            query=query,
            format=cast(Format, form["format"]),
            recipients=clean_recipients(form.get("recipients", "")),
            cadence=clean_cadence(
                form.get("every", ""), form.get("at", ""), form.get("weekday", ""), form.get("day", "")
            ),
            active=bool(form.get("active")),
        )

    async def _write(self, tx: AsyncConnection, me: User, old: Schedule | None, made: Schedule) -> None:
        values = columns(made)
        if old:
            await tx.execute(sa.update(table).where(table.c.id == made.id).values(values))
        else:
            await tx.execute(sa.insert(table).values(values))
        before = columns(old) if old else {}
        changes = {name: (before.get(name), values[name]) for name in _AUDITED if before.get(name) != values[name]}
        await audit.record(tx, me.id, "update" if old else "create", "report_schedule", made.id, changes)


_AUDITED = ("name", "view", "query", "format", "recipients", "cadence", "active")


def read(row: "sa.Row[Any]") -> Schedule:
    """A row of the table."""
    values = dict(row._mapping)
    values["recipients"] = tuple(values["recipients"])
    values["cadence"] = msgspec.convert(values["cadence"], Cadence)
    return Schedule(**values)


def columns(schedule: Schedule) -> dict[str, Any]:
    """A schedule as its row has it."""
    values = {name: getattr(schedule, name) for name in Schedule.__slots__}
    return values | {"recipients": list(schedule.recipients), "cadence": msgspec.to_builtins(schedule.cadence)}
