"""Number -> customers, in memory: no SQL while a phone rings.

Most numbers are E.164 and most ids have the layout of `screenpop.ids`: those are kept packed, 8 bytes for the
number and 16 for the id, sorted by number. What does not pack, and what changed since, is in small dicts beside.
"""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

import sqlalchemy as sa
import structlog

from screenpop.bus import Bus
from screenpop.facts import CustomerChanged, SettingsChanged
from screenpop.ids import pack_id, unpack_id
from screenpop.store.engine import Store
from screenpop.store.outside import mark_of
from screenpop.store.tables import customer_number

BATCH = 2_000
"""Rows taken in at once: short enough that the event loop is not held up."""
REBUILD_AFTER = 20_000
"""So many changed customers are kept beside the packed part before it is built anew."""
LOOK_SECONDS = 5.0
WRITTEN_OUTSIDE = "customers_written_outside"
"""The setting by which another process says that it wrote customers; its value is another one each time."""
ID_BYTES = 16
MAX_DIGITS = 15
_TO_BASE_11 = str.maketrans("0123456789", "123456789a")

Loose = dict[str, tuple[str, ...]]
log = structlog.get_logger(__name__)


class NumberIndex:
    """`find` answers from memory; `run` loads it, and builds it anew when much has changed."""

    def __init__(self, bus: Bus, rebuild_after: int = REBUILD_AFTER) -> None:
        self.loaded = False
        self._base = _Base()
        self._changed: Loose = {}
        self._overlay: Loose = {}
        self._since_load: set[str] = set()
        self._rebuild_after = rebuild_after
        self._due = asyncio.Event()
        self._due.set()
        self._mark: object = None
        self._bus = bus
        bus.subscribe(CustomerChanged, self.apply)

    def find(self, key: str) -> tuple[str, ...]:
        """The ids of the customers who have the number with this key (`Number.key`)."""
        kept = tuple(id_ for id_ in self._base.find(key) if id_ not in self._changed)
        return kept + self._overlay.get(key, ())

    def apply(self, fact: CustomerChanged) -> None:
        """Take in what a customer's numbers are now."""
        for key in self._changed.get(fact.customer_id, ()):
            _drop(self._overlay, key, fact.customer_id)
        numbers = () if fact.gone else fact.numbers
        self._changed[fact.customer_id] = numbers
        self._since_load.add(fact.customer_id)
        for key in numbers:
            self._overlay[key] = (*self._overlay.get(key, ()), fact.customer_id)
        if len(self._changed) >= self._rebuild_after:
            self._due.set()

    @property
    def size_bytes(self) -> int:
        """The memory of the packed part."""
        return self._base.size_bytes

    async def run(self, store: Store) -> None:
        """Load, then build anew whenever it is due, or another process wrote; for ever, whatever the disk does."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), LOOK_SECONDS)
            try:
                await self.refresh(store)
            except sa.exc.SQLAlchemyError as error:
                log.error("numbers of customers could not be read", error=str(error))
                self._due.set()
                await asyncio.sleep(LOOK_SECONDS)

    async def refresh(self, store: Store) -> None:
        """Build anew if that is due, or another process wrote (which the bus is then told)."""
        outside = await mark_of(store, WRITTEN_OUTSIDE) != self._mark
        if outside or self._due.is_set():
            await self.load(store)
        if outside:
            self._bus.publish(SettingsChanged(key=WRITTEN_OUTSIDE))

    async def load(self, store: Store) -> None:
        """Read all numbers. What the bus tells meanwhile wins over what is read."""
        self._due.clear()
        self._since_load = set()
        self._mark = await mark_of(store, WRITTEN_OUTSIDE)
        base = _Base()
        query = sa.select(customer_number.c.key, customer_number.c.customer_id).order_by(customer_number.c.key)
        async with store.read() as tx:
            result = await tx.stream(query)
            async for rows in result.partitions(BATCH):
                base.extend((row[0], row[1]) for row in rows)
        self._base = base
        self._changed = {id_: keys for id_, keys in self._changed.items() if id_ in self._since_load}
        self._overlay = _by_key(self._changed)
        self.loaded = True


class _Base:
    """The numbers as they were read, in the order of their keys as texts."""

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._ids = bytearray()
        self._loose: Loose = {}

    def extend(self, pairs: Iterable[tuple[str, str]]) -> None:
        for key, customer_id in pairs:
            number, packed = pack_key(key), pack_id(customer_id)
            if number is None or packed is None:
                self._loose[key] = (*self._loose.get(key, ()), customer_id)
            else:
                self._numbers.append(number)
                self._ids += packed

    def find(self, key: str) -> tuple[str, ...]:
        number = pack_key(key)
        packed = () if number is None else tuple(self._packed(number))
        return packed + self._loose.get(key, ())

    @property
    def size_bytes(self) -> int:
        return len(self._numbers) * self._numbers.itemsize + len(self._ids)

    def _packed(self, number: int) -> Iterator[str]:
        place = bisect_left(self._numbers, number)
        while place < len(self._numbers) and self._numbers[place] == number:
            yield unpack_id(bytes(self._ids[place * ID_BYTES : (place + 1) * ID_BYTES]))
            place += 1


def pack_key(key: str) -> int | None:
    """An E.164 key as a number that sorts as the text does: its digits, counted from 1, in base 11."""
    if not (key.startswith("+") and len(key) <= MAX_DIGITS + 1 and key[1:].isascii() and key[1:].isdigit()):
        return None
    return int(key[1:].translate(_TO_BASE_11).ljust(MAX_DIGITS, "0"), 11)


def _drop(overlay: Loose, key: str, customer_id: str) -> None:
    left = tuple(id_ for id_ in overlay.get(key, ()) if id_ != customer_id)
    if left:
        overlay[key] = left
    else:
        overlay.pop(key, None)


def _by_key(changed: Mapping[str, tuple[str, ...]]) -> Loose:
    overlay: Loose = {}
    for customer_id, keys in changed.items():
        for key in keys:
            overlay[key] = (*overlay.get(key, ()), customer_id)
    return overlay
