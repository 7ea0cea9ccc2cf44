"""Letting a supervisor into a call: what is asked of the PBX, and what its legs are taken for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ari_app.link import AmiLink
from ari_app.listen import AmiEar, listener_left, listeners_listed
from screenpop.agents.directory import Directory
from screenpop.calls.events import Leg
from screenpop.calls.rules import LISTENER, kind_of
from screenpop.config import Ami
from screenpop.errors import PbxAway, PbxRefused
from screenpop.facts import ListenerChanged, ListenerLeft
from screenpop.pbx import Ear
from tests.fakes.ami import FakeAmi
from tests.until import until

CHANNELS = {("call", "101"): "PJSIP/101-0000002a", ("odd", "101"): "PJSIP/101,B"}


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as fake:
        yield fake


@pytest.fixture
async def link(pbx: FakeAmi) -> AsyncIterator[AmiLink]:
    made = AmiLink(Ami(port=pbx.port, secret="s3cret"), lambda *_: None, lambda *_: None, lambda _: None)
    task = asyncio.create_task(made.run())
    await until(lambda: made.state.up)
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def ear_on(link: AmiLink) -> AmiEar:
    return AmiEar(link, lambda extension: f"PJSIP/{extension}", lambda call, agent: CHANNELS.get((call, agent), ""))


@pytest.mark.parametrize(("how", "options"), [("listen", "quES"), ("whisper", "quESw"), ("barge", "quESB")])
async def test_supervisors_phone_spies_on_the_agents_channel_alone(
    pbx: FakeAmi, link: AmiLink, how: Ear, options: str
) -> None:
    await ear_on(link).join_in("01", "105", "call", "101", how)
    (asked,) = pbx.asked("Originate")
    assert {key: asked[key] for key in ("Channel", "ChannelId", "Application", "Data", "CallerID", "Async")} == {
        "Channel": "PJSIP/105",
        "ChannelId": f"{LISTENER}01",
        "Application": "ChanSpy",
        "Data": f"PJSIP/101-0000002a,{options}",
        "CallerID": f'"{how} 101" <101>',
        "Async": "true",
    }


async def test_nothing_is_asked_where_the_agent_does_not_talk_or_the_channel_is_odd(
    pbx: FakeAmi, link: AmiLink
) -> None:
    with pytest.raises(PbxRefused, match="102 does not talk in this call any more"):
        await ear_on(link).join_in("01", "105", "call", "102", "listen")
    with pytest.raises(PbxRefused, match="cannot be listened to"):
        await ear_on(link).join_in("01", "105", "odd", "101", "listen")
    assert pbx.asked("Originate") == []


async def test_phone_that_is_not_taken_up_is_named(pbx: FakeAmi, link: AmiLink) -> None:
    pbx.originate_reason = "5"
    with pytest.raises(PbxRefused, match="105 is busy"):
        await ear_on(link).join_in("01", "105", "call", "101", "listen")


async def test_without_a_link_it_is_said() -> None:
    link = AmiLink(Ami(port=9), lambda *_: None, lambda *_: None, lambda _: None)
    with pytest.raises(PbxAway):
        await ear_on(link).join_in("01", "105", "call", "101", "listen")


def test_listening_leg_is_no_party() -> None:
    leg = Leg(id=f"{LISTENER}01", linkedid=f"{LISTENER}01", name="PJSIP/105-0000002b")
    assert kind_of(leg, Directory({"105": ()}), ()) == "none"


def test_end_of_a_listening_leg_is_told_and_no_other() -> None:
    hangup = {"Event": "Hangup", "Uniqueid": f"{LISTENER}01"}
    assert listener_left(hangup) == ListenerLeft(listener_id="01")
    assert listener_left({**hangup, "Uniqueid": "1700000000.1"}) is None
    assert listener_left({**hangup, "Event": "Newchannel"}) is None


def test_who_listens_is_told_from_the_channels_and_whom_once_the_phone_was_taken_up() -> None:
    spying = {"Application": "ChanSpy", "ApplicationData": "PJSIP/101-0000002a,quESw"}
    legs: list[dict[str, str]] = [
        {"Uniqueid": f"{LISTENER}01"} | spying,
        {"Uniqueid": f"{LISTENER}02", "Application": "AppDial2", "ApplicationData": "(Outgoing Line)"},
        {"Uniqueid": f"{LISTENER}03"} | spying | {"ApplicationData": "PJSIP/102-0000002c,quES"},
        {"Uniqueid": f"{LISTENER}04"} | spying | {"ApplicationData": "PJSIP/101-0000002a,o"},
        {"Uniqueid": "1700000000.1"} | spying,
        {},
    ]
    parts = {"PJSIP/101-0000002a": ("call", "101")}
    listed = listeners_listed(legs, lambda channel: parts.get(channel, ("", "")), 5.0)
    assert listed.listener_ids == {"01", "02", "03", "04"}
    assert listed.hearing == (
        ListenerChanged(listener_id="01", call_id="call", agent="101", user_id="", how="whisper", at=5.0),
    )
