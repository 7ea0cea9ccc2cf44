"""What agents see of the recorded calls: the pops that follow from real AMI streams, whole and with losses."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from screenpop.calls.tracker import Tracker
from screenpop.facts import CallFact
from screenpop.pops.model import Pop, PopBook
from tests.pbx.test_traces import AGENTS, TRACES, events, traces

TRACE = {path.stem: path for path in TRACES}


def watched(facts: Iterable[CallFact]) -> PopBook:
    """All pops after these facts; at each step what was told adds up to what there is."""
    book, screen = PopBook(), dict[str, Pop]()
    for fact in facts:
        change = book.apply(fact)
        for pop_id in change.gone:
            del screen[pop_id]
        screen |= {pop.id: pop for pop in change.pops}
        assert screen == {pop.id: pop for pop in book.all()}
    return book


def story(name: str) -> dict[str, str]:
    """How each agent's pop of a recorded call ends: state, and by whom, why or where to."""
    stream, tracker = events(TRACE[name]), Tracker(AGENTS)
    book = watched([fact for event in stream for fact in tracker.apply(event)])
    return {pop.agent: " ".join(filter(None, (pop.state, pop.by or pop.outcome, pop.target))) for pop in book.all()}


@pytest.mark.feature("CALL-01", "CALL-03", "CALL+02", "CALL+08")
@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("direct-answered", {"101": "ended answered"}),
        ("direct-missed", {"101": "missed cancelled"}),
        ("direct-busy", {"101": "missed busy"}),
        ("two-devices", {"101": "ended answered"}),
        ("ring-group-second-answers", {"101": "answered_elsewhere 102", "102": "ended answered",
                                       "103": "answered_elsewhere 102"}),
        ("queue-linear-no-answer", {"104": "missed no_answer", "105": "ended answered"}),
        ("queue-ringall-answered", {"101": "answered_elsewhere 102", "102": "ended answered",
                                    "103": "answered_elsewhere 102"}),
        ("blind-transfer-refer", {"101": "ended transferred 102", "102": "ended answered"}),
        ("blind-transfer-to-queue", {"101": "ended transferred 700", "102": "ended answered",
                                     "103": "answered_elsewhere 102"}),
        ("attended-transfer-keys", {"101": "ended transferred 102", "102": "ended answered"}),
        ("attended-transfer-refer", {"101": "ended transferred 102", "102": "ended answered"}),
        ("pickup-directed", {"101": "answered_elsewhere 102", "102": "ended answered"}),
        ("outgoing-answered", {"101": "ended answered"}),
        ("outgoing-no-answer", {"101": "ended no_answer"}),
        ("outgoing-attended-transfer", {"101": "ended transferred 102", "102": "ended answered"}),
    ],
)  # fmt: skip
def test_pops_of_a_recorded_call(name: str, ends: dict[str, str]) -> None:
    assert story(name) == ends


def test_second_call_has_a_pop_of_its_own_while_the_first_is_talked_on() -> None:
    stream, tracker, book, most = events(TRACE["second-call-while-active"]), Tracker(AGENTS), PopBook(), 0
    for fact in (fact for event in stream for fact in tracker.apply(event)):
        book.apply(fact)
        most = max(most, sum(pop.active and pop.agent == "101" for pop in book.all()))
    assert most == 2


@traces
def test_no_lost_event_leaves_a_pop_active_for_ever(trace: Path) -> None:
    stream = events(trace)
    for lost in range(len(stream)):
        tracker = Tracker(AGENTS)
        facts = [fact for event in (*stream[:lost], *stream[lost + 1 :]) for fact in tracker.apply(event)]
        book = watched([*facts, *tracker.sweep(stream[-1].at)])
        assert [pop for pop in book.all() if pop.active] == []
