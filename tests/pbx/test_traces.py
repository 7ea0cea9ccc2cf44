"""Recorded AMI streams of a real Asterisk, whole and damaged, through translation and tracker."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from ari_app.replay import read_trace, replay
from ari_app.translate import translate
from screenpop.agents.directory import Directory
from screenpop.calls.events import Event
from screenpop.calls.tracker import Tracker
from tests.pbx.stories import STORIES
from tests.screenpop.calls.invariants import check

TRACES = sorted((Path(__file__).parent / "traces").glob("*.ami"))
AGENTS = Directory.parse("101=PJSIP/101-web,102,103,104,105,106")
SPECIAL = ("reason", "kind", "target", "instead_of")
traces = pytest.mark.parametrize("trace", TRACES, ids=lambda path: path.stem)


@cache
def events(trace: Path) -> tuple[Event, ...]:
    translated = (translate(message, 0.0) for message in read_trace(trace.read_bytes()))
    return tuple(event for event in translated if event is not None)


def holds(stream: Sequence[Event]) -> None:
    tracker = Tracker(AGENTS)
    facts = [fact for event in stream for fact in tracker.apply(event)]
    facts += tracker.sweep(stream[-1].at)
    assert tracker.failures == 0
    assert tracker.calls() == ()
    check(facts)


def each_damaged(stream: tuple[Event, ...]) -> Iterator[tuple[Event, ...]]:
    for at, event in enumerate(stream):
        before, after = stream[:at], stream[at + 1 :]
        if len(stream) > 1:
            yield before + after
        yield (*before, event, event, *after)
        if after:
            yield (*before, after[0], event, *after[1:])


def steps(trace: Path) -> list[str]:
    calls: dict[str, int] = {}
    return [step(fact, calls) for fact in replay(read_trace(trace.read_bytes()), Tracker(AGENTS))]


def step(fact: Mapping[str, object], calls: dict[str, int]) -> str:
    number = calls.setdefault(str(fact["call"]), len(calls) + 1)
    queue = ("queue",) if str(fact["fact"]).startswith("queue_") else ()
    special = [f"{key}={fact[key]}" for key in (*SPECIAL, *queue, "result") if fact.get(key)]
    words = [str(fact["fact"]), str(fact["agent"] or ""), *special, "swept" if fact.get("swept") else ""]
    return (f"{number}:" if number > 1 else "") + " ".join(filter(None, words))


@pytest.mark.feature("CALL-02", "CALL-03", "CALL+01", "CALL+02", "CALL+08")
@traces
def test_trace_tells_its_story(trace: Path) -> None:
    assert steps(trace) == STORIES[trace.stem]


@traces
def test_trace_as_recorded_keeps_the_promises(trace: Path) -> None:
    holds(events(trace))


@pytest.mark.feature("CALL+08")
@traces
def test_trace_with_any_event_dropped_doubled_or_swapped_keeps_the_promises(trace: Path) -> None:
    for stream in each_damaged(events(trace)):
        holds(stream)


@traces
def test_trace_tells_the_same_however_it_is_written(trace: Path) -> None:
    messages = read_trace(trace.read_bytes())
    listed = json.dumps(messages).encode()
    lines = "\n".join(json.dumps(message) for message in messages).encode()
    stories = [list(replay(read_trace(form), Tracker(AGENTS))) for form in (trace.read_bytes(), listed, lines)]
    assert stories[0] == stories[1] == stories[2]
