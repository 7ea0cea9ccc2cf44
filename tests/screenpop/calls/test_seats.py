"""Agents who are logged in all day: one channel of theirs talks with one caller after the other."""

from dataclasses import replace

import pytest

from screenpop.calls import events as ev
from screenpop.facts import CallEnded
from tests.screenpop.calls.legs import Script, caller, leg, only, run, told, up


def brought(script: Script, seat: ev.Leg, a: ev.Leg, serial: int, linkedid: str) -> Script:
    """A queue brings the caller `a` to an agent who is logged in, whose linkedid goes over to the PBX's own leg."""
    mine = leg("Local/101@agents", f"{serial};1", a.linkedid)
    inner = leg("Local/101@agents", f"{serial};2", a.linkedid)
    script.seen(a).seen(mine).seen(inner).dials(a, mine).bridged(inner, bridge="c")
    script.then(ev.BridgeLeft, leg=seat, bridge="hold", waiting=True, seat=True).bridged(seat, bridge="c")
    script.seen(up(replace(inner, linkedid=linkedid))).dial_ends(a, up(mine), "answered").bridged(up(mine), up(a))
    script.gone(mine, a, inner).then(ev.BridgeLeft, leg=seat, bridge="c")
    return script.then(ev.BridgeEntered, leg=seat, bridge="hold", waiting=True, seat=True)


@pytest.mark.feature("CALL-01", "CALL+03")
@pytest.mark.parametrize("order", [("1", "5", "9"), ("5", "1", "9"), ("9", "5", "1")])
def test_agent_logged_in_all_day_gets_the_card_of_each_caller(order: tuple[str, str, str]) -> None:
    mine, first, second = order
    seat = up(leg("PJSIP/101", mine, exten="*45"))
    script = Script().seen(seat).then(ev.BridgeEntered, leg=seat, bridge="hold", waiting=True, seat=True)
    brought(script, seat, up(caller(first)), 20, min(mine, first))
    after = replace(seat, linkedid=min(mine, first))
    brought(script, after, up(caller(second, "+447700900456", "Bob")), 30, min(order))
    facts = run(script.gone(after))
    answered = [fact.call for fact in facts if fact.NAME == "answered"]
    assert [(call.id, call.caller.name, call.answered_by) for call in answered] == [
        (first, "Ada", "101"),
        (second, "Bob", "101"),
    ]
    assert [(fact.call.id, fact.agent) for fact in facts if isinstance(fact, CallEnded)] == [
        (first, "101"),
        (second, "101"),
        (mine, ""),
    ]


def test_agent_logged_in_when_ringdesk_starts_is_free_and_gets_the_next_caller() -> None:
    seat = up(leg("PJSIP/101", "1", exten="*45"))
    idle = ev.SnapshotLeg(leg=seat, age=60, bridge="hold", seat=True)
    script = Script().then(ev.Snapshot, legs=(idle,))
    facts = run(brought(script, seat, up(caller("5")), 20, "1").then(ev.Snapshot, legs=(idle,)).gone(seat))
    assert told(facts) == [("started", ""), ("started", ""), ("answered", "101"), ("ended", "101"), ("ended", "")]


@pytest.mark.feature("CALL-01")
def test_agent_logged_in_who_talks_when_ringdesk_starts_has_the_card_until_the_caller_is_gone() -> None:
    seat, a = up(leg("PJSIP/101", "1", exten="*45")), up(caller("5"))
    mine, inner = up(leg("Local/101@agents-20", "6", "5")), up(leg("Local/101@agents-20", "7", "1"))
    mine, inner = replace(mine, name="Local/101@agents-20;1"), replace(inner, name="Local/101@agents-20;2")
    seen = ev.SnapshotLeg(leg=seat, age=60, bridge="c", seat=True)
    rest = [ev.SnapshotLeg(leg=one, age=9, bridge=at) for one, at in ((a, "b"), (mine, "b"), (inner, "c"))]
    script = Script().then(ev.Snapshot, legs=(seen, *rest)).then(ev.LegsListed, leg_ids=frozenset("1567"))
    script.then(ev.LegsListed, leg_ids=frozenset("1567")).gone(a, mine, inner)
    facts = run(script)
    assert [fact.call.caller.name for fact in facts if fact.NAME == "answered"] == ["Ada"]
    assert (only(facts, CallEnded).call.id, only(facts, CallEnded).agent) == ("5", "101")


def test_agent_who_parks_himself_is_no_seat_and_his_call_goes_on_as_one() -> None:
    parked, fetches = up(leg("PJSIP/101", "1", exten="700")), leg("PJSIP/102", "2", "1", state="ringing")
    script = Script().seen(parked).then(ev.BridgeEntered, leg=parked, bridge="parking", waiting=True)
    facts = run(script.seen(fetches).bridged(up(fetches), parked).gone(fetches, parked))
    assert {fact.call.id for fact in facts} == {"1"}
    assert ("answered", "102") in told(facts)


@pytest.mark.feature("CALL+03")
def test_callers_of_an_agent_who_logged_out_stay_two_calls() -> None:
    """Both were handed on and talk on, and the PBX gave both of them the linkedid of the agent's channel."""
    seat, first, second = up(leg("PJSIP/101", "1", exten="*45")), up(caller("5")), up(caller("6"))
    script = Script().seen(seat).then(ev.BridgeEntered, leg=seat, bridge="hold", waiting=True, seat=True)
    for one in (first, second):
        script.seen(one).bridged(one, seat, bridge=f"b{one.id}").seen(replace(one, linkedid="1"))
        script.then(ev.BridgeLeft, leg=seat, bridge=f"b{one.id}")
    script.gone(seat)
    for one in (first, second):
        script.seen(replace(one, linkedid="1"))
    facts = run(script.gone(first, second))
    assert [fact.call.id for fact in facts if fact.NAME in ("merged", "ended")] == ["1", "5", "6"]


@pytest.mark.feature("CALL+08")
def test_caller_who_is_handed_on_by_an_agent_logged_in_is_not_joined_to_an_older_one() -> None:
    """The one before waited already when the agent logged in, and talks on: since then all have that one's linkedid."""
    seat, first, second = up(leg("PJSIP/101", "5", exten="*45")), up(caller("1")), up(caller("7"))
    script = Script().seen(first).seen(seat).then(ev.BridgeEntered, leg=seat, bridge="hold", waiting=True, seat=True)
    seat = replace(seat, linkedid="1")
    script.bridged(first, seat, bridge="b1").then(ev.BridgeLeft, leg=seat, bridge="b1")
    script.seen(second).bridged(second, seat, bridge="b2").then(ev.BridgeLeft, leg=seat, bridge="b2")
    second, target = replace(second, linkedid="1"), leg("PJSIP/102", "8", "1", state="ringing")
    script.seen(second).seen(target).dials(second, target).dial_ends(second, up(target), "answered")
    facts = run(script.bridged(up(target), bridge="b2").gone(up(target), second, first))
    ended = [(fact.call.id, fact.agent) for fact in facts if isinstance(fact, CallEnded)]
    assert ended == [("7", "101"), ("1", "101")]
    assert ("7", "102") in [(fact.call.id, fact.agent) for fact in facts if fact.NAME == "answered"]
