"""From the moment in which the PBX writes `DialBegin` to the moment in which the agent's browser has painted the card.

A real Ringdesk in its own process; a PBX played from a recorded call, each time another customer; a real Chromium
for the agent who is called, and the streams of 49 more panels. Both clocks are the machine's.
"""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.bench.floor import round_trip, to_paint
from tests.bench.measure import percentile
from tests.bench.panels import Stream, browser_page, painted
from tests.bench.site import AGENTS, Desk, desk, number_of
from tests.bench.stream import recorded_call
from tests.bench.table import Row
from tests.fakes.ami import FakeAmi

CALLS = 150
EVERY = 1.2
"""Seconds from call to call: 50 a minute."""
WARM_UP = 5
"""Calls that are not counted: a service and a browser that just started are not what an agent works with."""
CALLED = "101"


class Times(NamedTuple):
    """Milliseconds of each call: until the card was on the wire, and until it was painted."""

    to_wire: list[float]
    to_paint: list[float]


def run(quick: bool) -> list[Row]:
    """Milliseconds."""
    calls, every = (3, 0.4) if quick else (CALLS, EVERY)
    times = asyncio.run(_calls(calls, every))
    floor = asyncio.run(to_paint(calls, min(every, 0.4)))
    echo = asyncio.run(round_trip(10 if quick else 2_000))
    row = partial(Row, unit="ms", better="less")
    card, bare = partial(percentile, times.to_paint), partial(percentile, floor)
    beside = "a bare line to a bare page"
    return [
        row(what="DialBegin → card painted, p50", value=card(0.5), peer=beside, peer_value=bare(0.5), budget=20),
        row(what="DialBegin → card painted, p99", value=card(0.99), peer=beside, peer_value=bare(0.99), budget=100),
        row(
            what="of this, until the card is on the wire, p50",
            value=percentile(times.to_wire, 0.5),
            peer="loopback round trip",
            peer_value=percentile(echo, 0.5),
        ),
    ]


async def _calls(calls: int, every: float) -> Times:
    total = calls + WARM_UP
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        running = await stack.enter_async_context(desk(Path(folder), total))
        page = await stack.enter_async_context(browser_page(running.url + "/", running.cookie(CALLED)))
        await page.wait_for_selector("html[data-live=yes]")
        witness = await _open_streams(running, stack)
        written = [await _call(running.ami, serial, every) for serial in range(total)]
        seen = await painted(page)
    counted = slice(WARM_UP, None)
    return Times(_since(written, witness.came)[counted], _since(written, seen)[counted])


def _since(written: list[float], seen: list[float]) -> list[float]:
    return [(end - start) * 1000 for start, end in zip(written, seen, strict=True)]


async def _call(ami: FakeAmi, serial: int, every: float) -> float:
    """One call that rings and is given up; the moment in which its `DialBegin` was written."""
    call = recorded_call(serial, number_of(serial), time.time())
    ami.send(call.before)
    await asyncio.sleep(0.0005)  # as it was recorded
    written = time.time()
    ami.send(call.dial_begin)
    await asyncio.sleep(every / 2)
    ami.send(call.after)
    await asyncio.sleep(every / 2)
    return written


async def _open_streams(running: Desk, stack: AsyncExitStack) -> Stream:
    """49 more panels, one of them of the same agent: it witnesses when the card is on the wire."""
    group = await stack.enter_async_context(asyncio.TaskGroup())
    streams = [Stream(running.port, running.cookie(agent)) for agent in AGENTS[:-1]]
    opened = [asyncio.Event() for _ in streams]
    for stream, event in zip(streams, opened, strict=True):
        stack.callback(group.create_task(stream.run(event)).cancel)
    await asyncio.gather(*(event.wait() for event in opened))
    return streams[AGENTS.index(CALLED)]
