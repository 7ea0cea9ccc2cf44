"""A worker process: takes orders from the list, one of each kind at a time, at the lowest priority the system knows.

The service starts it when there is something to do, hands the configuration down on its standard input, and reads facts
from its standard output, one a line. When that input ends the service is gone, and so is the worker.
"""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from ari_app.analysis.jobs import analyse_recording
from ari_app.recording.collect import collect_with
from ari_app.worker_wire import FACTS, Contract, to_line
from ari_app.workshop import Workshop
from screenpop.analysis import store as analyses
from screenpop.config import Config
from screenpop.facts import RecordingChanged
from screenpop.jobs import Jobs, Kind
from screenpop.recordings import store as recordings
from screenpop.store.tables import recording

LOOK_SECONDS = 0.25
NICE = 19
SERVICE_IS_GONE = 3
MOST_OPEN = 100_000

log = structlog.get_logger(__name__)
Handler = Callable[[Workshop, str], Awaitable[None]]


class Worker:
    """Runs until nothing came for `idle` seconds; None: for ever."""

    def __init__(self, shop: Workshop, jobs: Jobs, idle: float | None) -> None:
        self._shop, self._jobs, self._idle = shop, jobs, idle
        self._last = time.monotonic()
        self._busy = 0

    async def run(self) -> None:
        """Take orders of every kind."""
        kinds: list[tuple[Kind, Handler]] = [("collect", _collect)]
        if self._shop.config.analysis.enabled:
            kinds.append(("analyse", analyse_recording))
        async with asyncio.TaskGroup() as group:
            for kind, handler in kinds:
                group.create_task(self._lane(kind, handler))

    async def _lane(self, kind: Kind, handler: Handler) -> None:
        loop = asyncio.get_running_loop()
        while True:
            recording_id = await loop.run_in_executor(self._jobs.thread, self._jobs.take, kind)
            if recording_id is not None:
                await self._work(handler, recording_id)
            elif self._is_over():
                return
            else:
                await asyncio.sleep(LOOK_SECONDS)

    async def _work(self, handler: Handler, recording_id: str) -> None:
        self._busy += 1
        try:
            await handler(self._shop, recording_id)
        except Exception:  # the row says what is to be done; the sweep orders it again
            log.exception("work failed", recording=recording_id)
        finally:
            self._busy -= 1
            self._last = time.monotonic()

    def _is_over(self) -> bool:
        return self._idle is not None and not self._busy and time.monotonic() - self._last >= self._idle


async def _collect(shop: Workshop, recording_id: str) -> None:
    outcome = await collect_with(shop.tools, recording_id)
    if outcome in ("later", "done"):
        return
    async with shop.store.read() as tx:
        this = await recordings.one(tx, recording_id)
    if this is not None:
        shop.bus.publish(RecordingChanged(call_id=this.call_id, recording_id=this.id, state=this.state))


# ---------------------------------------------------------------- the process


async def work(config: Config, name: str, idle: float | None) -> None:
    """Work until nothing comes any more."""
    shop, jobs = Workshop.open(config, name), Jobs(config.server.data_dir)
    for fact in FACTS.values():
        shop.bus.subscribe(fact, _say)
    try:
        await Worker(shop, jobs, idle).run()
    finally:
        jobs.close()
        await shop.store.close()


async def work_off(config: Config, name: str) -> None:
    """Order whatever the rows say is to be done, and do it."""
    await order_open(config)
    await work(config, name, 1.0)


async def order_open(config: Config) -> None:
    """Put on the list what the rows say is to be done."""
    shop, jobs = Workshop.open(config, ""), Jobs(config.server.data_dir)
    try:
        async with shop.store.read() as tx:
            waiting = await recordings.select(tx, recording.c.state == "waiting")
            open_orders = await analyses.open_orders(tx, datetime.now(UTC), MOST_OPEN)
        jobs.order("collect", [this.id for this in waiting])
        jobs.order("analyse", open_orders)
    finally:
        jobs.close()
        await shop.store.close()


async def serve_the_service() -> None:
    """Work for the service that started this process."""
    order = await asyncio.to_thread(sys.stdin.buffer.readline)
    if not order.endswith(b"\n"):
        return  # the service ended before it could say what there is to do
    given = msgspec.json.decode(order, type=Contract)
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    await work(given.config, given.name, given.idle)


def _end_with_the_service() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(SERVICE_IS_GONE)


def step_back() -> None:
    """Let calls and panel have the processor first."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def _say(fact: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(to_line(fact))
        sys.stdout.buffer.flush()
