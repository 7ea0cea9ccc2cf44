"""The call tracker on hand-written events; `tests/pbx/test_traces.py` holds it against recorded ones."""

import pytest

from screenpop.calls import events as ev
from screenpop.calls.tracker import Tracker
from screenpop.facts import CallEnded, CallRang, CallRingEnded, CallTransferred, Party
from tests.screenpop.calls.legs import AGENTS, Script, caller, leg, only, run, told, up


def direct_call() -> Script:
    a, b = caller(), leg("PJSIP/101", "2", "1")
    script = Script().seen(a).seen(b).dials(a, b).seen(up(b)).dial_ends(a, up(b), "answered")
    return script.bridged(up(b), up(a)).gone(up(b), up(a))


@pytest.mark.feature("CALL-01", "CALL-02")
def test_direct_call_answered_tells_its_story_once() -> None:
    facts = run(direct_call())
    assert told(facts) == [("started", ""), ("rang", "101"), ("answered", "101"), ("left", "101"), ("ended", "101")]


def test_view_says_who_only_rings_and_who_talks() -> None:
    views = [fact.call for fact in run(direct_call())]
    assert [view.agents for view in views] == [(), ("101",), ("101",), (), ()]
    assert [view.talking for view in views] == [(), (), ("101",), (), ()]


@pytest.mark.feature("CALL-08", "CALL-18", "CALL-19", "CALL+03")
def test_direct_call_shows_direction_caller_line_and_extension_while_it_rings() -> None:
    view = only(run(direct_call()), CallRang).call
    assert (view.direction, view.caller, view.line, view.to) == (
        "incoming",
        Party("+442079460001", "Ada"),
        "101",
        ("101",),
    )


@pytest.mark.feature("CALL-03", "CALL-08")
def test_outgoing_call_rings_at_the_agent_who_calls_with_the_dialled_number() -> None:
    a = leg("PJSIP/101", "1", caller=Party("101", "Agent"), exten="9442079460001")
    b = leg("PJSIP/trunk", "2", "1")
    script = Script().seen(a).seen(b).dials(a, b, "442079460001@trunk").dial_ends(a, up(b), "answered")
    facts = run(script.bridged(up(b), up(a)).gone(up(b), up(a)))
    assert told(facts)[1:3] == [("rang", "101"), ("answered", "101")]
    assert facts[1].call.direction == "outgoing"
    assert facts[1].call.remote == Party("442079460001")
    assert facts[-1].call.answered_by == "101"


@pytest.mark.parametrize(
    ("status", "result"),
    [("busy", "busy"), ("no_answer", "no_answer"), ("cancelled", "no_answer"), ("failed", "failed")],
)
def test_outgoing_call_without_answer_ends_with_what_the_far_side_said(status: ev.DialStatus, result: str) -> None:
    a, b = leg("PJSIP/101", "1", exten="442079460001"), leg("PJSIP/trunk", "2", "1")
    facts = run(Script().seen(a).dials(a, b, "442079460001@trunk").dial_ends(a, b, status).gone(b, a))
    assert only(facts, CallEnded).result == result


@pytest.mark.feature("CALL+02")
def test_ring_group_tells_the_others_who_answered() -> None:
    a, b, c = caller(), leg("PJSIP/101", "2", "1"), leg("SIP/150010002", "3", "1")
    script = Script().seen(a).dials(a, b).dials(a, c).seen(up(c)).dial_ends(a, b, "cancelled")
    facts = run(script.dial_ends(a, up(c), "answered").bridged(up(c), up(a)).gone(b, cause=26).gone(up(c), up(a)))
    end = only(facts, CallRingEnded)
    assert isinstance(end, CallRingEnded)
    assert (end.agent, end.reason, end.answered_by) == ("101", "answered_elsewhere", "102")
    assert ("answered", "102") in told(facts)


def test_several_devices_of_one_agent_ring_once_and_never_miss_what_one_of_them_answered() -> None:
    a, b, c = caller(), leg("SIP/150010002", "2", "1"), leg("PJSIP/102-web", "3", "1")
    script = Script().seen(a).dials(a, b).dials(a, c).seen(up(c)).dial_ends(a, b, "cancelled").gone(b, cause=26)
    facts = run(script.dial_ends(a, up(c), "answered").bridged(up(c), up(a)).gone(up(c), up(a)))
    assert told(facts) == [("started", ""), ("rang", "102"), ("answered", "102"), ("left", "102"), ("ended", "102")]


