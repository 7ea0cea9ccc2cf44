"""PBX and Ringdesk die, freeze and come back with calls up: the panel says so, and no call is lost or doubled."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ari_app.demo.lab import Lab
from ari_app.demo.phonecall import Call
from ari_app.demo.softphone import Phone
from tests.pbx.desk import ADA_NUMBER, Desk, make_desk, rows, until
from tests.pbx.proxy import Proxy
from tests.pbx.stage import Stage, happened

MINUTE = 60.0


@pytest.fixture
async def desk(asterisk: Lab, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await make_desk(asterisk, tmp_path / "desk")
    await desk.start()
    yield desk
    await desk.kill()


async def until_ready(desk: Desk, *, ready: bool) -> None:
    async def reached() -> bool:
        return await desk.answers("/ready") == ready

    await until(reached, f"/ready is {ready}")


async def talks(lab: Lab, agent: Phone, caller: Phone) -> Call:
    outside = await caller.dial(agent.user)
    inside = await agent.next_call()
    inside.ring()
    await inside.answer()
    await happened(outside.answered)
    return outside


async def another_second(call_id: str) -> None:
    """Ids are the second and a count from 0 at each start of the PBX: one started twice in a second repeats them."""

    async def passed() -> bool:
        return time.time() >= float(call_id.partition(".")[0]) + 1

    await until(passed, "the next second")


async def test_pbx_killed_with_calls_up_is_noticed_and_attached_again(asterisk: Lab, desk: Desk) -> None:
    agent = Phone("101", asterisk.sip_port, secret=asterisk.access.sip_password)
    async with agent, Phone(ADA_NUMBER, asterisk.sip_port) as caller:
        await agent.register()
        await talks(asterisk, agent, caller)
        (call,) = await rows(desk, 1, ended=False)
        await asterisk.kill()
        await until_ready(desk, ready=False)
        await asterisk.start()
        await until_ready(desk, ready=True)
        (row,) = await rows(desk, 1, ended=True)
        assert (row["id"], row["result"], row["swept"]) == (call["id"], "answered", True)
        await agent.register()
        await another_second(call["id"])
        outside = await talks(asterisk, agent, caller)
        await outside.hang_up()
        await rows(desk, 2, ended=True)


async def test_ringdesk_killed_with_calls_up_takes_them_over_when_it_is_back(asterisk: Lab, desk: Desk) -> None:
    async with Stage(asterisk) as stage:
        await stage.watch()
        await stage.register("101", "102")
        stays, _ = await stage.connected("101", ADA_NUMBER)
        ends, _ = await stage.connected("102", "+442079460002")
        await rows(desk, 2, ended=False, result="")
        await desk.kill()
        await ends.hang_up()
        missed = await (await stage.caller("+442079460003")).dial("102")
        await stage.rings("102")
        await missed.hang_up()
        begun = await (await stage.caller("+442079460004")).dial("102")
        await stage.answers("102")
        await desk.start()
        await rows(desk, 1, ended=True, remote_raw="+442079460002")
        await rows(desk, 1, ended=False, remote_raw=ADA_NUMBER, agent="101")
        await rows(desk, 1, ended=False, remote_raw="+442079460004", agent="102")
        await stays.hang_up()
        await begun.hang_up()
        await rows(desk, 3, ended=True, result="answered")
    assert len({row["id"] for row in await desk.calls()}) == len(await desk.calls()) == 3


async def test_frozen_ami_socket_is_noticed_and_what_happened_meanwhile_is_made_up(
    asterisk: Lab, tmp_path: Path
) -> None:
    async with Proxy(asterisk.ami_port) as proxy, Stage(asterisk) as stage:
        desk = await make_desk(asterisk, tmp_path / "desk", proxy.port)
        await desk.start()
        await stage.watch()
        try:
            await stage.register("101", "102")
            stays, _ = await stage.connected("101", ADA_NUMBER)
            ends, _ = await stage.connected("102", "+442079460002")
            await rows(desk, 2, ended=False)
            proxy.freeze()
            frozen = asyncio.get_running_loop().time()
            await until_ready(desk, ready=False)
            await ends.hang_up()
            outside = await (await stage.caller("+442079460003")).dial("102")
            await stage.answers("102")
            await happened(outside.answered)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(frozen + MINUTE):
                    await stays.ended.wait()
            assert not stays.ended.is_set(), "the call went on, whatever became of the AMI socket"
            proxy.thaw()
            await until_ready(desk, ready=True)
            await rows(desk, 1, ended=True, remote_raw="+442079460002", result="answered")
            await rows(desk, 1, ended=False, remote_raw=ADA_NUMBER, agent="101")
            await rows(desk, 1, ended=False, remote_raw="+442079460003", agent="102")
            await stays.hang_up()
            await outside.hang_up()
            await rows(desk, 3, ended=True, result="answered")
        finally:
            await desk.kill()


async def test_pbx_that_is_away_at_start_is_attached_when_it_comes(asterisk: Lab, tmp_path: Path) -> None:
    await asterisk.stop()
    desk = await make_desk(asterisk, tmp_path / "desk")

    async def said_so() -> bool:
        return "no link to the PBX" in desk.log.read_text()

    await desk.start(ready=False)
    try:
        await until(said_so, "the log says that there is no PBX")
        await asterisk.start()
        await until_ready(desk, ready=True)
    finally:
        await desk.kill()
