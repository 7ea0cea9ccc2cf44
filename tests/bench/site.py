"""A Ringdesk in its own process, as an admin runs it, attached to a PBX that the bench plays."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ari_app.demo.ports import free_ports
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server, Site
from screenpop.core import Core, opened, store_url
from screenpop.customers.model import NewCustomer, NewOrder
from tests.fakes.ami import FakeAmi
from web.sessions import COOKIE, Sessions

AGENTS = tuple(str(extension) for extension in range(101, 151))
TOML = """
[server]
port = {port}
data_dir = "{folder}"
[ami]
port = {ami.port}
secret = "{ami.secret}"
[ari]
enabled = false
[agi]
port = {agi_port}
[site]
company = "Blue Boat"
country = "GB"
"""


@dataclass
class Desk:
    """The running service. `tokens` sign in, by extension; `start_seconds` until it served and was attached."""

    ami: FakeAmi
    port: int
    process: asyncio.subprocess.Process
    tokens: dict[str, str]
    start_seconds: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, extension: str) -> str:
        return f"{COOKIE}={self.tokens[extension]}"


def number_of(customer: int) -> str:
    """The number of the sample customer with this serial."""
    return f"+44{7_400_000_000 + customer}"


@asynccontextmanager
async def desk(folder: Path, customers: int, agents: tuple[str, ...] = AGENTS) -> AsyncIterator[Desk]:
    """Ringdesk with these agents and so many customers, up and in step with the PBX."""
    port, agi_port = free_ports(2)
    tokens = await _furnish(folder, customers, agents)
    async with FakeAmi() as ami:
        config = folder / "ringdesk.toml"
        config.write_text(TOML.format(port=port, folder=folder, ami=ami, agi_port=agi_port))
        start = time.perf_counter()
        with (folder / "ringdesk.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ari_app.main", "run", "--config", str(config)), stdout=log, stderr=log
            )
        try:
            await _ready(f"http://127.0.0.1:{port}/ready", process)
            yield Desk(ami, port, process, tokens, time.perf_counter() - start)
        finally:
            process.terminate()
            await process.wait()


async def _furnish(folder: Path, customers: int, agents: tuple[str, ...]) -> dict[str, str]:
    config = Config(server=Server(data_dir=str(folder)), site=Site(country="GB"))
    await migrate(store_url(config))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core:
        for customer in range(customers):
            await _add_customer(core, customer)
        for extension in agents:
            await core.users.add(extension, f"Agent {extension}", "agent", os.urandom(9).hex(), [extension])
        sessions = Sessions(core.store)
        return {user.login: await sessions.start(user.id) for user in core.users.all()}


async def _add_customer(core: Core, serial: int) -> None:
    new = NewCustomer(
        name=f"Customer {serial}",
        company="Engines Ltd",
        note="Ask for the order number first.",
        city="Leeds",
        country="GB",
        numbers=((number_of(serial), ""),),
    )
    made = await core.customers.create(new, "system")
    for order in range(2):
        sold = NewOrder(number=f"B-{serial}-{order}", title="Engine", stage="packed", amount=12_500, currency="GBP")
        await core.customers.add_order(made.id, sold, "system")


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while not await _answers(session, url):
            assert process.returncode is None, "Ringdesk ended while it started"
            await asyncio.sleep(0.01)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
