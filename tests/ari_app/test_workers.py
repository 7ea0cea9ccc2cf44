"""Real worker processes: started when there is work, replaced when they die, gone with the service."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from ari_app.recording.sound import Part, Sides, make
from ari_app.recording.wav import Wav
from ari_app.worker_wire import Contract, from_line, to_line
from ari_app.workers import COMMAND, SWEEP_SECONDS, Workers
from screenpop.bus import Bus
from screenpop.config import Analysis, Config, Server
from screenpop.facts import AnalysisChanged, RecordingChanged, TrackerHeard
from screenpop.jobs import Jobs, Kind
from screenpop.problems import in_words
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import analysis, call, recording
from tests.until import until

pytestmark = pytest.mark.feature("ANAL-02")
NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
LIMIT = 60.0
NEVER = 600.0
"""Seconds without work after which a worker ends: longer than a test."""


@dataclass
class House:
    """A store with recordings in its archive, and what the workers told."""

    config: Config
    store: Store
    bus: Bus
    workers: Workers
    told: list[AnalysisChanged] = field(default_factory=list)

    async def keep(self, id_: str, state: str = "waiting", content: bytes | None = None) -> None:
        """A recording with the order to analyse it; its file is two tones, or `content`."""
        file = Path(self.config.server.data_dir) / "recordings" / f"{id_}.flac"
        await asyncio.to_thread(_write, file, content)
        row = {"id": id_, "call_id": id_, "name": id_, "state": "stored", "started_at": NOW, "key": file.name}
        async with self.store.begin() as tx:
            await tx.execute(sa.insert(call).values(id=id_, direction="incoming", started_at=NOW))
            await tx.execute(sa.insert(recording).values(row | {"format": "flac", "seconds": 12.0}))
            order = {"recording_id": id_, "call_id": id_, "state": state, "asked_at": NOW, "worker": "elsewhere"}
            await tx.execute(sa.insert(analysis).values(order))

    async def state(self, id_: str) -> sa.Row[Any]:
        async with self.store.read() as tx:
            return (await tx.execute(sa.select(analysis).where(analysis.c.recording_id == id_))).one()

    async def becomes(self, id_: str, state: str) -> sa.Row[Any]:
        async with asyncio.timeout(LIMIT):
            while (row := await self.state(id_)).state != state:
                await asyncio.sleep(0.05)
        return row


def _write(file: Path, content: bytes | None) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        file.write_bytes(content)
        return
    tone = (8000 * np.sin(np.arange(8000 * 12) * 0.3)).astype(np.int16)
    make(Sides(8000, (Part(Wav(8000, tone, True), Wav(8000, tone[::2], True)),)), file, "flac")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    config = Config(server=Server(data_dir=str(tmp_path)), analysis=Analysis(engine="none"))
    store, bus = Store.open(default_url(tmp_path)), Bus()
    await store.create_all()
    made = House(config, store, bus, Workers(config, store, bus, idle=NEVER))
    bus.subscribe(AnalysisChanged, made.told.append)
    yield made
    await store.close()


@asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """The service's part runs for as long as the block."""
    task = asyncio.get_running_loop().create_task(house.workers.run())
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def workers_of_ours() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    command = " ".join(COMMAND[-2:])
    return [int(pid) for pid in children if command in _command(pid)]


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


async def test_recording_is_analysed_by_itself_at_low_priority(house: House) -> None:
    await house.keep("r1")
    async with running(house):
        house.bus.publish(RecordingChanged(call_id="r1", recording_id="r1", state="stored"))
        row = await house.becomes("r1", "done")
        assert row.report["duration"] == 12.0
        [pid] = workers_of_ours()
        assert os.getpriority(os.PRIO_PROCESS, pid) == 19
        await until(lambda: [fact.state for fact in house.told] == ["running", "done"], LIMIT)


async def test_worker_ends_when_nothing_is_left_and_another_does_what_comes_later(house: House) -> None:
    house.workers = Workers(house.config, house.store, house.bus, idle=0.5)
    await house.keep("r1")
    async with running(house):
        await house.becomes("r1", "done")
        await until(lambda: workers_of_ours() == [], LIMIT)
        await house.keep("r2")
        house.bus.publish(RecordingChanged(call_id="r2", recording_id="r2", state="stored"))
        await house.becomes("r2", "done")


async def test_what_no_fact_spoke_of_is_found_by_the_sweep(house: House) -> None:
    await house.keep("r1")
    async with running(house):
        await house.becomes("r1", "done")


async def test_worker_that_is_killed_is_replaced_and_its_work_is_done(house: House) -> None:
    killed: list[int] = []

    def kill(fact: AnalysisChanged) -> None:
        if fact.state == "running" and not killed:
            killed.extend(workers_of_ours())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    house.bus.subscribe(AnalysisChanged, kill)
    await house.keep("r1")
    await house.keep("r2")
    async with running(house):
        rows = [await house.becomes(id_, "done") for id_ in ("r1", "r2")]
    assert len(killed) == 1
    assert max(row.tries for row in rows) <= 2
    assert workers_of_ours() == []


