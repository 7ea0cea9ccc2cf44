"""The story of a call and its figures: pure rules, on calls made by hand and on whatever comes."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls.fold import fold, named
from screenpop.calls.history import MOST_ENTRIES, Figures, History, entry_of, figures, last_moment
from screenpop.calls.timeline import tell
from screenpop.calls.tracker import Tracker
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallHeld,
    CallLeft,
    CallMerged,
    CallRang,
    CallRingEnded,
    CallStarted,
    CallTransferred,
    CallUnheld,
    CallView,
    Party,
    QueueJoined,
    QueueLeft,
)
from tests.screenpop.calls.test_tracker_properties import events

pytestmark = pytest.mark.feature("CALL-31", "CALL+08")
AGENTS = Directory.parse("101,102=SIP/150010002+PJSIP/102-web,103")
CALLER = Party("030 1234567", "Anna")
RINGING = CallView(
    id="1.1", direction="incoming", caller=CALLER, to=("101",), remote=CALLER, line="555", started_at=1000.0
)
TALKING = replace(RINGING, answered_at=1016.0, answered_by="101", agents=("101",), talking=("101",))
OVER = replace(TALKING, ended_at=1116.0, agents=(), talking=())

QUEUED: tuple[CallFact, ...] = (
    CallStarted(call=RINGING, at=1000),
    QueueJoined(call=RINGING, at=1000, queue="sales", position=2),
    CallRang(call=RINGING, at=1010, agent="102", device="PJSIP/102"),
    CallRingEnded(call=RINGING, at=1012, agent="102", reason="no_answer"),
    CallRang(call=RINGING, at=1013, agent="101", device="PJSIP/101"),
    CallAnswered(call=TALKING, at=1016, agent="101", device="PJSIP/101"),
    QueueLeft(call=TALKING, at=1016, queue="sales", waited=16.0, reason="answered"),
    CallHeld(call=TALKING, at=1030, agent="101"),
    CallUnheld(call=TALKING, at=1040, agent="101"),
    CallHeld(call=TALKING, at=1050, agent="101"),
    CallTransferred(call=TALKING, at=1055, agent="101", kind="attended", target="103"),
    CallLeft(call=TALKING, at=1055.2, agent="101"),
    CallEnded(call=OVER, at=1116, agent="101", result="answered", cause=16, talk_seconds=100),
)
FIGURES = Figures(talk_seconds=100, ring_seconds=6, wait_seconds=16, hold_seconds=15, holds=2, transfers=1)


def told(*facts: CallFact) -> History:
    histories = {id_: History() for id_ in named(facts)}
    done = fold(histories, facts)
    (kept,) = done.latest
    return histories[kept]


def read_again(history: History) -> History:
    """As it is read from the store by the next run."""
    entries = [replace(entry, detail=json.loads(json.dumps(entry.detail))) for entry in history.entries]
    answered = history.answered_at, history.answered_by if history.answered_at is not None else ""
    return History(
        entries=entries,
        direction=history.direction,
        answered_at=answered[0],
        answered_by=answered[1],
        earlier=answered if history.direction == "outgoing" else (None, ""),
        up_at=history.up_at,
        stored=len(entries),
    )


def after(history: History, *facts: CallFact) -> History:
    fold({facts[0].call.id: history}, facts)
    return history


# ---------------------------------------------------------------- figures


def test_figures_of_a_queued_held_and_transferred_call() -> None:
    assert figures(told(*QUEUED)) == FIGURES


@pytest.mark.parametrize("killed", range(1, len(QUEUED)))
def test_figures_are_the_same_however_often_it_was_read_again(killed: int) -> None:
    history = read_again(told(*QUEUED[:killed]))
    assert figures(after(history, *QUEUED[killed:])) == FIGURES


@pytest.mark.parametrize("doubled", range(len(QUEUED)))
def test_a_fact_told_twice_is_written_once(doubled: int) -> None:
    once, fact = told(*QUEUED), QUEUED[doubled]
    assert told(*QUEUED[: doubled + 1], fact, *QUEUED[doubled + 1 :]).entries == once.entries


def test_a_call_nobody_answered_rang_and_waited_until_its_end() -> None:
    facts = (*QUEUED[:3], CallEnded(call=replace(RINGING, ended_at=1042.0), at=1042, result="abandoned"))
    assert figures(told(*facts)) == Figures(ring_seconds=32, wait_seconds=42)


def test_two_who_hold_at_once_hold_once() -> None:
    held = [CallHeld(call=TALKING, at=1020 + at, agent=agent) for at, agent in ((0, "101"), (5, "102"))]
    back = [CallUnheld(call=TALKING, at=1030 + at, agent=agent) for at, agent in ((0, "101"), (5, "102"))]
    history = told(*QUEUED[:6], *held, *back)
    assert (figures(history).hold_seconds, figures(history).holds) == (15, 2)


def test_a_hold_that_lasts_ends_with_the_call() -> None:
    history = told(*QUEUED[:8], QUEUED[-1])
    assert figures(history).hold_seconds == 86


# ---------------------------------------------------------------- after a restart


def test_what_living_calls_do_is_told_anew_and_kept_once() -> None:
    """The tracker adopts a call that is up: it starts, waits, rings or is answered once more, now."""
    waiting = read_again(told(*QUEUED[:2]))
    after(waiting, CallStarted(call=RINGING, at=1008), QueueJoined(call=RINGING, at=1008, queue="sales", waited=8.0))
    talking = read_again(told(*QUEUED[:7]))
    anew = replace(TALKING, answered_at=1025.0, started_at=1000.0)
    after(talking, CallStarted(call=RINGING, at=1025), CallAnswered(call=anew, at=1025, agent="101"))

    assert [entry.kind for entry in waiting.entries] == ["started", "queue_joined"]
    assert talking.entries == list(read_again(told(*QUEUED[:7])).entries)
    assert (talking.answered_at, talking.answered_by) == (1016.0, "101")


def test_who_answered_first_stays_so_when_another_talks_after_the_restart() -> None:
    history = read_again(told(*QUEUED[:7]))
    other = replace(TALKING, answered_at=1080.0, answered_by="103", agents=("103",), talking=("103",))
    after(history, CallAnswered(call=other, at=1080, agent="103"))
    assert (history.answered_at, history.answered_by) == (1016.0, "101")
    assert history.entries[-1].kind == "answered"
    left = history.unseen(other, 1081.0)
    assert [(entry.kind, entry.agent) for entry in left] == [("left", "101")]


def test_a_wait_that_ended_unseen_is_told() -> None:
    history = read_again(told(*QUEUED[:2]))
    after(history, CallAnswered(call=replace(TALKING, answered_at=1020.0), at=1020, agent="101"))
    (left,) = history.unseen(TALKING, 1021.0)
    assert (left.kind, left.detail) == (
        "queue_left",
        {"queue": "sales", "waited": 21.0, "reason": "answered", "unseen": True},
    )
    assert history.take(left)
    assert figures(history).wait_seconds == 21


@pytest.mark.parametrize(
    ("facts", "result"), [(QUEUED[:1], "missed"), (QUEUED[:3], "abandoned"), (QUEUED[:7], "answered")]
)
def test_a_call_that_vanished_ends_as_it_stood(facts: Sequence[CallFact], result: str) -> None:
    history = read_again(told(*facts))
    end = history.vanished(1050.0)
    assert (end.at, end.detail) == (1050.0, {"result": result, "swept": True})


def test_an_absence_of_hours_is_not_taken_for_talk() -> None:
    history = read_again(told(*QUEUED[:7]))
    history.take(history.vanished(90_000.0))
    assert figures(history).talk_seconds == 0
    assert [last_moment(1000.0, now) for now in (1059.0, 1061.0)] == [1059.0, 1000.0]


def test_an_end_that_was_none_is_taken_back() -> None:
    history = read_again(told(*QUEUED[:7]))
    history.take(history.vanished(1050.0))
    after(history, *QUEUED[7:])
    assert figures(history) == FIGURES
    assert [entry.kind for entry in history.entries].count("ended") == 1


# ---------------------------------------------------------------- merges and bounds


def test_a_merged_call_tells_both_stories_in_the_order_of_time() -> None:
    consult = replace(RINGING, id="2.1", direction="internal", caller=Party("101"), to=("103",), started_at=1050.0)
    facts = (
        *QUEUED[:10],
        CallStarted(call=consult, at=1050.5),
        CallRang(call=consult, at=1051, agent="103"),
        CallAnswered(call=replace(consult, answered_at=1053.0, answered_by="103"), at=1053, agent="103"),
        CallMerged(call=TALKING, at=1054.9, gone="2.1"),
        *QUEUED[10:],
    )
    history = told(*facts)
    kinds = [(entry.kind, entry.agent) for entry in history.entries][9:]
    assert kinds == [
        ("held", "101"),
        ("started", ""),
        ("rang", "103"),
        ("answered", "103"),
        ("merged", ""),
        ("transferred", "101"),
        ("left", "101"),
        ("ended", "101"),
    ]
    assert figures(history) == FIGURES
    assert history.answered_by == "101"


def test_who_rang_in_both_of_two_merged_calls_has_two_parts_that_end() -> None:
    consult = replace(RINGING, id="2.1", started_at=1001.0)
    facts = (
        CallRang(call=RINGING, at=1001, agent="101"),
        CallRang(call=consult, at=1002, agent="101"),
        CallMerged(call=RINGING, at=1003, gone="2.1"),
        CallEnded(call=replace(RINGING, ended_at=1010.0), at=1010, result="missed"),
    )
    story = tell(told(*facts).entries, lambda _: "")
    assert [leg.over_at.timestamp() for leg in story.legs if leg.over_at] == [1002, 1010]


def test_a_story_has_a_bound_and_still_ends() -> None:
    many = [CallHeld(call=TALKING, at=1016.0 + n, agent=str(n)) for n in range(MOST_ENTRIES + 50)]
    history = told(*QUEUED[:7], *many, QUEUED[-1])
    assert (len(history.entries), history.entries[-1].kind) == (MOST_ENTRIES + 1, "ended")


def test_hostile_names_are_kept_tame() -> None:
    fact = CallTransferred(call=TALKING, at=1, agent="101\r\n", kind="blind", target="<b>\r\nx" + "y" * 500)
    entry = entry_of(fact)
    assert (entry.agent, entry.detail["target"][:6], len(entry.detail["target"])) == ("101", "<b> xy", 200)


# ---------------------------------------------------------------- whatever comes


@settings(max_examples=300, deadline=None)
@given(st.lists(events, max_size=40), st.integers(0, 40))
def test_figures_keep_their_promises_on_any_stream_with_a_restart(stream: list[ev.Event], restart: int) -> None:
    stream = sorted(stream, key=lambda event: event.at)
    tracker = Tracker(AGENTS)
    facts = [fact for event in stream for fact in tracker.apply(event)]
    facts += tracker.sweep(1.7e9 + 200)
    histories = {id_: History() for id_ in named(facts)}
    told_first = fold(histories, facts[:restart])
    for gone in {gone for _, gone in told_first.merges}:
        histories[gone] = History()
    histories = {id_: read_again(history) for id_, history in histories.items()}
    fold(histories, facts[restart:])
    for history in histories.values():
        holds(history)


def holds(history: History) -> None:
    """In order, bounded by the call's own time, and told by the page without an error."""
    seen = figures(history)
    times = [entry.at for entry in history.entries]
    span = times[-1] - times[0] if times else 0.0
    assert [entry.kind for entry in history.entries].count("ended") <= 1
    assert seen.holds >= 0
    assert 0 <= seen.hold_seconds <= span + 0.01
    assert 0 <= seen.ring_seconds <= span + 0.01
    assert seen.transfers == sum(entry.kind == "transferred" for entry in history.entries)
    story = tell(history.entries, lambda agent: f"Name of {agent}")
    if history.ended:
        assert story.steps[-1].kind == "ended"
        assert all(leg.over_at for leg in story.legs)
        assert all(hold.end for hold in story.holds)
        assert all(wait.end for wait in story.waits)
