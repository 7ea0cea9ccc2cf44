"""A panel on a real store in a temporary folder, with people who can sign in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from blockbuster import BlockBuster, blockbuster_ctx

from ari_app.compose import make_services
from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server, Site
from screenpop.core import Core, make_pops, opened
from screenpop.facts import PbxLinkChanged
from screenpop.store.engine import Store, default_url
from web.app import build_app
from web.card import CardRenderer
from web.keys import Services
from web.render import build_environment

PASSWORD = "correct horse"
Client = TestClient[web.Request, web.Application]
SignIn = Callable[[str], Awaitable[Client]]


@pytest.fixture(autouse=True)
def blockbuster(request: pytest.FixtureRequest) -> Iterator[BlockBuster]:
    """Fails a test in which the loop's thread blocks."""
    with blockbuster_ctx("web") as buster:
        for read_once in ("os.stat", "io.BufferedReader.read", "io.TextIOWrapper.read"):
            buster.functions[read_once].can_block_in("web/look.py", "icon")
        buster.functions["os.stat"].can_block_in("linecache.py", "checkcache")  # a traceback is being written
        buster.functions["os.path.abspath"].can_block_in(
            "sqlalchemy/dialects/sqlite/pysqlite.py", "create_connect_args"
        )
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
def timezone() -> str:
    """The site's; a file whose figures are those of a day has its own, in which no day ends during a test."""
    return "UTC"


@pytest.fixture
async def core(store: Store, tmp_path: Path, timezone: str) -> AsyncIterator[Core]:
    """The core on the store, in Germany: agents 101 and 102, supervisor `sue`, `admin`; PASSWORD opens for all."""
    site = Site(country="DE", company="Blue Boat", timezone=timezone)
    config = Config(site=site, server=Server(data_dir=str(tmp_path)))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core:
        for login, role, extensions in (
            ("101", "agent", ["101"]),
            ("102", "agent", ["102"]),
            ("sue", "supervisor", []),
            ("admin", "admin", []),
        ):
            await core.users.add(login, f"Name of {login}", role, PASSWORD, extensions)
        yield core


@pytest.fixture
async def services(core: Core) -> Services:
    """The house behind the panel."""
    environment = await asyncio.to_thread(build_environment)
    renderer = CardRenderer(environment, core.config)
    await asyncio.to_thread(renderer.warm_up)
    return make_services(core, Link(), make_pops(core, renderer))


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
