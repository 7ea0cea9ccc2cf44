"""Ringdesk's panel with its hub in a process of its own, which publishes whenever a byte comes on a socket."""

import asyncio
import gc
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import uvloop

from ari_app.compose import assembled
from ari_app.demo.ports import free_ports
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.config import Agi, Ari, Config, Server
from screenpop.core import Core, opened, store_url
from screenpop.hub import Hub
from tests.bench.subscribers import EVENT
from web.sessions import COOKIE, Sessions


class Served(NamedTuple):
    """Where the panel is, the cookie of who is signed in there, and the port that is told to publish."""

    port: int
    cookie: str
    tell_port: int


@contextmanager
def ringdesk(folder: Path) -> Iterator[Served]:
    """The server, until the end of the block."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, folder))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("enough")
        process.join()


def _serve(parent: Connection, folder: Path) -> None:
    uvloop.run(_until_told(parent, folder))


async def _until_told(parent: Connection, folder: Path) -> None:
    (port,) = free_ports(1)
    server, off = Server(port=port, data_dir=str(folder)), Ari(enabled=False)
    config = Config(server=server, ari=off, agi=Agi(enabled=False))
    await migrate(store_url(config))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core, assembled(core) as loops:
        for loop in loops:
            loop.close()  # no PBX, nothing to do
        user = await core.users.add("101", "Agent 101", "agent", "a long password", ["101"])
        cookie = f"{COOKIE}={await Sessions(core.store).start(user.id)}"
        teller = await _teller(core, user.id)
        parent.send(Served(port, cookie, teller.sockets[0].getsockname()[1]))
        gc.collect()
        gc.freeze()  # as the service does
        await asyncio.to_thread(parent.recv)
        teller.close()


async def _teller(core: Core, user_id: str) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Teller(core.hub, frozenset({user_id})), "127.0.0.1", 0)


class _Teller(asyncio.Protocol):
    """Publishes one event for each byte."""

    def __init__(self, hub: Hub, to: frozenset[str]) -> None:
        self._hub, self._to = hub, to

    def data_received(self, data: bytes) -> None:
        for _ in data:
            self._hub.publish("pop", EVENT, self._to)
