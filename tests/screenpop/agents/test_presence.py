"""Presence: what was chosen, whether a panel is open, whether a call is on."""

from dataclasses import replace

import pytest

from screenpop.agents.presence import Presences
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.errors import BadInput
from screenpop.facts import CallAnswered, CallEnded, CallMerged, CallRang, CallView, Party, PresenceChanged
from tests.until import until

CALL = CallView(id="c1", direction="incoming", caller=Party(), to=(), remote=Party(), started_at=1.0)


@pytest.fixture
async def anna(users: Users) -> str:
    return (await users.add("anna", "Anna", "agent", "correct horse", ["101"])).id


@pytest.fixture
def told(bus: Bus) -> list[PresenceChanged]:
    told: list[PresenceChanged] = []
    bus.subscribe(PresenceChanged, told.append)
    return told


def shown(told: list[PresenceChanged]) -> list[tuple[str, str]]:
    return [(fact.presence, fact.on_call) for fact in told]


async def test_user_is_offline_only_a_while_after_the_last_panel_closed(
    users: Users, bus: Bus, anna: str, told: list[PresenceChanged]
) -> None:
    presences = Presences(users, bus, grace=0.02)
    presences.streams(anna, 1)
    presences.streams(anna, 0)
    presences.streams(anna, 1)
    assert shown(told) == [("available", "")]
    presences.streams(anna, 0)
    await until(lambda: len(told) == 2)
    assert shown(told)[-1] == ("offline", "")


async def test_chosen_presence_is_told_and_kept(users: Users, bus: Bus, anna: str, told: list[PresenceChanged]) -> None:
    presences = Presences(users, bus)
    presences.streams(anna, 1)
    await presences.choose(anna, "busy")
    await presences.choose(anna, "busy")
    assert shown(told) == [("available", ""), ("busy", "")]
    assert users.of(anna).presence == "busy"
    with pytest.raises(BadInput):
        await presences.choose(anna, "offline")


async def test_phone_that_rings_is_told_as_that_until_the_agent_talks(
    users: Users, bus: Bus, anna: str, told: list[PresenceChanged]
) -> None:
    presences = Presences(users, bus)
    presences.streams(anna, 1)
    ringing = replace(CALL, agents=("101",))
    bus.publish(CallRang(call=ringing, at=1.0, agent="101"))
    bus.publish(CallAnswered(call=replace(ringing, talking=("101",)), at=2.0, agent="101"))
    bus.publish(CallEnded(call=replace(ringing, ended_at=3.0), at=3.0, result="answered"))
    assert [on_call for _, on_call in shown(told)] == ["", "ringing", "talking", ""]


async def test_agent_who_talks_while_a_second_call_rings_talks(users: Users, bus: Bus, anna: str) -> None:
    presences = Presences(users, bus)
    bus.publish(CallAnswered(call=replace(CALL, agents=("101",), talking=("101",)), at=1.0, agent="101"))
    bus.publish(CallRang(call=replace(CALL, id="c2", agents=("101",)), at=2.0, agent="101"))
    assert presences.on_call(users.of(anna)) == "talking"


async def test_merged_call_leaves_nobody_on_call(users: Users, bus: Bus, anna: str) -> None:
    presences = Presences(users, bus)
    bus.publish(CallRang(call=replace(CALL, id="consult", agents=("101",)), at=1.0, agent="101"))
    bus.publish(CallMerged(call=replace(CALL, agents=("101",)), at=2.0, gone="consult"))
    assert presences.on_call(users.of(anna))
    bus.publish(CallEnded(call=replace(CALL, ended_at=3.0), at=3.0, result="answered"))
    assert not presences.on_call(users.of(anna))
