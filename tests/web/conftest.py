"""A panel on a real store in a temporary folder, with people who can sign in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from blockbuster import BlockBuster, blockbuster_ctx

from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.config import Config
from screenpop.facts import PbxLinkChanged
from screenpop.hub import Hub
from screenpop.store.engine import Store, default_url
from web.app import build_app
from web.keys import Services
from web.sessions import Sessions

PASSWORD = "correct horse"
Client = TestClient[web.Request, web.Application]
SignIn = Callable[[str], Awaitable[Client]]


@pytest.fixture(autouse=True)
def blockbuster(request: pytest.FixtureRequest) -> Iterator[BlockBuster]:
    """Fails a test in which the loop's thread blocks."""
    with blockbuster_ctx("web") as buster:
        for read_once in ("os.stat", "io.BufferedReader.read", "io.TextIOWrapper.read"):
            buster.functions[read_once].can_block_in("web/look.py", "icon")
        yield buster


@dataclass
class Link:
    """The link to the PBX, as a test wants it."""

    state: PbxLinkChanged = field(default_factory=lambda: PbxLinkChanged(up=True, state="up", version="22.0.0"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    yield store
    await store.close()


@pytest.fixture
async def services(store: Store) -> Services:
    """The house behind the panel: agents 101 and 102, supervisor `sue`, admin `admin`; PASSWORD opens for all."""
    bus = Bus()
    users = Users(store, bus, Passwords(cost=1, memory_kib=64))
    for login, role, extensions in (
        ("101", "agent", ["101"]),
        ("102", "agent", ["102"]),
        ("sue", "supervisor", []),
        ("admin", "admin", []),
    ):
        await users.add(login, f"Name of {login}", role, PASSWORD, extensions)
    return Services(config=Config(), bus=bus, hub=Hub("t"), users=users, sessions=Sessions(store), pbx=Link())


@pytest.fixture
async def app(services: Services) -> web.Application:
    return await asyncio.to_thread(build_app, services)


@pytest.fixture
async def server(app: web.Application) -> AsyncIterator[TestServer]:
    server = TestServer(app, handler_cancellation=True)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def anonymous(server: TestServer) -> AsyncIterator[Client]:
    async with TestClient(server) as client:
        yield client


@pytest.fixture
async def sign_in(server: TestServer) -> AsyncIterator[SignIn]:
    """`await sign_in("101")` is a browser in which this user is signed in."""
    clients: list[Client] = []

    async def signed_in(login: str) -> Client:
        client = TestClient(server)
        clients.append(client)
        answer = await client.post("/sign-in", data={"login": login, "password": PASSWORD}, allow_redirects=False)
        assert answer.status == 303
        return client

    yield signed_in
    for client in clients:
        await client.close()
