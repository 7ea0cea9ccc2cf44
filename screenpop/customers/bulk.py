"""Many customers at once: a batch is matched with what is there and written by a handful of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers import store as rows
from screenpop.customers.contacts import number_row
from screenpop.customers.fields import CLEANERS
from screenpop.customers.fold import fold
from screenpop.customers.model import Customer
from screenpop.errors import BadInput
from screenpop.ids import new_id
from screenpop.numbers import Number, Numbers
from screenpop.store.tables import audit, customer, customer_mail, customer_number

Outcome = Literal["created", "updated", "unchanged"] | BadInput
Changes = dict[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A customer to write, checked. `values` are cleaned and not empty, `category` in them is an id."""

    values: Mapping[str, str]
    numbers: tuple[tuple[Number, str], ...] = ()
    mails: tuple[str, ...] = ()

    @property
    def keys(self) -> set[str]:
        """The keys of the numbers."""
        return {number.key for number, _ in self.numbers}


@dataclass(slots=True)
class _Work:
    """One customer of the batch: who it is, what it was (None for a new one), what becomes of it."""

    id: str
    ready: Ready
    old: Customer | None
    changes: Changes = field(default_factory=dict)


async def put(
    tx: AsyncConnection, batch: Sequence[Ready], numbers: Numbers, actor: str
) -> tuple[list[Outcome], dict[str, tuple[str, ...]]]:
    """Write a batch; returns the outcome of each, and the number keys of each customer that was written.

    A customer is known again by the external id; else by a number, where the names do not differ: two people may
    share a telephone. A row that means the same customer as another one of the batch is written after it.
    """
    outcomes: dict[int, Outcome] = {}
    written: dict[str, tuple[str, ...]] = {}
    waiting = list(enumerate(batch))
    while waiting:
        now, waiting = _apart(waiting)
        found = await find(tx, [ready for _, ready in now])
        works = {}
        for place, ready in now:
            try:
                works[place] = found.work(ready)
            except BadInput as error:
                outcomes[place] = error
        written |= await _write(tx, list(works.values()), numbers, actor)
        outcomes |= {place: _outcome(work) for place, work in works.items()}
    return [outcomes[place] for place in range(len(batch))], written


def _apart(waiting: Sequence[tuple[int, Ready]]) -> tuple[list[tuple[int, Ready]], list[tuple[int, Ready]]]:
    """Those that cannot be the same customer as one before them, and those that may be."""
    first: list[tuple[int, Ready]] = []
    later: list[tuple[int, Ready]] = []
    seen: set[str] = set()
    for place, ready in waiting:
        marks = ready.keys | ({f"id {ready.values['external_id']}"} if "external_id" in ready.values else set())
        (later if marks & seen else first).append((place, ready))
        seen |= marks
    return first, later


@dataclass(frozen=True, slots=True)
class Found:
    """The customers there are that a batch may mean."""

    by_id: Mapping[str, Customer]
    by_external_id: Mapping[str, str]
    by_key: Mapping[str, Sequence[str]]

    def work(self, ready: Ready) -> _Work:
        """Whom does a row mean? Raises BadInput where that cannot be said."""
        external = ready.values.get("external_id", "")
        if external in self.by_external_id:
            return self._known(self.by_external_id[external], ready)
        same = {id_ for key in ready.keys for id_ in self.by_key.get(key, ()) if self._may_be(id_, ready)}
        if len(same) > 1:
            raise BadInput("Several customers have this number: give the external id.", "number")
        return self._known(same.pop(), ready) if same else _Work(new_id(), ready, None)

    def _known(self, customer_id: str, ready: Ready) -> _Work:
        return _Work(customer_id, ready, self.by_id[customer_id])

    def _may_be(self, customer_id: str, ready: Ready) -> bool:
        known, external = self.by_id[customer_id], ready.values.get("external_id", "")
        if external and known.external_id:
            return False
        return not (known.name and ready.values.get("name")) or fold(known.name) == fold(ready.values["name"])


async def find(tx: AsyncConnection, batch: Sequence[Ready]) -> Found:
    """The customers whom a batch may mean."""
    externals = {ready.values["external_id"] for ready in batch if "external_id" in ready.values}
    query = sa.select(customer.c.external_id, customer.c.id).where(customer.c.external_id.in_(externals))
    by_external = {row[0]: row[1] for row in await tx.execute(query)}
    keys = {key for ready in batch for key in ready.keys}
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    owners = sa.select(customer_number.c.key, customer_number.c.customer_id).where(customer_number.c.key.in_(keys))
    for row in await tx.execute(owners):
        by_key[row[0]].append(row[1])
    ids = {*by_external.values(), *(id_ for owned in by_key.values() for id_ in owned)}
    return Found({each.id: each for each in await rows.load_many(tx, sorted(ids))}, by_external, by_key)