async def test_file_that_cannot_be_read_fails_with_its_reason_and_keeps_nobody_from_work(house: House) -> None:
    await house.keep("r1", content=b"this is no recording")
    await house.keep("r2")
    async with running(house):
        row = await house.becomes("r1", "failed")
        await house.becomes("r2", "done")
    assert in_words(row.problem).endswith("r1.flac holds no sound.")


async def test_recording_whose_file_is_gone_fails(house: House) -> None:
    await house.keep("r1")
    await asyncio.to_thread(shutil.rmtree, Path(house.config.server.data_dir) / "recordings")
    async with running(house):
        row = await house.becomes("r1", "failed")
    assert in_words(row.problem) == "The file of this recording is not in the archive."


async def test_house_without_the_model_keeps_the_figures_and_says_what_is_missing(tmp_path: Path, house: House) -> None:
    config = msgspec.structs.replace(house.config, analysis=Analysis(engine="faster-whisper", model="large-v3"))
    house.workers = Workers(config, house.store, house.bus, idle=NEVER)
    await house.keep("r1")
    async with running(house):
        row = await house.becomes("r1", "failed")
    assert row.report["duration"] == 12.0
    assert "there is no speech model 'large-v3' here" in in_words(row.problem).lower()


async def test_worker_ends_with_the_service(tmp_path: Path, house: House) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(Contract(house.config, "test/1", 60.0)) + b"\n")
    await process.stdin.drain()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(process.wait(), 1.5)
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), LIMIT) == 3


async def test_worker_by_hand_does_what_is_open_and_ends(house: House, tmp_path: Path) -> None:
    await house.keep("r1")
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'[server]\ndata_dir = "{tmp_path}"\n[analysis]\nengine = "none"\n')
    command = (sys.executable, "-m", "ari_app.main", "worker", "--config", str(file))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    assert await asyncio.wait_for(process.wait(), LIMIT) == 0
    assert (await house.state("r1")).state == "done"


@pytest.mark.parametrize(
    "fact",
    [
        AnalysisChanged(call_id="c", recording_id="r", state="running", progress=0.5),
        RecordingChanged(call_id="c", recording_id="r", state="stored"),
        TrackerHeard(call_id="c", tracker="t", at_second=1.5, text="پول"),
    ],
)
def test_facts_come_out_of_their_lines_as_they_were(fact: Any) -> None:
    assert from_line(to_line(fact)) == fact


@pytest.mark.parametrize("line", [b"", b"hello", b"[]", b'{"fact": "Unknown"}', b'{"fact": "AnalysisChanged"}'])
def test_line_that_is_no_fact_is_left_alone(line: bytes) -> None:
    assert from_line(line) is None


def test_order_is_taken_once_in_its_turn(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.order("analyse", ["r1", "r2"])
    jobs.order("collect", ["r3"])
    assert (jobs.waiting("analyse"), jobs.waiting("collect")) == (2, 1)
    assert [jobs.take("analyse") for _ in range(3)] == ["r1", "r2", None]
    again = Jobs(tmp_path)
    assert again.take("collect") == "r3"
    again.close()
    jobs.close()


def test_broken_list_of_jobs_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_bytes(b"no database" * 500)
    jobs = Jobs(tmp_path)
    jobs.order("analyse", ["r1"])
    assert jobs.take("analyse") == "r1"
    jobs.close()


async def test_locked_list_of_jobs_ends_no_service(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def order(self: Jobs, kind: Kind, ids: Iterable[str]) -> None:
        if not refused:
            refused.extend(ids)
            raise sqlite3.OperationalError("database is locked")
        given(self, kind, ids)

    given = Jobs.order
    monkeypatch.setattr(Jobs, "order", order)
    await house.keep("r1")
    async with running(house):
        await house.becomes("r1", "done")
    assert refused == ["r1"]


async def test_no_worker_is_started_for_orders_of_what_is_switched_off(house: House, tmp_path: Path) -> None:
    house.workers = Workers(Config(server=house.config.server, analysis=Analysis(enabled=False)), house.store, Bus())
    jobs, looked = Jobs(tmp_path), list[float]()
    jobs.order("analyse", ["r1"])
    async with asyncio.TaskGroup() as group:
        looked.append(await house.workers._start_workers(jobs, group))
        assert workers_of_ours() == []
        jobs.order("collect", ["r1"])
        looked.append(await house.workers._start_workers(jobs, group))
        await until(lambda: len(workers_of_ours()) == 1, LIMIT)
        os.kill(workers_of_ours()[0], signal.SIGKILL)
    assert looked == [SWEEP_SECONDS, SWEEP_SECONDS]
    jobs.close()


async def test_worker_of_a_service_that_ended_before_it_said_a_word_ends_quietly() -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*COMMAND, stdin=pipe, stdout=pipe, stderr=pipe)
    assert await asyncio.wait_for(process.communicate(b'{"config"'), LIMIT) == (b"", b"")
    assert process.returncode == 0
