"""Calls that the PBX begins at the agent, through a Local channel."""

from screenpop.facts import CallEnded, Party
from tests.screenpop.calls.legs import Script, leg, only, run, told, up


def test_click_to_dial_through_a_local_channel_tells_what_a_direct_one_tells() -> None:
    local = leg("Local/101@internal", "1", caller=Party("442079460001", "Ada"))
    other = leg("Local/101@internal", "2", "1")
    agent, far = leg("PJSIP/101", "3", "1", caller=Party("101", "Ann")), leg("PJSIP/trunk", "4", "1")
    script = Script().seen(local).seen(other).dials(None, local, "101@internal").seen(agent)
    script.dials(other, agent).dial_ends(other, up(agent), "answered").bridged(up(agent), other)
    script.dial_ends(None, up(local), "answered").dials(up(local), far, "442079460001@trunk")
    facts = run(script.dial_ends(up(local), up(far), "answered").bridged(up(far), up(local), bridge="b2"))
    assert told(facts) == [("started", ""), ("rang", "101"), ("answered", "101")]
    assert (facts[1].call.direction, facts[1].call.caller, facts[1].call.to) == (
        "outgoing",
        Party("101", "Ann"),
        ("442079460001",),
    )


def test_click_to_dial_through_a_local_channel_to_a_group_is_of_the_one_who_answers() -> None:
    local, first, second = leg("Local/600@x", "1"), leg("PJSIP/101", "2", "1"), leg("PJSIP/103", "3", "1")
    far = leg("PJSIP/trunk", "4", "1")
    script = Script().seen(local).dials(local, first).dials(local, second).seen(up(second))
    script.dial_ends(local, first, "cancelled").dial_ends(local, up(second), "answered").gone(first, cause=26)
    facts = run(script.dials(local, far, "442079460001@trunk").dial_ends(local, up(far), "answered"))
    assert (facts[-1].NAME, facts[-1].agent, facts[-1].call.direction) == ("answered", "103", "outgoing")


def test_click_to_dial_through_a_local_channel_is_answered_only_by_the_far_side() -> None:
    local, agent, far = leg("Local/9@out", "1"), leg("PJSIP/101", "2", "1"), leg("PJSIP/trunk", "3", "1")
    script = Script().seen(local).dials(local, agent).dial_ends(local, up(agent), "answered").bridged(up(agent))
    facts = run(
        script.dials(local, far, "442079460001@trunk").dial_ends(local, far, "busy").gone(far, up(agent), local)
    )
    end = only(facts, CallEnded)
    assert (end.call.direction, end.result) == ("outgoing", "busy")
