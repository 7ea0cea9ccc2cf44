"""One event to 50 open panels: what the hub itself takes, and what it takes with real sockets.

The peer is the shape that most SSE servers have: a queue and a task for each open panel.
"""

import asyncio
import socket
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import cast

import uvloop

from screenpop.hub import Hub, encode
from tests.bench.measure import RUNS, without_gc
from tests.bench.table import Row
from web.stream import Pipe

PANELS = 50
EVENTS = 2_000
CARD = '{"id":"01h","state":"ringing","html":"' + "x" * 4_000 + '"}'
USERS = frozenset({"u1"})


class Nowhere:
    """A sink that keeps nothing: what is left is the hub."""

    def write(self, data: bytes) -> None: ...

    def backlog(self) -> int:
        return 0

    def close(self) -> None: ...


def run(quick: bool) -> list[Row]:
    """Figures are microseconds an event, of the loop's time."""
    events = 50 if quick else EVENTS
    own, sockets, queues = (_median(work, events, quick) for work in (_own, _to_sockets, _to_queues))
    return [
        Row(
            what=f"publish to {PANELS} panels, the hub's own part",
            value=own,
            unit="µs",
            better="less",
            budget=1_000,
        ),
        Row(
            what=f"a card of 4 kB to {PANELS} open sockets, written and read",
            value=sockets,
            unit="µs",
            better="less",
            peer="a queue and a task for each panel",
            peer_value=queues,
        ),
    ]


def _median(work: Callable[[int], Awaitable[float]], events: int, quick: bool) -> float:
    return statistics.median(uvloop.run(work(events)) for _ in range(1 if quick else RUNS))  # type: ignore[arg-type]


async def _own(events: int) -> float:
    hub = Hub()
    for _ in range(PANELS):
        hub.subscribe("u1", "s", Nowhere())
    with without_gc():
        start = time.perf_counter()
        for _ in range(events):
            hub.publish("pop", CARD, USERS)
        return (time.perf_counter() - start) / events * 1e6


async def _to_sockets(events: int) -> float:
    hub, transports = Hub(), [await _panel() for _ in range(PANELS)]
    for transport in transports:
        hub.subscribe("u1", "s", Pipe(transport, True, asyncio.Event()))

    async def publish() -> None:
        hub.publish("pop", CARD, USERS)

    return await _timed(publish, transports, events)


async def _to_queues(events: int) -> float:
    transports = [await _panel() for _ in range(PANELS)]
    queues: list[asyncio.Queue[str]] = [asyncio.Queue() for _ in transports]

    async def write(queue: asyncio.Queue[str], transport: asyncio.WriteTransport) -> None:
        while True:
            data = encode("pop", await queue.get(), "e.1")
            transport.write(b"%x\r\n%b\r\n" % (len(data), data))
            queue.task_done()

    tasks = [asyncio.create_task(write(queue, to)) for queue, to in zip(queues, transports, strict=True)]

    async def publish() -> None:
        for queue in queues:
            queue.put_nowait(CARD)
        for queue in queues:
            await queue.join()

    figure = await _timed(publish, transports, events)
    for task in tasks:
        task.cancel()
    return figure


async def _timed(publish: Callable[[], Awaitable[None]], panels: list[asyncio.WriteTransport], events: int) -> float:
    """Microseconds an event until the kernel has all of it; the panels read in the same loop, the same for both."""
    with without_gc():
        start = time.perf_counter()
        for _ in range(events):
            await publish()
            while any(panel.get_write_buffer_size() for panel in panels):
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        taken = time.perf_counter() - start
    for panel in panels:
        panel.close()
    return taken / events * 1e6


async def _panel() -> asyncio.WriteTransport:
    """A connected socket whose other end is read and forgotten."""
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    await loop.create_connection(asyncio.Protocol, sock=theirs)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    return cast(asyncio.WriteTransport, transport)
