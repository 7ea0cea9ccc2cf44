"""Ringdesk and its workers are killed twice while 200 calls come at 10 a second: nothing is lost, nothing is twice.

Transcripts are left out (`engine = "none"`): what is shown is that every recording gets its analysis, not what it says.
While Ringdesk is away calls go on without it, and those that begin then are not recorded. However long it is away, no
call both begins and ends meanwhile: they are hung up when it is back.
"""

import asyncio
import contextlib
import math
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ari_app.demo.amitap import AmiTap
from ari_app.demo.lab import Lab
from screenpop.core import opened, store_url
from screenpop.errors import PbxRefused
from screenpop.recordings.policy import Policy
from screenpop.store.engine import Store
from screenpop.store.tables import analysis, call, recording
from tests.pbx.desk import Desk, config_of, make_desk, until
from tests.pbx.sipp import Sipp
from tests.pbx.tones import CUSTOMER, write_tone

CALLS, A_SECOND = 200, 10
SOUND_SECONDS = 10.0
RECORDED = CALLS // 4
"""So many are recorded when Ringdesk is killed first; the second time comes while a worker takes recordings in."""
FOR_EVER = 600.0
TALK_SECONDS = 4.0
"""A call that is hung up as soon as it is answered has nothing that could be recorded."""
LONG_AGO = 3600
LIMIT = 600.0
MORE = """
[analysis]
engine = "none"
[recordings]
folder = "{folder}"
"""


@pytest.mark.feature("CALL-31", "CALL-32", "ANAL-02")
async def test_killed_with_its_workers_among_200_calls_it_has_every_call_and_recording_once(tmp_path: Path) -> None:
    async with Lab(tmp_path / "lab", recording=True, answer_seconds=20) as lab, lab.tap(everything=True) as tap:
        await let_many_talk(lab)
        desk = await prepared(lab, tmp_path / "desk")
        await desk.start()
        try:
            await calls_and_kills(lab, desk, tmp_path, tap)
            await found_again(lab, desk)
            begun, recorded = seen(tap)
            await until(
                lambda: all_analysed(desk, len(recorded)), f"every recording is analysed; see {desk.log}", LIMIT
            )
            await check(lab, desk, begun)
        finally:
            await desk.stop()


async def let_many_talk(lab: Lab) -> None:
    """Give the PBX ports for the sound of all calls at once."""
    file = lab.folder / "etc/rtp.conf"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("rtpend")]
    [start] = [int(line.partition("=")[2]) for line in lines if line.startswith("rtpstart")]
    file.write_text("\n".join([*lines, f"rtpend = {start + 8 * CALLS}", ""]))
    await lab.cli("module reload res_rtp_asterisk.so")


async def prepared(lab: Lab, folder: Path) -> Desk:
    """A desk that records every call."""
    desk = await make_desk(lab, folder)
    async with opened(config_of(folder)) as core:
        await core.recording_settings.set_policy(Policy(otherwise=True), "system")
    with desk.config_file.open("a") as file:
        file.write(MORE.format(folder=lab.recordings_folder))
    return desk


async def calls_and_kills(lab: Lab, desk: Desk, folder: Path, tap: AmiTap) -> None:
    """All the calls, from the first ring to the last hang-up, and Ringdesk killed and started again among them."""
    voice = await asyncio.to_thread(write_tone, folder / "voice.ul", CUSTOMER, SOUND_SECONDS)
    connected: dict[str, float] = {}

    async def enough() -> bool:
        return len(seen(tap)[1]) >= RECORDED

    async def one_is_in() -> bool:
        await hang_up(tap, connected)
        return await stored(desk, 1)

    async def all_over() -> bool:
        await hang_up(tap, connected)
        return callers.returncode is not None

    async with Sipp(lab, folder / "sipp") as sipp:
        await sipp.phone("101", ring=0.1, talk=FOR_EVER, calls=CALLS)
        callers = await sipp.call("+447700900123", "101", talk=FOR_EVER, sound=voice, calls=CALLS, rate=A_SECOND)
        await until(enough, f"{RECORDED} calls are recorded", LIMIT)
        await kill_all(desk)
        await desk.start()
        await until(one_is_in, "a worker takes recordings in", LIMIT)
        assert await kill_all(desk) >= 1
        assert callers.returncode is None
        await desk.start()
        await until(all_over, "all calls have come and gone", LIMIT)
        assert callers.returncode == 0


