"""Users on a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.store.engine import Store, default_url

PASSWORD = "correct horse"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    yield store
    await store.close()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def users(store: Store, bus: Bus) -> Users:
    return Users(store, bus, Passwords(cost=1, memory_kib=64))
