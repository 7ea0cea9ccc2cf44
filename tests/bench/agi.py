"""FastAGI lookups beside panoramisk's server, each in a process of its own, asked by the same client.

The client does what Asterisk does: it sends a header, carries out every line it is sent with `200 result=1`, and is
done when the other side closes. Both servers set the same six variables. The figure is lookups a second of the
server's processor time, because the client is the slower half.
"""

import asyncio
import multiprocessing
import resource
import time
from collections.abc import Callable, Coroutine
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import uvloop
from panoramisk.fast_agi import Application, Request

from agi.handlers import handlers
from agi.server import AgiServer
from screenpop.callers import Caller
from screenpop.config import Agi
from tests.agi.peers import KnownCallers, header
from tests.bench.measure import percentile, runs, side_by_side
from tests.bench.table import Row

LOOKUPS = 10_000
AT_ONCE = 16
ANA = Caller(matches=1, customer_id="01h", name="Ana Example", category="VIP", responsible="102", vip=True)
VARIABLES = ("FOUND", "CUSTOMER", "NAME", "CATEGORY", "RESPONSIBLE", "VIP")
Serve = Callable[[], Coroutine[Any, Any, int]]


class Asked(NamedTuple):
    """What a run showed: lookups a second of the server's processor time, and milliseconds that 99 of 100 took."""

    rate: float
    p99: float


def run(quick: bool) -> list[Row]:
    """Lookups a second, and what one takes while 16 are under way."""
    lookups = 200 if quick else LOOKUPS
    asked: dict[str, list[Asked]] = {"ours": [], "theirs": []}

    def rate(name: str, serve: Serve) -> float:
        asked[name].append(_ask(serve, lookups))
        return asked[name][-1].rate

    ours, theirs = side_by_side(runs(quick), partial(rate, "ours", _ringdesk), partial(rate, "theirs", _panoramisk))
    row = partial(Row, peer="panoramisk's FastAGI server")
    return [
        row(what="lookups, six variables each", value=ours, unit="lookups/s", better="more", peer_value=theirs),
        row(
            what=f"one lookup while {AT_ONCE} are under way, p99",
            value=_typical(asked["ours"]),
            unit="ms",
            better="less",
            peer_value=_typical(asked["theirs"]),
        ),
    ]


def _typical(asked: list[Asked]) -> float:
    return sorted(one.p99 for one in asked)[len(asked) // 2]


def _ask(serve: Serve, lookups: int) -> Asked:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(serve, theirs))
    process.start()
    try:
        port = ours.recv()
        times = uvloop.run(_load(port, lookups))
        ours.send("enough")
        return Asked(lookups / ours.recv(), percentile(times, 0.99) * 1000)
    finally:
        process.join()


def _serve(serve: Serve, parent: Connection) -> None:
    uvloop.run(_until_told(serve, parent))


async def _until_told(serve: Serve, parent: Connection) -> None:
    port = await serve()
    before = _cpu()
    parent.send(port)
    await asyncio.to_thread(parent.recv)
    parent.send(_cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _ringdesk() -> int:
    server = AgiServer(Agi(port=0), handlers(KnownCallers(n442079460000=ANA)))
    await server.start()
    return server.port


async def _panoramisk() -> int:
    callers = KnownCallers(n442079460000=ANA)

    async def lookup(request: Request) -> None:
        caller = await callers.look_up(request.headers["agi_callerid"])
        values = ("1", caller.customer_id, caller.name, caller.category, caller.responsible, "1")
        for variable, value in zip(VARIABLES, values, strict=True):
            await request.send_command(f'SET VARIABLE RINGDESK_{variable} "{value}"')

    application = Application()
    application.add_route("lookup", lookup)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0)
    application["server"] = server  # or it would be collected
    _kept.append(application)
    port: int = server.sockets[0].getsockname()[1]
    return port


_kept: list[Application] = []


async def _load(port: int, lookups: int) -> list[float]:
    """Seconds that each lookup took."""
    sent, times, left = header(), [], iter(range(lookups))

    async def worker() -> None:
        for _ in left:
            start = time.perf_counter()
            await _lookup(port, sent)
            times.append(time.perf_counter() - start)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return times


async def _lookup(port: int, sent: bytes) -> None:
    done = asyncio.get_running_loop().create_future()
    await asyncio.get_running_loop().create_connection(lambda: _Asterisk(sent, done), "127.0.0.1", port)
    assert await done == len(VARIABLES)


class _Asterisk(asyncio.Protocol):
    """Answers each line; `done` becomes the number of lines."""

    def __init__(self, sent: bytes, done: asyncio.Future[int]) -> None:
        self._sent, self._done = sent, done
        self._lines = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._transport.write(self._sent)

    def data_received(self, data: bytes) -> None:
        lines = data.count(b"\n")
        self._lines += lines
        self._transport.write(b"200 result=1\n" * lines)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(self._lines)
