"""A store of its own for each test, and the services on it."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from PIL import Image

from screenpop.bus import Bus
from screenpop.customers.categories import Categories
from screenpop.customers.index import NumberIndex
from screenpop.customers.service import Customers
from screenpop.facts import CustomerChanged
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """Fails a test in which the core blocks the loop's thread."""
    with blockbuster_ctx("screenpop") as buster:
        buster.functions["os.path.abspath"].can_block_in(
            "sqlalchemy/dialects/sqlite/pysqlite.py", "create_connect_args"
        )
        yield buster


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def told(bus: Bus) -> list[CustomerChanged]:
    """What the bus was told about customers."""
    facts: list[CustomerChanged] = []
    bus.subscribe(CustomerChanged, facts.append)
    return facts


@pytest.fixture
def index(bus: Bus) -> NumberIndex:
    return NumberIndex(bus)


@pytest.fixture
def customers(store: Store, bus: Bus, index: NumberIndex, tmp_path: Path) -> Customers:
    return Customers(store, Numbers("DE"), bus, tmp_path / "photos", index)


@pytest.fixture
def categories(store: Store, bus: Bus) -> Categories:
    return Categories(store, bus)


@pytest.fixture
def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    return out.getvalue()
