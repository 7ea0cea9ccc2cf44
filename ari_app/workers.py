"""Sees to the worker processes: starts them when there is work, listens to them, and orders what the rows say is open.

Rows are the truth. A fact orders at once; a sweep orders what no fact spoke of: what a worker left behind, and what the
service itself did not live to order.
"""

import asyncio
import contextlib
import itertools
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
import structlog

from ari_app.worker_wire import IDLE_SECONDS, SERVICE_WORKERS, Contract, from_line
from screenpop.analysis import store as analyses
from screenpop.bus import Bus
from screenpop.config import Config
from screenpop.facts import AnalysisChanged, RecordingChanged
from screenpop.jobs import KINDS, Jobs, Kind
from screenpop.store.engine import Store

SWEEP_SECONDS = 20.0
MOST_ORDERED = 500
"""At once: the rest is ordered when these are done."""
MOST_NOTED = 10_000
BACK_OFF_SECONDS = (0.0, 1.0, 5.0, 15.0, 60.0)
"""Before the next worker is started, after so many that died."""
LONGEST_LINE = 1 << 20
STOP_SECONDS = 2.0
RETRY_SECONDS = 1.0
COMMAND = (sys.executable, "-m", "ari_app.main", "worker", "--for-the-service")

log = structlog.get_logger(__name__)


