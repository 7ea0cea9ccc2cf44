"""A core on a store of its own, with agents in two teams and a supervisor who looks at the board."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server, Site
from screenpop.core import Core, opened
from screenpop.store.engine import Store, default_url
from tests.noon import place_at_noon


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    await store.close()
    config = Config(site=Site(country="GB", timezone=place_at_noon()), server=Server(data_dir=str(tmp_path)))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core:
        for login, role, seats in (
            ("101", "agent", ["101"]),
            ("102", "agent", ["102"]),
            ("sue", "supervisor", ["105"]),
        ):
            await core.users.add(login, f"Name of {login}", role, "correct horse", seats)
        yield core
