"""From the PBX's files into the archive: both sides on their channels, and nothing lost when something is wrong."""

import asyncio
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import sqlalchemy as sa

from ari_app.demo.ports import free_ports
from ari_app.recording import collect as collecting
from ari_app.recording import sound
from ari_app.recording.collect import collect_with
from screenpop.config import Config, Recordings
from screenpop.recordings.archive import open_archive
from screenpop.recordings.model import LEVELS
from screenpop.store.tables import analysis, call, recording
from tests.ari_app.recording.room import AGENT, CUSTOMER, NAME, NOW, Room, both, tone, wav

pytestmark = pytest.mark.feature("CALL-32")


@pytest.mark.parametrize("kind", ["opus", "flac"])
async def test_two_files_become_one_with_each_side_on_its_channel(room: Room, kind: Literal["opus", "flac"]) -> None:
    config = room.tools.config
    room.tools = replace(
        room.tools, config=Config(server=config.server, recordings=Recordings(format=kind, min_free_mb=0))
    )
    both(room, agent=3.0, customer=2.0)
    assert await room.collect() == "stored"
    row, heard = await room.row(), await room.heard()
    assert row["key"] == f"2026/05/04/1700000000.12.{kind}"
    assert (row["state"], row["format"], row["problem"], row["gaps"]) == ("stored", kind, "", [[1.0, 1.5], [2.9, 3.0]])
    assert row["seconds"] == pytest.approx(3.0)
    assert heard.seconds == pytest.approx(3.0, abs=0.05)
    assert [heard.pitch(side, 0.2, 0.9) for side in (0, 1)] == [AGENT, CUSTOMER]
    assert [heard.pitch(side, 1.6, 1.9) for side in (0, 1)] == [AGENT, CUSTOMER]
    assert [heard.pitch(side, 2.3, 2.8) for side in (0, 1)] == [AGENT, 0]  # the shorter side is silent at its end
    levels = np.frombuffer(row["peaks"], np.uint8).reshape(2, LEVELS)
    loud = [(side[at(0.1) : at(0.9)].min() > 50, side[at(2.1) : at(2.8)].max() > 50) for side in levels]
    assert loud == [(True, True), (True, False)]
    # Paused: silent, although the PBX wrote what was said.
    assert [heard.loudness(side, 1.05, 1.45) < 0.001 for side in (0, 1)] == [True, True]
    assert levels[:, at(1.01) : at(1.49)].max() == levels[:, at(2.91) :].max() == 0
    assert room.left() == []
    async with room.tools.store.read() as tx:
        ordered = (await tx.execute(sa.select(analysis.c.recording_id, analysis.c.state))).one()
        assert await tx.scalar(sa.select(call.c.recorded)) is True
    assert tuple(ordered) == ("r", "waiting")


def at(second: float) -> int:
    """The place in the outline of a recording of three seconds."""
    return int(LEVELS * second / 3)


async def test_parts_follow_each_other(room: Room) -> None:
    both(room, 1.0, 1.0)
    room.write("out", wav(tone(1000, 1.0)), part=".3")  # the second part never began
    room.write("in", wav(tone(CUSTOMER, 0.8)), part=".3")
    assert await room.collect() == "stored"
    heard = await room.heard()
    assert heard.seconds == pytest.approx(2.0, abs=0.05)
    assert [heard.pitch(0, start, start + 0.6) for start in (0.2, 1.2)] == [AGENT, 1000]
    assert room.left() == []


async def test_twice_is_once(room: Room) -> None:
    both(room)
    assert [await room.collect(), await room.collect()] == ["stored", "done"]


