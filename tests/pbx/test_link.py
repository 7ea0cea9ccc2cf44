"""The link on a real Asterisk: what is up is adopted, what is gone is ended, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from ari_app.ami import Headers
from ari_app.control import AmiControl
from ari_app.demo.lab import Lab
from ari_app.demo.softphone import Phone
from ari_app.link import AmiLink, Timing
from ari_app.translate import snapshot, translate
from screenpop.agents.directory import Directory
from screenpop.calls.tracker import Tracker
from screenpop.config import Ami
from screenpop.facts import CallAnswered, CallEnded, CallFact, CallRang
from tests.pbx.stage import LIMIT, Stage, happened
from tests.until import until

DIRECTORY = Directory({"101": (), "102": (), "103": ()})


@dataclass
class Desk:
    """As much of Ringdesk as follows calls."""

    link: AmiLink
    tracker: Tracker
    facts: list[CallFact] = field(default_factory=list)

    def told(self, kind: type[CallFact]) -> list[CallFact]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


@asynccontextmanager
async def attached(lab: Lab, timing: Timing | None = None) -> AsyncIterator[Desk]:
    tracker, facts = Tracker(DIRECTORY), list[CallFact]()

    def on_event(headers: Headers, at: float) -> None:
        event = translate(headers, at)
        facts.extend(tracker.apply(event) if event else [])

    def on_snapshot(channels: list[Headers], bridged: list[Headers], queued: list[Headers], at: float) -> None:
        facts.extend(tracker.apply(snapshot(channels, bridged, queued, at)))

    config = Ami(port=lab.ami_port, secret=lab.access.ami_secret)
    link = AmiLink(config, on_event, on_snapshot, lambda _: None, timing)
    task = asyncio.create_task(link.run())
    try:
        await until(lambda: link.state.up)
        yield Desk(link, tracker, facts)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def talking_on(lab: Lab) -> AsyncIterator[None]:
    """A caller talks with 101, on a PBX that may be killed meanwhile."""
    agent = await Phone("101", lab.sip_port, secret=lab.access.sip_password).open()
    caller = await Phone("+447700900123", lab.sip_port).open()
    try:
        await agent.register()
        outside = await caller.dial("101")
        inside = await agent.next_call(LIMIT)
        await inside.answer()
        await happened(outside.answered)
        yield
    finally:
        await caller.close()
        await agent.close()


@pytest.mark.feature("CALL-01", "CALL-02")
async def test_call_rings_is_answered_and_ends(stage: Stage) -> None:
    await stage.register("101")
    async with attached(stage.lab) as desk:
        outside = await (await stage.caller("+447700900123")).dial("101")
        ringing = await stage.rings("101")
        await until(lambda: desk.told(CallRang))
        assert not desk.told(CallAnswered)
        await ringing.answer()
        await happened(outside.answered)
        await until(lambda: desk.told(CallAnswered))
        await outside.hang_up()
        await until(lambda: desk.told(CallEnded))
    (rang,) = desk.told(CallRang)
    assert (rang.agent, rang.call.remote.number) == ("101", "+447700900123")
    assert desk.tracker.calls() == ()


async def test_call_that_was_up_before_ringdesk_is_adopted_and_its_end_seen(stage: Stage) -> None:
    await stage.register("101")
    outside, _ = await stage.connected("101")
    async with attached(stage.lab) as desk:
        (call,) = desk.tracker.calls()
        assert (call.agents, call.remote.number) == (("101",), "+447700900123")
        await outside.hang_up()
        await until(lambda: desk.tracker.calls() == ())
    assert len(desk.told(CallEnded)) == 1


async def test_ringdesk_attached_again_knows_the_same_call(stage: Stage) -> None:
    await stage.register("101")
    await stage.connected("101")
    async with attached(stage.lab) as desk:
        before = [(call.id, call.agents) for call in desk.tracker.calls()]
    async with attached(stage.lab) as desk:
        assert [(call.id, call.agents) for call in desk.tracker.calls()] == before


async def test_killed_pbx_is_noticed_and_its_calls_are_over_when_it_is_back(asterisk: Lab) -> None:
    async with talking_on(asterisk), attached(asterisk) as desk:
        assert len(desk.tracker.calls()) == 1
        await asterisk.kill()
        await until(lambda: desk.link.state.state == "away")
        assert len(desk.tracker.calls()) == 1
        await asterisk.start()
        await until(lambda: desk.link.state.up)
        assert desk.tracker.calls() == ()
    assert len(desk.told(CallEnded)) == 1


async def test_frozen_pbx_is_noticed_and_its_call_is_kept_until_it_ends(stage: Stage) -> None:
    """A PBX that is frozen before it has read the caller's ACK gives its answer up as soon as it runs again (timer H
    of RFC 3261 is over by then) and ends the call itself. It reads in order: when it answers a key, it has the ACK."""
    await stage.register("101")
    async with attached(stage.lab) as desk:
        outside, inside = await stage.connected("101")
        await outside.press("1")
        await until(lambda: desk.told(CallAnswered))
        await stage.lab.freeze()
        await until(lambda: desk.link.state.state == "frozen")
        assert len(desk.tracker.calls()) == 1
        await stage.lab.thaw()
        await until(lambda: desk.link.state.up)
        assert await stage.channels() == 2, "the PBX itself has ended the call"
        assert len(desk.tracker.calls()) == 1
        await outside.hang_up()
        await happened(inside.ended)
        await until(lambda: desk.tracker.calls() == ())
    assert len(desk.told(CallEnded)) == 1


async def test_wrong_secret_is_refused(asterisk: Lab) -> None:
    link = AmiLink(Ami(port=asterisk.ami_port, secret="no"), lambda *_: None, lambda *_: None, lambda _: None)
    task = asyncio.create_task(link.run())
    await until(lambda: link.state.state == "refused")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "refuses the login 'ringdesk' (Authentication failed)" in link.state.reason


@pytest.mark.feature("CALL-03")
async def test_clicked_number_rings_the_agent_then_goes_out_and_can_be_hung_up(stage: Stage) -> None:
    await stage.register("101", "102")
    async with attached(stage.lab) as desk:
        control = AmiControl(desk.link, lambda: DIRECTORY, desk.tracker.channel_names, "internal")
        clicking = asyncio.create_task(control.originate("101", "102", "Ben"))
        inside = await stage.rings("101")
        await inside.answer()
        await clicking
        called = await stage.answers("102")
        await until(lambda: desk.told(CallAnswered))
        (call,) = desk.tracker.calls()
        await control.hang_up(call.id, "101")
        await happened(called.ended)
        await until(lambda: desk.tracker.calls() == ())