async def hang_up(tap: AmiTap, connected: dict[str, float]) -> None:
    """End every call that is `connected` (by channel, since when) for long enough, once."""
    now = time.monotonic()
    for each in tap.messages:
        if each.get("Event") == "BridgeEnter" and each["Channel"].startswith("PJSIP/trunk"):
            connected.setdefault(each["Channel"], now)
    for channel in [name for name, since in connected.items() if now - since >= TALK_SECONDS]:
        connected[channel] = math.inf
        with contextlib.suppress(PbxRefused):
            await tap.action("Hangup", {"Channel": channel})


async def stored(desk: Desk, count: int) -> bool:
    done = await read(desk, sa.select(sa.func.count()).select_from(recording).where(recording.c.state == "stored"))
    return bool(next(iter(done[0].values())) >= count)


async def kill_all(desk: Desk) -> int:
    """End the service and its workers at once, as a power cut would; how many workers were there?"""
    assert desk.process is not None
    own = desk.process.pid
    children = await asyncio.to_thread(Path(f"/proc/{own}/task/{own}/children").read_text)
    for pid in (own, *map(int, children.split())):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await desk.kill()
    return len(children.split())


async def found_again(lab: Lab, desk: Desk) -> None:
    """Files of which nobody knows are taken in when they are a minute old: let them be, and look now."""
    await desk.stop()
    long_ago = time.time() - LONG_AGO
    for file in lab.recordings_folder.iterdir():
        os.utime(file, (long_ago, long_ago))
    await desk.start()


def seen(tap: AmiTap) -> tuple[set[str], list[str]]:
    """The calls that the PBX had, and the channels that it recorded."""
    begun = {each["Linkedid"] for each in tap.messages if each.get("Event") == "Newchannel" and each["Exten"] == "101"}
    return begun, [each["Uniqueid"] for each in tap.messages if each.get("Event") == "MixMonitorStart"]


async def read(desk: Desk, query: sa.Select[Any]) -> list[Mapping[str, Any]]:
    store = Store.open(store_url(config_of(desk.folder)))
    try:
        async with store.read() as tx:
            return [dict(row._mapping) for row in await tx.execute(query)]
    finally:
        await store.close()


async def all_analysed(desk: Desk, count: int) -> bool:
    done = await read(desk, sa.select(sa.func.count()).select_from(analysis).where(analysis.c.state == "done"))
    await asyncio.sleep(0.3)
    return bool(next(iter(done[0].values())) >= count)


async def check(lab: Lab, desk: Desk, begun: set[str]) -> None:
    calls = await read(desk, sa.select(call))
    assert len(begun) == CALLS
    assert sorted(row["id"] for row in calls) == sorted(begun)
    assert [row["id"] for row in calls if row["ended_at"] is None] == []
    recordings = await read(desk, sa.select(recording))
    assert [row for row in recordings if row["state"] != "stored"] == []
    assert RECORDED <= len(recordings) == len({row["call_id"] for row in recordings})
    assert {row["call_id"] for row in recordings} == {row["id"] for row in calls if row["recorded"]}
    analyses = await read(desk, sa.select(analysis))
    assert {row["recording_id"] for row in analyses} == {row["id"] for row in recordings}
    assert {row["state"] for row in analyses} == {"done"}
    kept = [file for file in (desk.folder / "recordings").rglob("*.opus") if ".making" not in file.parts]
    assert sorted(str(file.relative_to(desk.folder / "recordings")) for file in kept) == sorted(
        row["key"] for row in recordings
    )
    assert list(lab.recordings_folder.iterdir()) == []