def test_second_call_while_one_is_active_is_a_call_of_its_own() -> None:
    a, b = caller(), leg("PJSIP/101", "2", "1")
    c, d = caller("3", "+442079460002"), leg("PJSIP/101", "4", "3")
    script = Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").bridged(up(b), up(a))
    facts = run(script.seen(c).dials(c, d).dial_ends(c, d, "busy").gone(d, c, cause=17))
    assert [(f.call.id, f.NAME) for f in facts[-4:]] == [
        ("3", "started"),
        ("3", "rang"),
        ("3", "ring_ended"),
        ("3", "ended"),
    ]
    assert only(facts, CallEnded).result == "busy"


@pytest.mark.feature("CALL+08")
def test_attended_transfer_becomes_one_call_and_its_card_shows_the_customer() -> None:
    a, b = caller(), leg("PJSIP/101", "2", "1")
    c, d = leg("PJSIP/101", "3", exten="103"), leg("PJSIP/103", "4", "3")
    tracker = Tracker(AGENTS)
    script = Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").bridged(up(b), up(a))
    script.seen(c).dials(c, d).dial_ends(c, up(d), "answered").bridged(up(d), up(c), bridge="b2")
    script.then(ev.Transferred, kind="attended", by=up(b), second=up(c), target=None)
    moved = leg("PJSIP/103", "4", "1", state="up")
    script.bridged(moved, bridge="b1").gone(up(b), up(c))
    facts = run(script, tracker)
    (call,) = tracker.calls()
    assert (call.id, call.direction, call.remote.number, call.agents) == ("1", "incoming", "+442079460001", ("103",))
    assert [(f.NAME, f.agent) for f in facts if f.NAME in ("merged", "transferred", "left")] == [
        ("merged", ""),
        ("transferred", "101"),
        ("left", "101"),
    ]


@pytest.mark.feature("CALL-01")
def test_originated_call_rings_at_the_agent_only_when_the_far_side_is_called() -> None:
    a, b = leg("PJSIP/101", "1"), leg("PJSIP/trunk", "2", "1")
    script = Script().seen(a).dials(None, a).dial_ends(None, up(a), "answered").dials(up(a), b, "442079460001@trunk")
    facts = run(script)
    assert told(facts) == [("started", ""), ("rang", "101")]
    assert facts[-1].call.direction == "outgoing"


def test_call_of_a_queue_abandoned_while_it_waits() -> None:
    a, b = caller(exten="700"), leg("PJSIP/101", "2", "1")
    script = Script().seen(up(a)).then(ev.CallerQueued, leg=up(a), queue="support", position=1).dials(up(a), b)
    script.then(ev.CallerUnqueued, leg=up(a), queue="support", abandoned=True)
    facts = run(script.dial_ends(up(a), b, "cancelled").gone(b, up(a)))
    assert only(facts, CallEnded).result == "abandoned"
    assert ("queue_left", "") in told(facts)


def test_calls_that_are_up_when_ringdesk_starts_are_adopted() -> None:
    a, b = up(caller()), leg("PJSIP/101", "2", "1", state="up")
    seen = (ev.SnapshotLeg(leg=b, age=20, bridge="b1", called=True), ev.SnapshotLeg(leg=a, age=30, bridge="b1"))
    facts = run(Script().then(ev.Snapshot, legs=seen).gone(b, a))
    assert told(facts) == [("started", ""), ("answered", "101"), ("left", "101"), ("ended", "101")]
    assert facts[0].call.started_at == pytest.approx(facts[1].at - 30)


def test_calls_that_the_pbx_no_longer_has_are_swept() -> None:
    tracker = Tracker(AGENTS)
    run(Script(events=direct_call().events[:6]), tracker)
    facts = tracker.sweep(1_700_000_100)
    assert told(facts) == [("ended", "101")]
    assert only(facts, CallEnded).swept is True
    assert tracker.calls() == ()