async def test_two_workers_do_not_collect_the_same_recording(room: Room) -> None:
    """Huey may give it to both: each would put its own file, and one of them would not fit the checksum."""
    both(room)
    code = (
        "import sys, ari_app.recording.collect as c, pathlib\n"
        "with c._alone(pathlib.Path(sys.argv[1]), 'r') as alone: print(alone, flush=True); sys.stdin.read()"
    )
    command = (sys.executable, "-c", code, str(room.tools.archive.workshop))
    pipe = asyncio.subprocess.PIPE
    other = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert other.stdout is not None
    assert await other.stdout.readline() == b"True\n"
    assert await room.collect() == "later"
    other.kill()
    await other.wait()
    assert await room.collect() == "stored"


async def test_deleted_while_it_is_collected_it_leaves_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    both(room)
    right = collecting._put

    async def put(*given: Any) -> None:
        await right(*given)
        await room.set_row(state="deleted")

    monkeypatch.setattr(collecting, "_put", put)
    assert await room.collect() == "done"
    assert not list(room.archive.rglob("*.opus"))


async def test_call_in_which_nobody_was_connected_leaves_nothing(room: Room) -> None:
    """The PBX makes both files when the phones ring."""
    async with room.tools.store.begin() as tx:
        await tx.execute(sa.update(call).values(talk_seconds=0))
    room.write("out", wav(b""))
    room.write("in", wav(b""))
    assert await room.collect() == "done"
    assert room.left() == []
    async with room.tools.store.read() as tx:
        assert (await tx.execute(sa.select(recording))).all() == []


async def test_folder_of_the_pbx_that_is_away_is_waited_for(room: Room) -> None:
    both(room)
    away = room.spool.rename(room.spool.with_name("away"))
    assert await room.collect(after=5000) == "later"
    row = await room.row()
    assert (row["state"], "No such file or directory" in row["problem"]) == ("waiting", True)
    away.rename(room.spool)
    assert await room.collect() == "stored"


async def test_killed_between_the_file_and_its_row_it_is_done_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    both(room)

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "_write_down", die)
        with pytest.raises(asyncio.CancelledError):
            await room.collect()
    assert (await room.row())["state"] == "waiting"
    assert len(room.left()) == 2
    assert await room.collect() == "stored"
    assert [path.name for path in room.archive.rglob("*.opus")] == ["1700000000.12.opus"]


async def test_wav_files_stay_where_that_is_wanted(room: Room) -> None:
    wanted = Recordings(keep_wav=True, min_free_mb=0)
    room.tools = replace(room.tools, config=Config(server=room.tools.config.server, recordings=wanted))
    both(room)
    assert await room.collect() == "stored"
    assert len(room.left()) == 2


async def test_file_that_is_still_written_is_waited_for(room: Room) -> None:
    room.write("out", wav(tone(AGENT, 3), declared=0), quiet=0.0)
    room.write("in", wav(tone(CUSTOMER, 3)))
    assert await room.collect(after=5) == "later"
    assert ((await room.row())["state"], len(room.left())) == ("waiting", 2)


async def test_open_file_that_was_written_to_lately_is_waited_for(room: Room) -> None:
    """The caller is parked, and the end of the call was noted too early: what comes then must not be lost."""
    room.write("out", wav(tone(AGENT, 3), declared=0), quiet=20.0)
    room.write("in", wav(tone(CUSTOMER, 3), declared=0), quiet=20.0)
    assert await room.collect(after=600) == "later"
    assert len(room.left()) == 2


async def test_half_written_file_is_kept_as_far_as_it_goes_and_said_so(room: Room) -> None:
    room.write("out", wav(tone(AGENT, 3), declared=0)[:-1000])
    room.write("in", wav(tone(CUSTOMER, 3), declared=480_000))
    assert await room.collect(after=30) == "later"
    assert await room.collect(after=90) == "stored"
    heard = await room.heard()
    assert [heard.pitch(side, 0.5, 2.5) for side in (0, 1)] == [AGENT, CUSTOMER]
    assert "did not finish the file" in (await room.row())["problem"]


