"""A store with tables, and people in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.store.engine import Store, default_url


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    yield store
    await store.close()
