"""The lab itself: a real Asterisk that starts, is called, is killed, and comes back."""

import asyncio
from pathlib import Path

import pytest

from ari_app.demo.lab import Lab
from screenpop.errors import PbxRefused
from tests.pbx.stage import Stage, happened


async def test_call_is_seen_from_the_first_ring_to_the_end(stage: Stage) -> None:
    await stage.register("101")
    outside = await (await stage.caller("+447700900123", "Alice Example")).dial("101")
    ringing = await stage.tap.event("DialBegin", DestChannel="PJSIP/101*")
    await stage.answers("101")
    await stage.tap.event("DialEnd", DialStatus="ANSWER")
    await happened(outside.answered)
    await outside.hang_up()
    ended = await stage.tap.event("Hangup", Channel="PJSIP/trunk*")
    assert (ringing["CallerIDNum"], ringing["CallerIDName"]) == ("+447700900123", "Alice Example")
    assert ended["Linkedid"] == ringing["Linkedid"]


async def test_filter_lets_through_what_is_needed_only(stage: Stage) -> None:
    await stage.register("101")
    await stage.connected("101")
    kinds = {message["Event"] for message in stage.tap.messages if "Event" in message}
    assert {"Newchannel", "DialBegin", "DialEnd", "BridgeEnter"} <= kinds
    assert not kinds & {"Newexten", "VarSet", "RTCPSent", "DeviceStateChange"}


async def test_voices_are_heard_on_both_sides(stage: Stage, tmp_path: Path) -> None:
    sound = tmp_path / "tone.ul"
    await asyncio.to_thread(sound.write_bytes, bytes(range(256)) * 50)
    await stage.register("101")
    caller = await stage.caller()
    caller.recording = stage.phone("101").recording = sound
    outside = await caller.dial("101")
    inside = await stage.answers("101")
    async with asyncio.timeout(60):
        while not (outside.voice and inside.voice and min(outside.voice.heard, inside.voice.heard) > 10):
            await asyncio.sleep(0.02)


async def test_killed_lab_comes_back_on_the_same_ports(asterisk: Lab) -> None:
    before = asterisk.access
    await asterisk.kill()
    assert not asterisk.running
    await asterisk.start()
    assert asterisk.access == before
    assert "Asterisk" in await asterisk.cli("core show version")


async def test_frozen_lab_answers_again_when_thawed(asterisk: Lab) -> None:
    async with asterisk.tap() as tap:
        await asterisk.freeze()
        with pytest.raises(TimeoutError):
            await tap.action("Ping", limit=0.3)
        await asterisk.thaw()
        assert (await tap.action("Ping"))["Response"] == "Success"


async def test_ringdesk_may_not_do_more_than_it_needs(asterisk: Lab) -> None:
    async with asterisk.tap() as tap:
        with pytest.raises(PbxRefused):
            await tap.action("Command", {"Command": "core stop now"})
        with pytest.raises(PbxRefused):
            await tap.action("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"})


async def test_left_over_asterisk_is_ended_by_the_next_start(tmp_path: Path) -> None:
    first, second = Lab(tmp_path), Lab(tmp_path)
    await first.start()
    await second.start()
    async with asyncio.timeout(60):
        while first.running:
            await asyncio.sleep(0.02)
    await second.kill()