async def _write(
    tx: AsyncConnection, works: Sequence[_Work], numbers: Numbers, actor: str
) -> dict[str, tuple[str, ...]]:
    now = datetime.now(UTC)
    new_numbers = [(work, pair) for work in works for pair in _new_numbers(work)]
    new_mails = [(work, mail) for work in works for mail in _new_mails(work)]
    for work in works:
        work.changes |= _differing(work)
    _note_added(new_numbers, new_mails)
    changed = [work for work in works if work.changes or work.old is None]
    await _insert(tx, customer, [_new_row(work, now) for work in changed if work.old is None])
    await _update(tx, [work for work in changed if work.old is not None], now)
    await _insert(tx, customer_number, [_number_row(work, *pair) for work, pair in new_numbers])
    await _insert(tx, customer_mail, [_mail_row(work, mail) for work, mail in new_mails])
    await _insert(tx, audit, [_audit_row(work, now, actor) for work in changed])
    stored = await rows.load_many(tx, [work.id for work in changed])
    if stored:
        await rows.refresh_search(tx, stored, numbers)
    return {each.id: tuple(number.key for number in each.numbers) for each in stored}


def _outcome(work: _Work) -> Outcome:
    if work.old is None:
        return "created"
    return "updated" if work.changes else "unchanged"


def _differing(work: _Work) -> Changes:
    before = _fields(work.old)
    return {name: (before[name], value) for name, value in work.ready.values.items() if before[name] != value}


def _fields(old: Customer | None) -> dict[str, str]:
    if old is None:
        return dict.fromkeys(CLEANERS, "")
    values = {name: getattr(old, name) for name in CLEANERS if name != "category"}
    return {**values, "category": old.category.id if old.category else ""}


def _new_numbers(work: _Work) -> Iterable[tuple[Number, str]]:
    has = {number.key for number in work.old.numbers} if work.old else set[str]()
    return {number.key: (number, kind) for number, kind in work.ready.numbers if number.key not in has}.values()


def _new_mails(work: _Work) -> Iterable[str]:
    has = {mail.address for mail in work.old.mails} if work.old else set[str]()
    return dict.fromkeys(mail for mail in work.ready.mails if mail not in has)


def _note_added(new_numbers: Sequence[tuple[_Work, tuple[Number, str]]], mails: Sequence[tuple[_Work, str]]) -> None:
    for work, (number, _) in new_numbers:
        work.changes[f"number {number.key}"] = ("", number.key)
    for work, mail in mails:
        work.changes[f"mail {mail}"] = ("", mail)


def _new_row(work: _Work, now: datetime) -> dict[str, object]:
    values = rows.folded({**_fields(None), **work.ready.values})
    return {"id": work.id, "created_at": now, "updated_at": now, **values}


def _number_row(work: _Work, number: Number, kind: str) -> dict[str, object]:
    place = [each.key for each, _ in _new_numbers(work)].index(number.key)
    place += len(work.old.numbers) if work.old else 0
    row = number_row(number, kind or number.kind)
    return {**row, "customer_id": work.id, "primary": place == 0, "sort": place}


def _mail_row(work: _Work, mail: str) -> dict[str, object]:
    place = list(_new_mails(work)).index(mail) + (len(work.old.mails) if work.old else 0)
    return {"id": new_id(), "customer_id": work.id, "address": mail, "primary": place == 0, "sort": place}


def _audit_row(work: _Work, now: datetime, actor: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "at": now,
        "actor": actor,
        "action": "import",
        "object_type": "customer",
        "object_id": work.id,
        "changes": {name: list(pair) for name, pair in work.changes.items()},
    }


async def _insert(tx: AsyncConnection, table: sa.Table, values: Collection[dict[str, object]]) -> None:
    if values:
        await tx.execute(sa.insert(table), list(values))


async def _update(tx: AsyncConnection, works: Sequence[_Work], now: datetime) -> None:
    if not works:
        return
    values = [rows.folded({**_fields(work.old), **work.ready.values}) | {"this": work.id} for work in works]
    columns: dict[str, object] = {name: sa.bindparam(name) for name in values[0] if name != "this"}
    this = customer.c.id == sa.bindparam("this")
    statement = sa.update(customer).where(this).values(**columns, version=customer.c.version + 1, updated_at=now)
    await tx.execute(statement, values)
