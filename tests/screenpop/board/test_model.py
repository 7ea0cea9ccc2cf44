"""The live calls of the board follow from the facts, whatever comes: held against the tracker's own view."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.replay import read_trace
from ari_app.translate import translate
from screenpop.agents.directory import Directory
from screenpop.board.model import LiveCalls
from screenpop.calls.events import Event
from screenpop.calls.tracker import Tracker
from screenpop.facts import (
    CallAnswered,
    CallChanged,
    CallEnded,
    CallFact,
    CallHeld,
    CallMerged,
    CallRang,
    CallUnheld,
    CallView,
    Party,
    QueueJoined,
    QueueLeft,
)
from tests.screenpop.calls.test_tracker_properties import AGENTS, events

TRACES = sorted((Path(__file__).parents[2] / "pbx" / "traces").glob("*.ami"))
SEATS = Directory.parse("101=PJSIP/101-web,102,103,104,105,106")


def standing(calls: LiveCalls) -> dict[str, dict[str, bool]]:
    """Of each call who takes part; True: talks or holds."""
    return {
        call.view.id: {seat: part.doing in ("talking", "held") for seat, part in call.parts.items()} for call in calls
    }


def as_told(tracker: Tracker) -> dict[str, dict[str, bool]]:
    return {view.id: {seat: seat in view.talking for seat in view.agents} for view in tracker.calls()}


def view(call: str = "1", **more: object) -> CallView:
    caller = Party("+442079460001", "Ada")
    fields: dict[str, object] = {"direction": "incoming", "caller": caller, "to": ("101",), "remote": caller}
    return CallView(id=call, started_at=100.0, **(fields | more))  # type: ignore[arg-type]


def talking(call: str = "1", seat: str = "101") -> CallView:
    return view(call, agents=(seat,), talking=(seat,), answered_at=110.0)


def after(*facts: CallFact) -> LiveCalls:
    calls = LiveCalls()
    for fact in facts:
        calls.apply(fact)
    return calls


@cache
def stream(trace: Path) -> tuple[Event, ...]:
    translated = (translate(message, 0.0) for message in read_trace(trace.read_bytes()))
    return tuple(event for event in translated if event is not None)


@pytest.mark.parametrize("trace", TRACES, ids=lambda path: path.stem)
def test_board_is_in_step_with_the_tracker_through_a_recorded_call(trace: Path) -> None:
    tracker, calls = Tracker(SEATS), LiveCalls()
    for event in stream(trace):
        facts = tracker.apply(event)
        for fact in facts:
            calls.apply(fact)
        if facts:
            assert standing(calls) == as_told(tracker)


@settings(max_examples=300, deadline=None)
@given(st.lists(events, max_size=40))
def test_board_has_the_calls_of_the_tracker_on_any_stream(stream: list[Event]) -> None:
    tracker, calls = Tracker(AGENTS), LiveCalls()
    for event in stream:
        for fact in tracker.apply(event):
            calls.apply(fact)
        assert {call.view.id for call in calls} == {view.id for view in tracker.calls()}


def test_part_keeps_its_time_until_it_is_another() -> None:
    rings = view(agents=("101",))
    calls = after(CallRang(call=rings, at=102, agent="101"), CallChanged(call=rings, at=105))
    call = calls.get("1")
    assert call is not None
    assert (call.parts["101"].doing, call.parts["101"].since) == ("ringing", 102)
    calls.apply(CallAnswered(call=talking(), at=110, agent="101"))
    calls.apply(CallHeld(call=talking(), at=120, agent="101"))
    calls.apply(CallChanged(call=talking(), at=125))
    assert (call.parts["101"].doing, call.parts["101"].since) == ("held", 120)
    calls.apply(CallUnheld(call=talking(), at=130, agent="101"))
    assert (call.parts["101"].doing, call.parts["101"].since) == ("talking", 130)


def test_caller_waits_since_before_ringdesk_saw_it() -> None:
    calls = after(QueueJoined(call=view(), at=200, queue="support", waited=47))
    call = calls.get("1")
    assert call is not None
    assert (call.waits, call.waiting) == (True, {"support": 153})
    calls.apply(QueueLeft(call=talking(), at=210, queue="support", waited=57, reason="answered"))
    assert (call.waits, call.waiting) == (False, {})


def test_consultation_that_became_part_of_the_call_keeps_its_times() -> None:
    calls = after(
        CallAnswered(call=talking("1", "101"), at=110, agent="101"),
        CallAnswered(call=talking("2", "102"), at=120, agent="102"),
        CallMerged(call=view(agents=("101", "102"), talking=("101", "102")), at=130, gone="2"),
    )
    (call,) = calls
    assert {seat: part.since for seat, part in call.parts.items()} == {"101": 110, "102": 120}


def test_of_two_calls_the_one_that_is_talked_on_counts() -> None:
    calls = after(
        CallAnswered(call=talking("1"), at=110, agent="101"),
        CallHeld(call=talking("1"), at=111, agent="101"),
        CallAnswered(call=talking("2"), at=112, agent="101"),
    )
    found = calls.part_of(["101"])
    assert found is not None
    assert (found[0].view.id, found[1].doing) == ("2", "talking")
    calls.apply(CallEnded(call=talking("2"), at=120, result="answered"))
    found = calls.part_of(["101"])
    assert found is not None
    assert (found[0].view.id, found[1].doing) == ("1", "held")
