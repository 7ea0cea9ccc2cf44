"""Who calls, among a million: from the number as the PBX shows it to the customers who have it."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from screenpop.bus import Bus
from screenpop.callers import Callers
from screenpop.customers.index import NumberIndex
from screenpop.customers.model import Customer
from screenpop.customers.service import Customers
from screenpop.ids import make_id
from screenpop.numbers import Numbers, warm
from screenpop.store.engine import Store, default_url
from tests.bench.measure import percentile, runs, side_by_side, without_gc
from tests.bench.table import Row

CUSTOMERS = 1_000_000
ASKED = 20_000
FIRST = 7_400_000_000
"""British mobile numbers from here on, one customer each."""
SQL = "SELECT customer_id FROM customer_number WHERE key = ?"


class Shop(NamedTuple):
    """What is asked, and what answers."""

    store: Store
    numbers: Numbers
    index: NumberIndex
    callers: Callers
    database: sqlite3.Connection
    load_seconds: float
    asked: Sequence[str]


def run(quick: bool) -> list[Row]:
    """Milliseconds that 99 of 100 lookups take, half of them of strangers."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder), 1_000 if quick else CUSTOMERS, 100 if quick else ASKED, quick))


async def _run(folder: Path, customers: int, asked: int, quick: bool) -> list[Row]:
    shop = await _open(folder, customers, asked)
    _p99(shop, _parse_and_find)  # libphonenumber is slower at first
    in_memory, in_sql, whole = side_by_side(
        runs(quick), lambda: _p99(shop, _find), lambda: _p99(shop, _query), lambda: _p99(shop, _parse_and_find)
    )
    for_dialplan = percentile([await _look_up(shop, raw) for raw in shop.asked[:2_000]], 0.99)
    shop.database.close()
    await shop.store.close()
    row = partial(Row, better="less")
    return [
        row(what=f"number as the PBX shows it → customer ids, {customers:,}, p99", value=whole, unit="ms", budget=1.0),
        row(
            what="the index alone, p99",
            value=in_memory,
            unit="ms",
            peer="SQL on an indexed column",
            peer_value=in_sql,
        ),
        row(what="number → caller for the dialplan, read from the store, p99", value=for_dialplan, unit="ms"),
        row(what="memory of the index", value=shop.index.size_bytes / 2**20, unit="MiB"),
        row(what="reading the index at the start", value=shop.load_seconds, unit="s"),
    ]


def _find(shop: Shop, raw: str) -> object:
    return shop.index.find(_key(raw))


def _query(shop: Shop, raw: str) -> object:
    return shop.database.execute(SQL, (_key(raw),)).fetchall()


def _parse_and_find(shop: Shop, raw: str) -> object:
    return shop.index.find(shop.numbers.parse(raw).key)


def _key(raw: str) -> str:
    return f"+44{raw[1:]}"


def _p99(shop: Shop, ask: Callable[[Shop, str], object]) -> float:
    """Milliseconds."""
    shop.numbers.remembered.cache_clear()
    times = []
    with without_gc():
        for raw in shop.asked:
            start = time.perf_counter()
            ask(shop, raw)
            times.append((time.perf_counter() - start) * 1000)
    return percentile(times, 0.99)


async def _look_up(shop: Shop, raw: str) -> float:
    start = time.perf_counter()
    await shop.callers.look_up(raw)
    return (time.perf_counter() - start) * 1000


async def _open(folder: Path, customers: int, asked: int) -> Shop:
    warm()
    store, bus, numbers = Store.open(default_url(folder)), Bus(), Numbers("GB")
    await store.create_all()
    database = sqlite3.connect(folder / "ringdesk.db")
    _fill(database, customers)
    index = NumberIndex(bus)
    start = time.perf_counter()
    await index.load(store)
    seconds = time.perf_counter() - start
    service = Customers(store, numbers, bus, folder / "photos", index)

    async def customer(customer_id: str) -> Customer:
        return (await service.snapshot(customer_id)).customer

    callers = Callers(numbers, index.find, customer, lambda user: "")
    return Shop(store, numbers, index, callers, database, seconds, _questions(customers, asked))


def _fill(database: sqlite3.Connection, customers: int) -> None:
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER "{trigger}"')  # the search text is not asked here
    now = "2026-01-01 00:00:00.000000"
    people = ((_id(n), f"Customer {n}", now, now) for n in range(customers))
    database.executemany("INSERT INTO customer (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)", people)
    columns = "id, customer_id, raw, e164, key, tail"
    database.executemany(f"INSERT INTO customer_number ({columns}) VALUES (?, ?, ?, ?, ?, ?)", _rows(customers))
    database.commit()


def _rows(customers: int) -> Iterable[tuple[str, ...]]:
    for n in range(customers):
        key = f"+44{FIRST + n}"
        yield _id(n), _id(n), key, key, key, key[-7:]


def _id(n: int) -> str:
    return make_id(1_760_000_000_000 + n, n)


def _questions(customers: int, asked: int) -> list[str]:
    chance = random.Random(7)
    return [f"0{FIRST + chance.randrange(customers * 2)}" for _ in range(asked)]
