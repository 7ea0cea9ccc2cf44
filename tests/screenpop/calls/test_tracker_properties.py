"""Whatever comes, in whatever order: the tracker keeps its promises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls.tracker import Tracker
from screenpop.facts import Party
from tests.screenpop.calls.invariants import check

AGENTS = Directory.parse("101,102=SIP/150010002+PJSIP/102-web,103")
IDS = [str(number) for number in range(1, 7)]
NAMES = ["PJSIP/101-1", "PJSIP/102-web-2", "SIP/150010002-3", "PJSIP/trunk-4", "Local/101@x-5;1", "PJSIP/103-6<ZOMBIE>"]

legs = st.builds(
    ev.Leg,
    id=st.sampled_from(IDS),
    linkedid=st.sampled_from(IDS),
    name=st.sampled_from(NAMES),
    state=st.sampled_from(["down", "calling", "ringing", "up"]),
    caller=st.builds(Party, st.sampled_from(["", "+442079460001"]), st.sampled_from(["", "Ada"])),
    exten=st.sampled_from(["", "s", "101"]),
)
maybe_leg = st.none() | legs
flags = st.booleans()
at = st.floats(1.7e9, 1.7e9 + 100)
events = st.one_of(
    st.builds(ev.LegSeen, at=at, leg=legs),
    st.builds(ev.LegRenamed, at=at, leg_id=st.sampled_from(IDS), name=st.sampled_from(NAMES)),
    st.builds(ev.LegGone, at=at, leg=legs, cause=st.sampled_from([0, 16, 17, 26])),
    st.builds(ev.DialBegan, at=at, caller=maybe_leg, called=legs, dialled=st.sampled_from(["", "4420@trunk"])),
    st.builds(
        ev.DialEnded,
        at=at,
        caller=maybe_leg,
        called=legs,
        status=st.sampled_from(["answered", "busy", "no_answer", "cancelled", "failed"]),
    ),
    st.builds(ev.BridgeEntered, at=at, leg=legs, bridge=st.sampled_from("ab"), waiting=flags, seat=flags),
    st.builds(ev.BridgeLeft, at=at, leg=legs, bridge=st.sampled_from("ab"), waiting=flags, seat=flags),
    st.builds(ev.LegHeld, at=at, leg=legs),
    st.builds(ev.LegUnheld, at=at, leg=legs),
    st.builds(
        ev.Transferred,
        at=at,
        kind=st.sampled_from(["blind", "attended"]),
        by=legs,
        second=maybe_leg,
        target=maybe_leg,
        extension=st.sampled_from(["", "103"]),
    ),
    st.builds(ev.PickedUp, at=at, picker=legs, ringing=legs),
    st.builds(ev.CallerQueued, at=at, leg=legs, queue=st.sampled_from(["", "support"])),
    st.builds(ev.CallerUnqueued, at=at, leg=legs, queue=st.just("support"), abandoned=st.booleans()),
    st.builds(ev.LegsListed, at=at, leg_ids=st.frozensets(st.sampled_from(IDS))),
    st.builds(
        ev.Snapshot,
        at=at,
        legs=st.lists(
            st.builds(
                ev.SnapshotLeg, leg=legs, bridge=st.sampled_from(["", "a"]), called=st.booleans(), seat=st.booleans()
            ),
            max_size=4,
        ).map(tuple),
    ),
)


@pytest.mark.feature("CALL+08")
@settings(max_examples=300, deadline=None)
@given(st.lists(events, max_size=40))
def test_tracker_keeps_its_promises_on_any_stream(stream: list[ev.Event]) -> None:
    tracker = Tracker(AGENTS)
    facts = [fact for event in stream for fact in tracker.apply(event)]
    facts += tracker.sweep(1.7e9 + 200)
    assert tracker.failures == 0
    assert tracker.calls() == ()
    if not any(isinstance(event, ev.Snapshot) for event in stream):
        check(facts)
