"""What an earlier run of this program left: taken up where it was, and nothing forgotten."""

import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ari_app.recording.live import Live
from ari_app.recording.sources import FolderSource
from ari_app.recording.sweep import Sweep
from screenpop.bus import Bus
from screenpop.calls import log_merge
from screenpop.config import Recordings as Settings
from screenpop.facts import PbxLinkChanged
from screenpop.recordings.archive import FolderArchive
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import call, recording

pytestmark = pytest.mark.feature("CALL-32")
CALL, NAME = "1700000000.1", "rd-1700000000.1-1000c"
OTHER = "rd-1700000000.9-1000c"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@dataclass
class Recorder:
    """Knows which calls are up, and in which somebody is connected."""

    up: set[str] = field(default_factory=set)
    connected: set[str] = field(default_factory=set)
    adopted: list[Live] = field(default_factory=list)

    def knows(self, recording_id: str) -> bool:
        return any(live.id == recording_id for live in self.adopted)

    def is_up(self, linkedid: str) -> bool:
        return linkedid in self.up

    def adopt(self, live: Live) -> bool:
        if live.call_id in self.connected:
            self.adopted.append(live)
        return live.call_id in self.connected


@dataclass
class House:
    """A sweep on a real store and a real folder."""

    store: Store
    bus: Bus
    recorder: Recorder
    sweep: Sweep
    spool: Path

    def write(self, *names: str, quiet: float = 600.0) -> None:
        for name in names:
            (self.spool / name).write_bytes(b"x")
            os.utime(self.spool / name, (time.time() - quiet,) * 2)

    async def put(self, **values: Any) -> None:
        row = {"id": "r", "call_id": CALL, "state": "recording", "name": NAME, "started_at": NOW, "gaps": []}
        async with self.store.begin() as tx:
            await tx.execute(sa.insert(recording).values(row | values))

    async def states(self) -> dict[str, str]:
        async with self.store.read() as tx:
            rows = await tx.execute(sa.select(recording.c.name, recording.c.state))
            return {row.name: row.state for row in rows}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store, bus, recorder, spool = Store.open(default_url(tmp_path)), Bus(), Recorder(), tmp_path / "spool"
    await store.create_all()
    spool.mkdir()

    async def order(recording_id: str) -> None:
        raise AssertionError(recording_id)

    archive, settings = FolderArchive(tmp_path / "archive"), Settings(min_free_mb=0)
    sweep = Sweep(store, bus, recorder, FolderSource(spool), archive, settings, order)  # type: ignore[arg-type]
    bus.publish(PbxLinkChanged(up=True, state="up"))
    yield House(store, bus, recorder, sweep, spool)
    await store.close()


async def test_recording_of_a_call_that_is_over_waits_for_its_files(house: House) -> None:
    await house.put()
    assert await house.sweep.settle()
    assert await house.states() == {NAME: "waiting"}


async def test_recording_that_goes_on_is_taken_up_behind_its_last_part(house: House) -> None:
    """Else the next part would take the place of one that was written before the restart."""
    await house.put(gaps=[[2.0, 1e9]])
    house.write(f"{NAME}-in.wav", f"{NAME}.2-in.wav", f"{NAME}.3-out.wav")
    house.recorder.up = house.recorder.connected = {CALL}
    assert await house.sweep.settle()
    [live] = house.recorder.adopted
    assert (live.part, live.paused, await house.states()) == (3, True, {NAME: "recording"})


async def test_recording_of_a_call_in_which_nobody_is_connected_now_is_asked_for_again(house: House) -> None:
    """It rings at the next agent: collected now, the rest of it would be lost."""
    await house.put()
    house.recorder.up = {CALL}
    assert not await house.sweep.settle()
    assert await house.states() == {NAME: "recording"}
    house.recorder.connected = {CALL}
    assert await house.sweep.settle()
    assert len(house.recorder.adopted) == 1


async def test_unknown_files_are_taken_in_when_their_call_is_over(house: House) -> None:
    house.write(f"{NAME}-in.wav", f"{OTHER}-in.wav", "of-somebody-else.wav")
    house.recorder.up = {CALL}
    await house.sweep.look_into_folder()
    assert await house.states() == {OTHER: "waiting"}
    house.bus.publish(PbxLinkChanged(up=False, state="away"))
    house.recorder.up = set()
    await house.sweep.look_into_folder()
    assert await house.states() == {OTHER: "waiting"}  # which calls are up is not known now


async def test_file_of_a_call_that_was_merged_belongs_to_the_one_that_stays(house: House) -> None:
    """Its name is of the time before that: whoever looks for it looks at the call that there is."""
    async with house.store.begin() as tx:
        await tx.execute(sa.insert(call).values(id="1700000000.2", direction="incoming", started_at=NOW))
        await log_merge.merge(tx, "1700000000.2", CALL)
    house.write(f"{NAME}-in.wav")
    await house.sweep.look_into_folder()
    async with house.store.read() as tx:
        assert (await tx.execute(sa.select(recording.c.call_id))).scalar_one() == "1700000000.2"


async def test_files_of_a_deleted_recording_go_and_one_that_cannot_go_hinders_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.put(state="deleted")
    house.write(f"{NAME}-in.wav", f"{NAME}-out.wav", f"{OTHER}-in.wav")

    async def refuse(source: FolderSource, file: str) -> None:
        raise PermissionError(13, "Permission denied", file)

    with monkeypatch.context() as patched:
        patched.setattr(FolderSource, "remove", refuse)
        await house.sweep.look_into_folder()
    assert await house.states() == {NAME: "deleted", OTHER: "waiting"}
    await house.sweep.look_into_folder()
    assert [path.name for path in house.spool.iterdir()] == [f"{OTHER}-in.wav"]