async def test_lone_side_is_kept_when_the_other_one_does_not_come(room: Room) -> None:
    room.write("in", wav(tone(CUSTOMER, 3)))
    assert await room.collect(after=60) == "later"
    assert await room.collect(after=200) == "stored"
    heard = await room.heard()
    assert [heard.pitch(side, 0.5, 2.5) for side in (0, 1)] == [0, CUSTOMER]
    assert "Only one side" in (await room.row())["problem"]


async def test_file_that_never_comes_is_missing_after_a_while(room: Room) -> None:
    assert await room.collect(after=600) == "later"
    assert await room.collect(after=1000) == "missing"
    row = await room.row()
    assert (row["state"], NAME in row["problem"]) == ("missing", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ not a sound file at all", "has no header"),
        (wav(b"")[:30], "header is cut off"),
        (wav(b""), "the files are empty"),
        (wav(tone(AGENT, 1)).replace(struct.pack("<H", 16) + b"data", struct.pack("<H", 8) + b"data"), "not 16 bits"),
    ],
)
async def test_file_that_is_no_recording_fails_in_words_and_stays(room: Room, data: bytes, words: str) -> None:
    room.write("out", data)
    room.write("in", data)
    assert await room.collect(after=300) == "failed"
    row = await room.row()
    assert (row["state"], words in row["problem"], len(room.left())) == ("failed", True, 2)


async def test_file_that_may_not_be_read_fails_in_words(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    both(room)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(collecting, "read_wav", refuse)
    assert await room.collect() == "failed"
    assert "cannot be read: Permission denied" in (await room.row())["problem"]


async def test_full_disk_lets_the_recording_wait_and_says_so(room: Room) -> None:
    both(room)
    plenty = shutil.disk_usage(room.spool).free // 2**20 + 10_000
    full = Config(server=room.tools.config.server, recordings=Recordings(min_free_mb=plenty))
    waiting = replace(room.tools, config=full, now=lambda: NOW + timedelta(seconds=60))
    assert await collect_with(waiting, "r") == "later"
    row = await room.row()
    assert (row["state"], "MB are free" in row["problem"], len(room.left())) == ("waiting", True, 2)
    assert await room.collect() == "stored"
    assert (await room.row())["problem"] == ""


async def test_archive_that_is_away_lets_the_recording_wait(room: Room) -> None:
    both(room)
    right, (port,) = room.tools, free_ports(1)
    away = Recordings(archive="s3://calls/kept", s3_endpoint=f"http://127.0.0.1:{port}", s3_key="k", min_free_mb=0)
    config = Config(server=right.config.server, recordings=away)
    room.tools = replace(right, config=config, archive=open_archive(config))
    assert await room.collect() == "later"
    row = await room.row()
    assert (row["state"], "The store cannot be reached" in row["problem"], len(room.left())) == ("waiting", True, 2)
    room.tools = right
    assert await room.collect() == "stored"


async def test_recording_much_shorter_than_its_talk_is_told(room: Room) -> None:
    async with room.tools.store.begin() as tx:
        await tx.execute(sa.update(call).values(talk_seconds=60))
    both(room)
    assert await room.collect() == "stored"
    assert "lasts 3 s, and the talk lasted 60 s" in (await room.row())["problem"]


async def test_joined_file_without_one_of_the_voices_is_not_taken(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that loses a side is found out; the PBX's files stay."""
    both(room)
    right = sound._frame

    def lose(block: Any, rate: int, at: int) -> Any:
        block[1] = 0
        return right(block, rate, at)

    monkeypatch.setattr(sound, "_frame", lose)
    assert await room.collect() == "failed"
    row = await room.row()
    assert ("what one of the sides said" in row["problem"], len(room.left())) == (True, 2)
    assert not list(room.archive.rglob("*.opus"))


async def test_deleted_recording_is_not_collected(room: Room) -> None:
    both(room)
    await room.set_row(state="deleted")
    assert await room.collect() == "done"
    assert len(room.left()) == 2


def test_service_does_not_load_what_only_workers_need() -> None:
    heavy = ("av", "numpy", "obstore", "ari_app.recording.sound")
    code = f"import sys, ari_app.compose; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
