"""A core with people, and calls that can be reviewed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.agents.model import User
from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server
from screenpop.core import Core, opened
from screenpop.quality.model import Card
from screenpop.store.engine import Store, default_url
from tests.screenpop.quality.house import CARD, Calls


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    await store.close()
    async with opened(Config(server=Server(data_dir=str(tmp_path))), Passwords(cost=1, memory_kib=64)) as core:
        for login, role in (("101", "agent"), ("102", "agent"), ("sue", "supervisor"), ("sam", "supervisor")):
            await core.users.add(login, f"Name of {login}", role, "correct horse", [login] if login.isdigit() else [])
        yield core


@pytest.fixture
def people(core: Core) -> dict[str, User]:
    return {user.login: user for user in core.users.all()}


@pytest.fixture
def calls(core: Core) -> Calls:
    return Calls(core)


@pytest.fixture
async def card(core: Core) -> Card:
    return await core.quality.cards.put(CARD, "system")
