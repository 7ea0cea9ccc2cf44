"""A worker that is killed between any two steps of collecting: one file, one row, nothing left and nothing lost."""

import asyncio
import hashlib
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ari_app.recording.sweep import Sweep
from screenpop.bus import Bus
from screenpop.facts import PbxLinkChanged
from screenpop.recordings.archive import LEFT_SECONDS
from screenpop.store.tables import analysis, recording
from tests.ari_app.recording import killed
from tests.ari_app.recording.killed import STEPS
from tests.ari_app.recording.room import AGENT, CUSTOMER, Room, both, opened_room

pytestmark = pytest.mark.feature("CALL-32")


class Quiet:
    """A recorder that records nothing now."""

    def knows(self, recording_id: str) -> bool:
        return False

    def is_up(self, linkedid: str) -> bool:
        return False


def sweep_of(room: Room) -> Sweep:
    """What looks for forgotten recordings; orders are done at once."""
    bus, tools = Bus(), room.tools

    async def order(recording_id: str) -> None:
        raise AssertionError(recording_id)

    settings = tools.config.recordings
    made = Sweep(tools.store, bus, Quiet(), tools.source, tools.archive, settings, order)  # type: ignore[arg-type]
    bus.publish(PbxLinkChanged(up=True, state="up"))
    return made


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_killed_at_any_step_there_is_one_file_and_one_row_after_the_next_sweep(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        rooms = {step: await stack.enter_async_context(opened_room(made(tmp_path / step))) for step in STEPS}
        for room in rooms.values():
            room.ended = datetime.now(UTC) - timedelta(minutes=10)  # for the workers, whose clock is the real one
            await room.set_row(ended_at=room.ended)
            both(room)
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", killed.__name__, str(tmp_path))
        assert await worker.wait() == 0
        for step, room in rooms.items():
            await found_again(room, step)


async def found_again(room: Room, step: str) -> None:
    sweep = sweep_of(room)
    await sweep.look_into_folder()
    if (await room.row())["state"] == "waiting":
        assert len(room.left()) == 2, step  # nothing goes before the row says where it is
        assert await room.collect() == "stored", step
    room.leave_workshop_alone_for(LEFT_SECONDS + 60)
    await sweep.look_into_folder()

    row, heard = await room.row(), await room.heard()
    kept = [path for path in room.archive.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert [str(path.relative_to(room.archive)) for path in kept] == [row["key"]], step
    assert (row["state"], room.left()) == ("stored", []), step
    assert row["sha256"] == hashlib.sha256(kept[0].read_bytes()).hexdigest(), step
    assert [heard.pitch(side, 0.2, 0.9) for side in (0, 1)] == [AGENT, CUSTOMER], step
    async with room.tools.store.read() as tx:
        for table in (recording, analysis):
            assert await tx.scalar(sa.select(sa.func.count()).select_from(table)) == 1, step


async def test_files_stay_until_the_row_is_on_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut must not take both: the row from the system's cache, and the files that it is about."""
    both(room)

    async def fail() -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(room.tools.store, "sync", fail)
        assert await room.collect() == "stored"
        await sweep_of(room).look_into_folder()
        assert len(room.left()) == 2
    await sweep_of(room).look_into_folder()
    assert room.left() == []