def test_late_event_of_an_ended_call_does_not_bring_it_back() -> None:
    tracker = Tracker(AGENTS)
    script = direct_call()
    run(script, tracker)
    assert [fact for event in script.events for fact in tracker.apply(event)] == []


def test_internal_call_shows_the_colleague_and_no_card_at_the_caller() -> None:
    a, b = leg("PJSIP/101", "1", caller=Party("101", "Ann"), exten="103"), leg("PJSIP/103", "2", "1")
    facts = run(Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").bridged(up(b), up(a)).gone(up(b), up(a)))
    assert told(facts)[:3] == [("started", ""), ("rang", "103"), ("answered", "103")]
    assert (facts[1].call.direction, facts[1].call.remote) == ("internal", Party("101", "Ann"))


def test_hold_is_told_once_for_each_change() -> None:
    a, b = caller(), leg("PJSIP/101", "2", "1")
    script = Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").bridged(up(b), up(a))
    for kind in (ev.LegHeld, ev.LegHeld, ev.LegUnheld, ev.LegUnheld):
        script.then(kind, leg=up(b))
    assert told(run(script))[3:] == [("held", "101"), ("unheld", "101")]


def test_pick_up_that_the_pbx_does_not_name_is_told_all_the_same() -> None:
    """chan_sip takes a ringing call by INVITE with Replaces: the dial goes over to a leg that is up already."""
    a, b, picker = caller(), leg("PJSIP/101", "2", "1"), leg("PJSIP/103", "3", exten="101")
    script = Script().seen(a).dials(a, b).seen(picker).seen(up(picker)).dial_ends(a, b, "cancelled")
    facts = run(script.dials(a, up(picker)).gone(b, cause=0).dial_ends(a, up(picker), "answered").gone(up(picker), a))
    assert [step for step in told(facts) if step[0] not in ("started", "merged", "left")] == [
        ("rang", "101"),
        ("ring_ended", "101"),
        ("picked_up", "103"),
        ("answered", "103"),
        ("ended", "103"),
    ]


@pytest.mark.feature("CALL+02")
def test_phone_of_the_house_that_picks_a_call_up_leaves_nobody_a_missed_one() -> None:
    a, b, door = caller(), leg("PJSIP/101", "2", "1"), leg("PJSIP/200", "3", exten="*8101")
    script = Script().seen(a).dials(a, b).seen(up(door)).then(ev.PickedUp, picker=up(door), ringing=b)
    script.then(ev.LegRenamed, leg_id="2", name="PJSIP/200-3").gone(door)
    ended = only(run(script.seen(up(leg("PJSIP/200", "2", "1"))).gone(b, a)), CallRingEnded)
    assert (ended.reason, ended.answered_by) == ("answered_elsewhere", "200")


@pytest.mark.feature("CALL-03")
def test_outgoing_call_with_early_media_of_which_the_dialling_was_lost_is_outgoing() -> None:
    a = leg("PJSIP/101", "1", caller=Party("101", "Agent"), exten="442079460001")
    b = leg("PJSIP/trunk", "2", "1", caller=Party("442079460001"))
    script = Script().seen(a).seen(b).dial_ends(a, b, "answered").seen(up(b)).bridged(up(b), up(a)).gone(b, a)
    facts = run(script)
    assert ("answered", "101") in told(facts)
    assert (facts[-1].call.direction, facts[-1].call.remote.number) == ("outgoing", "442079460001")


def test_outgoing_call_of_which_the_dialling_was_lost_is_busy_all_the_same() -> None:
    a = leg("PJSIP/101", "1", exten="442079460001")
    b = leg("PJSIP/trunk", "2", "1", caller=Party("442079460001"))
    ended = only(run(Script().seen(a).seen(b).dial_ends(a, b, "busy").gone(b, a)), CallEnded)
    assert (ended.call.direction, ended.result) == ("outgoing", "busy")


@pytest.mark.feature("CALL-03")
def test_outgoing_call_first_seen_from_its_far_side_is_the_agents() -> None:
    a = leg("PJSIP/101", "1", caller=Party("101", "Agent"), exten="442079460001")
    b = leg("PJSIP/trunk", "2", "1", caller=Party("442079460001"))
    facts = run(Script().bridged(up(b), up(a)).gone(b, a))
    assert ("answered", "101") in told(facts)
    end = only(facts, CallEnded).call
    assert (end.direction, end.answered_by, end.remote.number) == ("outgoing", "101", "442079460001")


@pytest.mark.feature("CALL+08")
def test_two_customers_whom_an_agent_joins_are_given_to_each_other() -> None:
    a, b = caller(), up(leg("PJSIP/101", "2", "1"))
    c, d = caller("3", "+447700900456", "Bob"), up(leg("PJSIP/101", "4", "3"))
    script = Script().seen(a).dials(a, b).dial_ends(a, b, "answered").bridged(b, up(a))
    script.seen(c).dials(c, d).dial_ends(c, d, "answered").bridged(d, up(c), bridge="b2")
    script.then(ev.Transferred, kind="attended", by=b, second=d, target=up(c)).gone(b, d, a, c)
    fact = only(run(script), CallTransferred)
    assert (fact.agent, fact.target, fact.call.caller.name) == ("101", "+447700900456", "Ada")


def test_call_answered_on_a_mobile_names_its_number_and_not_the_trunk() -> None:
    a, b, mobile = caller(), leg("PJSIP/101", "2", "1"), leg("PJSIP/trunk", "3", "1")
    script = Script().seen(a).dials(a, b).dials(a, mobile, "447700900456@trunk").seen(up(mobile))
    facts = run(script.dial_ends(a, b, "cancelled").dial_ends(a, up(mobile), "answered").gone(b, up(mobile), a))
    end = only(facts, CallRingEnded)
    assert (end.reason, end.answered_by) == ("answered_elsewhere", "447700900456")
    assert facts[-1].call.answered_by == "447700900456"


def test_outgoing_call_busy_over_the_second_trunk_is_busy_and_not_unanswered() -> None:
    a = leg("PJSIP/101", "1", exten="442079460001")
    b, c = leg("PJSIP/trunk", "2", "1"), leg("PJSIP/other", "3", "1")
    script = Script().seen(a).dials(a, b, "442079460001@trunk").dial_ends(a, b, "failed").gone(b, cause=34)
    facts = run(script.dials(a, c, "442079460001@other").dial_ends(a, c, "busy").gone(c, a, cause=17))
    assert only(facts, CallEnded).result == "busy"


@pytest.mark.parametrize("status", ["busy", "failed", "cancelled"])
def test_mobile_that_answers_but_does_not_confirm_leaves_the_call_missed(status: ev.DialStatus) -> None:
    """The dial of a leg that was up ends with whatever the dialplan's question gave: the far side was neither."""
    a, mobile = caller(), leg("PJSIP/trunk", "2", "1")
    script = Script().seen(a).dials(a, mobile, "447700900456@trunk").seen(up(mobile))
    facts = run(script.dial_ends(a, up(mobile), status).gone(up(mobile), a))
    assert only(facts, CallEnded).result == "missed"


def test_call_given_up_in_a_queue_is_abandoned_in_whatever_order_the_queue_tells() -> None:
    a, b = up(caller(exten="700")), leg("PJSIP/101", "2", "1")
    script = Script().seen(a).then(ev.CallerQueued, leg=a, queue="support", position=1).dials(a, b)
    script.then(ev.CallerUnqueued, leg=a, queue="support")
    script.then(ev.CallerUnqueued, leg=a, queue="support", abandoned=True)
    facts = run(script.dial_ends(a, b, "cancelled").gone(b, a))
    assert only(facts, CallEnded).result == "abandoned"


def test_customer_whom_the_pbx_calls_before_the_agent_makes_an_outgoing_call() -> None:
    customer, agent = leg("PJSIP/trunk", "1"), leg("PJSIP/101", "2", "1")
    script = Script().seen(customer).dials(None, customer, "442079460001@trunk")
    script.dial_ends(None, up(customer), "answered").dials(up(customer), agent)
    facts = run(script.dial_ends(up(customer), up(agent), "answered").bridged(up(agent), up(customer)))
    assert told(facts) == [("started", ""), ("rang", "101"), ("answered", "101")]
    assert (facts[-1].call.direction, facts[-1].call.remote.number) == ("outgoing", "442079460001")


def test_customer_whom_the_pbx_calls_in_vain_is_no_missed_call() -> None:
    customer = leg("PJSIP/trunk", "1")
    script = Script().dials(None, customer, "442079460001@trunk").dial_ends(None, customer, "busy")
    assert only(run(script.gone(customer, cause=17)), CallEnded).result == "busy"


def test_call_to_a_colleague_whose_mobile_is_called_too_stays_internal() -> None:
    """Which of the two legs the PBX makes first is chance."""
    a, mobile, b = leg("PJSIP/101", "1", exten="103"), leg("PJSIP/trunk", "2", "1"), leg("PJSIP/103", "3", "1")
    facts = run(Script().seen(a).dials(a, mobile, "447700900456@trunk").dials(a, b))
    assert (facts[-1].NAME, facts[-1].agent, facts[-1].call.direction) == ("rang", "103", "internal")
    assert facts[-1].call.remote.number == "101"


def test_caller_who_meets_somebody_in_a_conference_is_answered() -> None:
    a, b = up(caller(exten="652")), leg("PJSIP/101", "2", exten="652", state="up")
    alone = run(Script().seen(a).bridged(a, bridge="conference").gone(a))
    assert only(alone, CallEnded).result == "abandoned"
    facts = run(Script().seen(a).bridged(a, bridge="conference").seen(b).bridged(b, bridge="conference").gone(a, b))
    end = next(fact for fact in facts if isinstance(fact, CallEnded))
    assert (end.call.id, end.result, end.agent) == ("1", "answered", "101")


def test_agent_who_talks_to_the_pbx_itself_is_not_missed_by_anybody() -> None:
    """A voice mailbox, an echo test, a feature code."""
    a = leg("PJSIP/101", "1", exten="*97", state="up")
    assert only(run(Script().seen(a).gone(a)), CallEnded).result == "answered"


def test_agent_whom_the_pbx_called_for_nobody_is_not_answered() -> None:
    a = leg("PJSIP/101", "1")
    script = Script().seen(a).dials(None, a).dial_ends(None, up(a), "answered").seen(up(a)).gone(up(a))
    assert only(run(script), CallEnded).result == "missed"


def test_call_whose_end_was_never_told_is_ended_when_the_pbx_twice_lists_none_of_it() -> None:
    a, b, c = caller(), leg("PJSIP/101", "2", "1"), caller("3")
    tracker = Tracker(AGENTS)
    run(Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").seen(c), tracker)
    listed = ev.LegsListed(at=1_700_000_060, leg_ids=frozenset({"3"}))
    assert tracker.apply(listed) == []  # their end may be on its way
    facts = tracker.apply(listed)
    assert told(facts) == [("ended", "101")]
    assert only(facts, CallEnded).swept is True
    assert [call.id for call in tracker.calls()] == ["3"]


def test_leg_that_the_pbx_lists_again_is_not_ended() -> None:
    tracker = Tracker(AGENTS)
    run(Script().seen(caller()), tracker)
    for leg_ids in ((), ("1",), ()):
        assert tracker.apply(ev.LegsListed(at=1_700_000_060, leg_ids=frozenset(leg_ids))) == []
    assert [call.id for call in tracker.calls()] == ["1"]


@pytest.mark.parametrize(
    ("name", "direction"),
    [("DAHDI/i1/442079460001", "incoming"), ("PJSIP/trunk", "incoming"), ("DAHDI/i12/3", "internal")],
)
def test_trunk_is_known_by_its_span_whatever_number_its_channel_carries(name: str, direction: str) -> None:
    tracker = Tracker(AGENTS, ["dahdi/i1", "PJSIP/trunk"])
    facts = run(Script().seen(leg(name, "1", exten="101", state="calling")), tracker)
    assert facts[0].call.direction == direction


def test_outgoing_call_that_is_up_when_ringdesk_starts_stays_the_agents() -> None:
    a, b = leg("PJSIP/101", "1", exten="442079460001", state="up"), leg("PJSIP/trunk", "2", "1", state="up")
    seen = (ev.SnapshotLeg(leg=a, bridge="b1"), ev.SnapshotLeg(leg=b, bridge="b1", called=True))
    facts = run(Script().then(ev.Snapshot, legs=seen).gone(b, a))
    end = only(facts, CallEnded)
    assert (end.agent, end.call.answered_by, end.call.direction) == ("101", "101", "outgoing")


def test_mobile_that_is_up_but_joined_to_nobody_when_ringdesk_starts_has_not_answered() -> None:
    """It is being asked whether it takes the call."""
    a, b = caller(), leg("PJSIP/trunk", "2", "1", state="up")
    seen = (ev.SnapshotLeg(leg=a), ev.SnapshotLeg(leg=b, called=True))
    assert only(run(Script().then(ev.Snapshot, legs=seen).gone(b, a)), CallEnded).result == "missed"


def test_queue_that_calls_its_member_is_named_though_the_joining_was_lost() -> None:
    a, b = up(caller(exten="700")), leg("PJSIP/101", "2", "1")
    facts = run(Script().seen(a).then(ev.DialBegan, caller=a, called=b, queue="support"))
    assert only(facts, CallRang).call.queue == "support"


def test_phone_that_is_joined_after_its_dial_was_called_off_has_answered() -> None:
    a, b = caller(), leg("PJSIP/101", "2", "1")
    facts = run(Script().seen(a).dials(a, b).dial_ends(a, b, "cancelled").bridged(b).gone(b, a))
    assert ("answered", "101") in told(facts)
    assert only(facts, CallEnded).result == "answered"


def test_consultation_that_the_pbx_joins_without_a_word_leaves_its_caller_no_new_card() -> None:
    """The event of the transfer was lost: only the linkedid tells."""
    a, b = caller(), leg("PJSIP/101", "2", "1")
    c, d = leg("PJSIP/101", "3", exten="103"), leg("PJSIP/103", "4", "3")
    script = Script().seen(a).dials(a, b).dial_ends(a, up(b), "answered").bridged(up(b), up(a)).gone(up(b))
    script.seen(c).dials(c, d).dial_ends(c, up(d), "answered").bridged(up(d), up(c), bridge="b2")
    facts = run(script.seen(leg("PJSIP/103", "4", "1", state="up")))
    (call,) = {fact.call.id for fact in facts if fact.NAME == "merged"}
    assert (call, facts[-1].call.agents) == ("1", ("103",))


def test_name_that_becomes_known_while_it_rings_is_told_once() -> None:
    a, b = caller(name=""), leg("PJSIP/101", "2", "1")
    named = caller(name="Ada")
    facts = run(Script().seen(a).dials(a, b).seen(named).seen(named))
    assert told(facts)[2:] == [("changed", "")]
    assert facts[-1].call.caller.name == "Ada"


def test_calls_that_become_one_keep_the_earliest_times_the_answer_and_the_queue() -> None:
    a, b = caller("5"), leg("PJSIP/101", "6", "5")
    c, d = leg("PJSIP/103", "7", exten="102"), leg("PJSIP/102-web", "8", "7")
    script = Script().seen(a).dials(a, b).seen(c).then(ev.CallerQueued, leg=c, queue="support")
    script.dials(c, d).dial_ends(c, up(d), "answered")
    script.then(ev.PickedUp, picker=up(d), ringing=b)
    tracker = Tracker(AGENTS)
    facts = run(script, tracker)
    (call,) = tracker.calls()
    answered = next(fact.at for fact in facts if fact.NAME == "answered")
    assert (call.id, call.queue, call.answered_at, call.answered_by) == ("5", "support", answered, "102")
    assert call.started_at == facts[0].at


def test_pbx_that_only_calls_itself_is_no_call() -> None:
    one, two = leg("Local/ringdesk-check@x", "1"), leg("Local/ringdesk-check@x", "2", "1")
    tracker = Tracker(AGENTS)
    script = Script().seen(one).seen(two).then(ev.CallerQueued, leg=up(two), queue="support").bridged(up(one))
    assert run(script, tracker) == []
    assert tracker.calls() == ()
    assert run(Script().gone(one, two), tracker) == []


def test_call_that_becomes_one_by_another_name_of_its_leg_is_begun_and_ended() -> None:
    local, phone = leg("Local/101@x", "1"), leg("PJSIP/101", "1")
    facts = run(Script().bridged(up(local)).then(ev.LegHeld, leg=up(phone)).gone(up(phone)))
    assert [name for name, _ in told(facts)][:: len(facts) - 1] == ["started", "ended"]