class Workers:
    """`run` for as long as the service does. `collect` orders what the sweep of recordings asks for."""

    def __init__(self, config: Config, store: Store, bus: Bus, idle: float = IDLE_SECONDS) -> None:
        self._config, self._store, self._bus, self._idle = config, store, bus, idle
        self._noted: dict[tuple[Kind, str], None] = {}
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._serial = itertools.count(1)
        self._died, self._not_before = 0, 0.0
        self._began = False
        bus.subscribe(RecordingChanged, self._recording_changed)
        bus.subscribe(AnalysisChanged, self._analysis_changed)

    async def collect(self, recording_id: str) -> None:
        """Have a recording collected."""
        self._note("collect", recording_id)

    # ------------------------------------------------------------ what is to be done

    def _recording_changed(self, fact: RecordingChanged) -> None:
        if fact.state == "stored":
            self._note("analyse", fact.recording_id)

    def _analysis_changed(self, fact: AnalysisChanged) -> None:
        if fact.state == "waiting":
            self._note("analyse", fact.recording_id)

    def _note(self, kind: Kind, recording_id: str) -> None:
        """What is too much is found by the sweep."""
        if self._is_done_here(kind) and len(self._noted) < MOST_NOTED:
            self._noted[kind, recording_id] = None
            self._woken.set()

    def _is_done_here(self, kind: Kind) -> bool:
        """Where nothing is analysed, orders of an earlier time stay on the list, and no worker is started for them."""
        return kind == "collect" or self._config.analysis.enabled

    async def run(self) -> None:
        """For ever; a failing disk is tried again and again."""
        jobs = await self._opened()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._look(jobs, group)
        finally:
            await asyncio.to_thread(jobs.close)

    async def _opened(self) -> Jobs:
        while True:
            try:
                return await asyncio.to_thread(Jobs, self._config.server.data_dir)
            except (sqlite3.Error, OSError) as error:
                log.warning("the list of jobs cannot be opened", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _look(self, jobs: Jobs, group: asyncio.TaskGroup) -> None:
        """Order what is to be done, start workers for it, and wait for more."""
        try:
            if not self._began:  # the workers of an earlier service ended with it
                await self._release(SERVICE_WORKERS, counts=False)
                self._began = True
            await self._sweep(jobs)
            await self._until_woken(jobs, group, time.monotonic() + SWEEP_SECONDS)
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            log.warning("work could not be ordered", reason=str(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _until_woken(self, jobs: Jobs, group: asyncio.TaskGroup, deadline: float) -> None:
        while time.monotonic() < deadline:
            noted, self._noted = list(self._noted), {}
            self._woken.clear()
            for kind in KINDS:
                await self._order(jobs, kind, [id_ for noted_kind, id_ in noted if noted_kind == kind])
            pause = await self._start_workers(jobs, group)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(min(deadline - time.monotonic(), pause), 0.01)):
                    await self._woken.wait()

    async def _sweep(self, jobs: Jobs) -> None:
        """Order what is open and not on the list; call failed what no worker survived."""
        if not self._config.analysis.enabled:
            return
        now = datetime.now(UTC)
        async with self._store.begin() as tx:
            given_up = await analyses.give_up(tx, now)
        for recording_id, call_id in given_up:
            self._bus.publish(AnalysisChanged(call_id=call_id, recording_id=recording_id, state="failed"))
        if await self._in_thread(jobs, jobs.waiting, "analyse") == 0:
            async with self._store.read() as tx:
                found = await analyses.open_orders(tx, now, MOST_ORDERED)
            await self._order(jobs, "analyse", found)

    async def _order(self, jobs: Jobs, kind: Kind, ids: Sequence[str]) -> None:
        if ids:
            await self._in_thread(jobs, jobs.order, kind, ids)

    @staticmethod
    async def _in_thread(jobs: Jobs, work: object, *given: object) -> int:
        return await asyncio.get_running_loop().run_in_executor(jobs.thread, work, *given)  # type: ignore[arg-type]

    # ------------------------------------------------------------ who does it

    async def _start_workers(self, jobs: Jobs, group: asyncio.TaskGroup) -> float:
        """Start as many as are allowed and useful; for how many seconds nothing is to be done here."""
        waiting = [await self._in_thread(jobs, jobs.waiting, kind) for kind in KINDS if self._is_done_here(kind)]
        wanted = min(self._config.analysis.workers, max(waiting))
        pause = self._not_before - time.monotonic()
        if len(self._running) >= wanted:
            return SWEEP_SECONDS
        if pause > 0:
            return pause
        for _ in range(wanted - len(self._running)):
            name = f"{SERVICE_WORKERS}{next(self._serial)}-{time.time_ns()}"
            self._running[name] = group.create_task(self._attend(name))
        return SWEEP_SECONDS

    async def _attend(self, name: str) -> None:
        """One worker, from its start to its end."""
        code: int | str = "not started"
        try:
            code = await self._employ(name)
        except (OSError, ValueError) as error:  # ValueError: a line without an end
            code = str(error)
        finally:
            self._running.pop(name, None)
            self._woken.set()
        if code == 0:
            self._died = 0
            return
        self._died += 1
        self._not_before = time.monotonic() + BACK_OFF_SECONDS[min(self._died, len(BACK_OFF_SECONDS) - 1)]
        log.warning("a worker ended before its work was done", code=code)
        await self._take_over(name)

    async def _employ(self, name: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *_at_ease(),
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(Contract(self._config, name, self._idle)) + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                self._heard(line)
            return await process.wait()
        finally:
            await _ended(process)

    def _heard(self, line: bytes) -> None:
        fact = from_line(line)
        if fact is not None:
            self._died = 0
            self._bus.publish(fact)

    async def _take_over(self, name: str) -> None:
        """What a dead worker worked on waits again."""
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await self._release(name, counts=True)
            async with self._store.read() as tx:
                for recording_id in await analyses.open_orders(tx, datetime.now(UTC), MOST_ORDERED):
                    self._note("analyse", recording_id)

    async def _release(self, workers: str, *, counts: bool) -> None:
        async with self._store.begin() as tx:
            await analyses.release(tx, workers, counts=counts)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """See to it that the process is gone."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    with contextlib.suppress(TimeoutError):
        await asyncio.shield(asyncio.wait_for(process.wait(), STOP_SECONDS))


def _at_ease() -> Iterable[str]:
    """Let calls have the disk first, where the system can."""
    ionice = shutil.which("ionice")
    return (ionice, "-c", "3") if ionice else ()
