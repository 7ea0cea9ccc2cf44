"""What can be done with customers. Every write leaves an audit row and tells the bus once it is committed."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.audit import AuditEntry
from screenpop.bus import Bus
from screenpop.customers import contacts, matching, merge, orders, photo_store
from screenpop.customers import store as rows
from screenpop.customers.bulk import Outcome, Ready, put
from screenpop.customers.fold import fold
from screenpop.customers.index import WRITTEN_OUTSIDE, NumberIndex
from screenpop.customers.model import Customer, Match, NewCustomer, NewOrder, Order, Page, Snapshot
from screenpop.customers.order_audit import difference
from screenpop.customers.photos import FORMATS, Photo, PhotoFolder
from screenpop.customers.search import search
from screenpop.customers.trial import Put, trial
from screenpop.customers.writing import create_in, update_in
from screenpop.errors import BadInput, NotFound
from screenpop.facts import CustomerChanged, SettingsChanged
from screenpop.numbers import Number, Numbers
from screenpop.store.engine import Store

SNAPSHOTS = 2048


@dataclass(slots=True)
class _Write:
    """One change under way: what it is done to, and what of it will be told."""

    tx: AsyncConnection
    id: str
    now: datetime
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)


class Customers:
    """The customers of the house. `actor` is a user's id or "system".

    Methods that name a customer raise NotFound; one that was merged stands for the customer kept.
    """

    def __init__(
        self, store: Store, numbers: Numbers, bus: Bus, photos_folder: Path, index: NumberIndex | None = None
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._bus = bus
        self._photos = PhotoFolder(photos_folder)
        self._index = index
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._changes_seen = 0
        bus.subscribe(CustomerChanged, self._forget)
        bus.subscribe(SettingsChanged, self._forget_all)

    # ------------------------------------------------------------ reading

    async def get(self, customer_id: str) -> Customer:
        """The customer, or the one it was merged into (whose `id` then differs from the one asked for)."""
        async with self._store.read() as tx:
            return await rows.load(tx, customer_id)

    async def search(self, text: str = "", limit: int = 50, offset: int = 0) -> Page:
        """Customers by name, company, mail or any part of a number; everybody where `text` is empty."""
        async with self._store.read() as tx:
            return await search(tx, text, min(max(limit, 1), 500), max(offset, 0))

    async def snapshot(self, customer_id: str) -> Snapshot:
        """What a card shows, from memory where it was asked for lately."""
        kept = self._snapshots.get(customer_id)
        if kept is not None:
            self._snapshots.move_to_end(customer_id)
            return kept
        seen = self._changes_seen
        made = await self._store.glance(partial(_snapshot, customer_id=customer_id))
        if seen == self._changes_seen and made.customer.id == customer_id:
            self._keep(customer_id, made)
        return made

    async def title_of(self, customer_id: str) -> str:
        """What a customer is called; raises NotFound."""
        return (await self.snapshot(customer_id)).customer.title

    async def match(self, number: Number) -> list[Match]:
        """Whom a number may belong to: every customer who has it; where none has, guesses marked "maybe"."""
        if not number.key:
            return []
        if self._index is not None and self._index.loaded:
            known = self._index.find(number.key)
            if known:
                return [Match(customer_id=id_, confidence="exact") for id_ in known]
        async with self._store.read() as tx:
            return await matching.match(tx, number)

    async def history(self, customer_id: str, limit: int = 200) -> list[AuditEntry]:
        """Who changed what, newest first, what was done to customers merged into this one included."""
        async with self._store.read() as tx:
            gone = await merge.gone_into(tx, customer_id)
            return await audit.entries(tx, "customer", (customer_id, *gone), limit)

    # ------------------------------------------------------------ the customer

    async def create(self, new: NewCustomer, actor: str) -> Customer:
        """Make a customer; raises BadInput, or Conflict where the external id is taken."""
        async with self._store.begin() as tx:
            made = await create_in(tx, new, self._numbers, actor)
        self._publish(made)
        return made

    @asynccontextmanager
    async def bulk(self, actor: str, dry_run: bool = False) -> AsyncIterator[Put]:
        """What writes batches of customers (see `bulk.put`), each in one transaction; a dry run writes nothing."""
        if not dry_run:
            yield lambda batch: self._put(batch, actor)
            return
        async with trial(self._store, self._numbers) as put_batch:
            yield put_batch

    async def _put(self, batch: Sequence[Ready], actor: str) -> list[Outcome]:
        async with self._store.begin() as tx:
            outcomes, written = await put(tx, batch, self._numbers, actor)
        for customer_id, keys in written.items():
            self._bus.publish(CustomerChanged(customer_id=customer_id, numbers=keys))
        return outcomes

    async def category_ids(self) -> dict[str, str]:
        """The id of each category, by its folded name and by itself."""
        async with self._store.read() as tx:
            kinds = (await rows.categories_by_id(tx)).values()
        return {fold(word): kind.id for kind in kinds for word in (kind.id, kind.name)}

    async def update(self, customer_id: str, changes: Mapping[str, str], version: int | None, actor: str) -> Customer:
        """Write these fields (see `fields.CLEANERS`); `version` is the one that was read, None does not mind.

        Raises BadInput with the field, or Conflict where somebody else wrote meanwhile.
        """
        async with self._writing(customer_id, actor, "update") as write:
            await update_in(write.tx, write.id, changes, version, write.changes)
        return await self.get(write.id)

    async def set_note(self, customer_id: str, note: str, actor: str) -> Customer:
        """Write the note that the card shows."""
        return await self.update(customer_id, {"note": note}, None, actor)

    async def set_category(self, customer_id: str, category_id: str, actor: str) -> Customer:
        """Give a category, "" is none; raises BadInput where there is no such."""
        return await self.update(customer_id, {"category": category_id}, None, actor)

    async def merge(self, keep: str, gone: str, actor: str) -> Customer:
        """Make one customer of two: all that `gone` has goes to `keep`. Raises BadInput where they are one."""
        async with self._writing(keep, actor, "merge") as write:
            gone = await rows.living_id(write.tx, gone)
            if gone == write.id:
                raise BadInput("A customer cannot be merged with itself.")
            write.changes.update(await merge.merge(write.tx, write.id, gone, write.now))
            await audit.record(write.tx, actor, "merged_away", "customer", gone, {"merged_into": ("", write.id)})
        self._bus.publish(CustomerChanged(customer_id=gone, gone=True, merged_into=write.id))
        return await self.get(write.id)

    # ------------------------------------------------------------ numbers and mails

    async def add_number(self, customer_id: str, raw: str, kind: str, actor: str) -> Customer:
        """Add a number (CALL-28); raises BadInput where it is none. One the customer has already stays as it is."""
        async with self._writing(customer_id, actor, "add_number") as write:
            added = await contacts.add_number(write.tx, write.id, self._numbers.parse(raw), kind)
            write.changes.update({"number": ("", added)} if added else {})
        return await self.get(write.id)

    async def remove_number(self, customer_id: str, number_id: str, actor: str) -> Customer:
        """Take a number away; raises NotFound."""
        async with self._writing(customer_id, actor, "remove_number") as write:
            write.changes["number"] = (await contacts.remove_number(write.tx, write.id, number_id), "")
        return await self.get(write.id)

    async def set_primary_number(self, customer_id: str, number_id: str, actor: str) -> Customer:
        """Show this number first; raises NotFound."""
        async with self._writing(customer_id, actor, "primary_number") as write:
            write.changes["primary"] = ("", await contacts.set_primary(write.tx, write.id, number_id))
        return await self.get(write.id)

    async def add_mail(self, customer_id: str, address: str, actor: str) -> Customer:
        """Add a mail address; raises BadInput."""
        async with self._writing(customer_id, actor, "add_mail") as write:
            added = await contacts.add_mail(write.tx, write.id, address)
            write.changes.update({"mail": ("", added)} if added else {})
        return await self.get(write.id)

    async def remove_mail(self, customer_id: str, mail_id: str, actor: str) -> Customer:
        """Take a mail address away; raises NotFound."""
        async with self._writing(customer_id, actor, "remove_mail") as write:
            write.changes["mail"] = (await contacts.remove_mail(write.tx, write.id, mail_id), "")
        return await self.get(write.id)

    # ------------------------------------------------------------ photo

    async def set_photo(self, customer_id: str, data: bytes, actor: str) -> Customer:
        """Keep a picture as it was uploaded (CALL-24); raises BadInput that says what is wrong with it."""
        checked = await self._photos.check(data)
        async with self._writing(customer_id, actor, "set_photo") as write:
            await self._photos.keep(checked, data)  # in the transaction: nobody removes it as unused meanwhile
            await photo_store.insert(write.tx, checked, write.now)
            old = await photo_store.put_on(write.tx, write.id, checked.hash)
            write.changes["photo"] = (old, checked.hash)
        await self._drop_unused(old)
        return await self.get(write.id)

    async def remove_photo(self, customer_id: str, actor: str) -> Customer:
        """Take the picture away."""
        async with self._writing(customer_id, actor, "remove_photo") as write:
            old = await photo_store.put_on(write.tx, write.id, None)
            write.changes["photo"] = (old, "")
        await self._drop_unused(old)
        return await self.get(write.id)

    async def photo(self, customer_id: str, size: Literal["full", "thumb"] = "full") -> Photo:
        """The file to serve: `full` is byte for byte the upload. Raises NotFound where there is none."""
        return await self.picture((await self.get(customer_id)).photo, size)

    async def picture(self, hash_: str, size: Literal["full", "thumb"] = "full") -> Photo:
        """The file of a picture by its hash, for addresses that never change. Raises NotFound."""
        async with self._store.read() as tx:
            mime = await photo_store.mime_of(tx, hash_)
        if mime is None:
            raise NotFound("There is no such photo.")
        if size == "thumb":
            return Photo(await self._photos.existing(self._photos.thumb(hash_)), FORMATS["WEBP"])
        return Photo(await self._photos.existing(self._photos.full(hash_)), mime)

    # ------------------------------------------------------------ orders

    async def debts(self, customer_ids: Collection[str]) -> dict[str, dict[str, int]]:
        """What each of these owes on open orders, by currency in minor units; nobody who owes nothing."""
        async with self._store.read() as tx:
            return await orders.owed(tx, customer_ids)

    async def orders(self, customer_id: str, only_open: bool = False) -> tuple[Order, ...]:
        """The orders: open ones first, oldest first; then closed ones, newest first."""
        async with self._store.read() as tx:
            return await orders.of_customer(tx, await rows.living_id(tx, customer_id), only_open)

    async def order(self, order_id: str) -> Order:
        """One order; raises NotFound."""
        async with self._store.read() as tx:
            return await orders.load(tx, order_id)

    async def add_order(self, customer_id: str, new: NewOrder, actor: str) -> Order:
        """Make an order; raises BadInput with the field."""
        async with self._writing(customer_id, actor, "add_order") as write:
            made = await orders.insert(write.tx, write.id, new, write.now)
            write.changes["order"] = ("", made.number or made.title or made.id)
        return made

    async def update_order(self, order_id: str, changes: Mapping[str, object], actor: str) -> Order:
        """Write these fields of an order (those of `NewOrder`); raises NotFound or BadInput."""
        old = await self.order(order_id)
        async with self._writing(old.customer_id, actor, "update_order") as write:
            old = await orders.load(write.tx, order_id)
            await orders.change(write.tx, order_id, changes, write.now)
            new = await orders.load(write.tx, order_id)
            write.changes.update(difference(old, new, changes))
        return new

    async def remove_order(self, order_id: str, actor: str) -> None:
        """Remove an order; raises NotFound."""
        old = await self.order(order_id)
        async with self._writing(old.customer_id, actor, "remove_order") as write:
            await orders.delete(write.tx, order_id)
            write.changes["order"] = (old.number or old.title or old.id, "")

    # ------------------------------------------------------------ within

    @asynccontextmanager
    async def _writing(self, customer_id: str, actor: str, action: str) -> AsyncIterator[_Write]:
        """One transaction on one customer: its audit row and its search text with it, the bus after it."""
        async with self._store.begin() as tx:
            write = _Write(tx, await rows.living_id(tx, customer_id), datetime.now(UTC))
            yield write
            if write.changes:
                await rows.touch(tx, write.id, write.now, self._numbers)
                await audit.record(tx, actor, action, "customer", write.id, write.changes)
            keys = await rows.keys_of(tx, write.id)
        if write.changes:
            self._bus.publish(CustomerChanged(customer_id=write.id, numbers=keys))

    def _publish(self, made: Customer) -> None:
        keys = tuple(number.key for number in made.numbers)
        self._bus.publish(CustomerChanged(customer_id=made.id, numbers=keys))

    def _keep(self, customer_id: str, made: Snapshot) -> None:
        self._snapshots[customer_id] = made
        if len(self._snapshots) > SNAPSHOTS:
            self._snapshots.popitem(last=False)

    def _forget(self, fact: CustomerChanged) -> None:
        self._changes_seen += 1
        self._snapshots.pop(fact.customer_id, None)

    def _forget_all(self, fact: SettingsChanged) -> None:
        if fact.key in ("categories", WRITTEN_OUTSIDE):
            self._changes_seen += 1
            self._snapshots.clear()

    async def _drop_unused(self, hash_: str) -> None:
        """Forget a picture that no customer has any more."""
        if not hash_:
            return
        async with self._store.begin() as tx:
            if await photo_store.drop_unused(tx, hash_):
                await self._photos.remove(hash_)


def _snapshot(tx: sa.Connection, customer_id: str) -> Snapshot:
    who = rows.see(tx, customer_id)
    return Snapshot(customer=who, orders=orders.see(tx, who.id, only_open=True))
