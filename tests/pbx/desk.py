"""A whole Ringdesk beside a lab's Asterisk: its own process, as an admin runs it, with people and customers."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import select

from ari_app.demo.lab import Lab
from ari_app.demo.ports import free_ports
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server, Site
from screenpop.core import opened, store_url
from screenpop.customers.model import NewCustomer
from screenpop.store.engine import Store
from screenpop.store.tables import call
from tests.noon import place_at_noon

PASSWORD = "correct horse"
COMPANY = "Blue Boat"
ADA, ADA_NUMBER = "Ada Lovelace", "+442079460001"
LIMIT = 60.0
T = TypeVar("T")

_TOML = """
[server]
port = {port}
data_dir = "{folder}"
[ami]
port = {ami_port}
secret = "{lab.access.ami_secret}"
[ari]
url = "{lab.ari_url}"
password = "{lab.access.ari_password}"
[agi]
port = {lab.agi_port}
deadline_ms = 10000
[site]
company = "{company}"
country = "GB"
timezone = "{timezone}"
"""


@dataclass
class Desk:
    """The service on its folder. `start`, `kill` and `stop` act on the process; the folder stays."""

    lab: Lab
    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "ringdesk.log"

    @property
    def config_file(self) -> Path:
        return self.folder / "ringdesk.toml"

    async def start(self, *, ready: bool = True) -> None:
        """Start the process; with `ready` wait until it is in step with the PBX."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ari_app.main", "run", "--config", str(self.config_file)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        try:
            await until(lambda: self.answers("/ready" if ready else "/health"), f"Ringdesk is up; see {self.log}")
        except BaseException:
            await self.kill()
            raise

    async def answers(self, path: str) -> bool:
        """True where this path gives 200 now."""
        assert self.process is None or self.process.returncode is None, self.log.read_text()[-2000:]
        limit = aiohttp.ClientTimeout(total=2)
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=limit) as session, session.get(self.url + path) as response:
                return response.status == 200
        return False

    async def kill(self) -> None:
        """End the process as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End the process as an admin would."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            process.send_signal(how)
            await asyncio.wait_for(process.wait(), LIMIT)

    async def calls(self) -> list[Mapping[str, Any]]:
        """The rows of the call log, oldest first."""
        store = Store.open(store_url(config_of(self.folder)))
        try:
            async with store.read() as tx:
                return [dict(row._mapping) for row in await tx.execute(select(call).order_by(call.c.started_at))]
        finally:
            await store.close()


def config_of(folder: Path) -> Config:
    return Config(server=Server(data_dir=str(folder)), site=Site(country="GB", company=COMPANY))


def _configured(lab: Lab, folder: Path, ami_port: int) -> Desk:
    folder.mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    desk = Desk(lab, folder, port)
    desk.config_file.write_text(
        _TOML.format(port=port, folder=folder, lab=lab, company=COMPANY, ami_port=ami_port, timezone=place_at_noon())
    )
    return desk


async def make_desk(lab: Lab, folder: Path, ami_port: int = 0) -> Desk:
    """A desk with agents 101 to 103, a supervisor, an admin (PASSWORD opens for all) and the customer ADA.

    `ami_port`: where it looks for AMI, if not at the lab's own port.
    """
    desk = await asyncio.to_thread(_configured, lab, folder, ami_port or lab.ami_port)
    config = config_of(folder)
    await migrate(store_url(config))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core:
        for extension in ("101", "102", "103"):
            await core.users.add(extension, f"Agent {extension}", "agent", PASSWORD, [extension])
        await core.users.add("sue", "Sue", "supervisor", PASSWORD, [])
        await core.users.add("admin", "Admin", "admin", PASSWORD, [])
        await core.customers.create(NewCustomer(name=ADA, company="Engines Ltd", numbers=((ADA_NUMBER, ""),)), "system")
    return desk


async def until(what: Callable[[], Awaitable[T]], why: str, limit: float = LIMIT) -> T:
    """Poll until `what` gives something true; raises AssertionError with `why` after `limit` seconds."""
    try:
        async with asyncio.timeout(limit):
            while not (found := await what()):
                await asyncio.sleep(0.02)
            return found
    except TimeoutError:
        raise AssertionError(f"never: {why}") from None


async def rows(desk: Desk, count: int, **columns: object) -> list[Mapping[str, Any]]:
    """The rows of the call log, once there are `count` with these columns. `ended=False`: still up."""
    ended = columns.pop("ended", None)

    async def found() -> list[Mapping[str, Any]]:
        wanted = columns.items()
        return [
            row
            for row in await desk.calls()
            if all(row[name] == value for name, value in wanted)
            and (ended is None or (row["ended_at"] is not None) == ended)
        ]

    async def enough() -> bool:
        return len(await found()) == count

    await until(enough, f"{count} rows with {columns} ended={ended}")
    return await found()
