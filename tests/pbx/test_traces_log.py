"""What the call log keeps of the recorded calls: the rows and stories that follow from real AMI streams, also where
Ringdesk was ended and started again in the middle of one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from screenpop.bus import Bus
from screenpop.calls import events as ev
from screenpop.calls.fold import fold, named
from screenpop.calls.history import Figures, History, figures
from screenpop.calls.log import CallLog
from screenpop.calls.timeline import tell
from screenpop.calls.tracker import Tracker
from screenpop.facts import CallFact
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from tests.pbx.test_traces import AGENTS, TRACES, events, traces
from tests.pbx.test_traces_pops import TRACE
from tests.screenpop.calls.test_history import holds, read_again

pytestmark = pytest.mark.feature("CALL-31", "CALL+08")
LOST = 3.0
"""Seconds that may be lost or gained by a restart in these traces: it is not seen what happens meanwhile."""


def facts_of(stream: Sequence[ev.Event], tracker: Tracker) -> list[CallFact]:
    return [fact for event in stream for fact in tracker.apply(event)]


class Log:
    """The stories, as the writer keeps them."""

    def __init__(self) -> None:
        self.histories: dict[str, History] = {}

    def take(self, facts: Sequence[CallFact]) -> None:
        for id_ in named(facts):
            self.histories.setdefault(id_, History())
        for _, gone in fold(self.histories, facts).merges:
            del self.histories[gone]

    def restarted(self) -> "Log":
        again = Log()
        again.histories = {id_: read_again(history) for id_, history in self.histories.items()}
        return again

    def in_step(self, tracker: Tracker, known: set[str], now: float) -> None:
        up = {view.id: view for view in tracker.calls()}
        for id_, history in self.histories.items():
            if id_ in up:
                for entry in history.unseen(up[id_], now):
                    history.take(entry)
            elif not history.ended and id_ not in known:
                history.take(history.vanished(now))


def snapshot(tracker: Tracker, at: float) -> ev.Snapshot:
    """What the PBX would list now."""
    channels = [c for c in tracker._known.channels.values() if not c.stands_for]
    legs = [
        ev.SnapshotLeg(leg=c.leg, age=at - c.call.started_at, bridge=c.bridge, called=c.dialled, seat=c.seat)
        for c in channels
    ]
    queued = [
        ev.QueueEntry(leg_id=leg, queue=queue, position=1, waited=at - since)
        for call in tracker._known.calls.values()
        for leg, (queue, since) in call.waiting.items()
    ]
    return ev.Snapshot(at=at, legs=tuple(legs), queued=tuple(queued))


def log_of(stream: Sequence[ev.Event]) -> Log:
    log, tracker = Log(), Tracker(AGENTS)
    log.take([*facts_of(stream, tracker), *tracker.sweep(stream[-1].at)])
    return log


def log_restarted(stream: Sequence[ev.Event], at: int) -> tuple[Log, bool]:
    """Ringdesk is killed after `at` events and started again at once. Is what the agents do seen as it was before?
    It is not between an answer and the joining of the lines."""
    first, log, now = Tracker(AGENTS), Log(), stream[at - 1].at
    log.take(facts_of(stream[:at], first))
    log, second = log.restarted(), Tracker(AGENTS)
    told = second.apply(snapshot(first, now))
    log.take(told)
    log.in_step(second, named(told), now)
    alike = {view.id: first.parts(view.id) for view in first.calls()} == {
        view.id: second.parts(view.id) for view in second.calls()
    }
    log.take([*facts_of(stream[at:], second), *second.sweep(stream[-1].at)])
    return log, alike


@pytest.mark.parametrize(
    ("name", "holds_", "transfers", "waits", "answered_by"),
    [
        ("direct-answered", 0, 0, False, "101"),
        ("direct-missed", 0, 0, False, ""),
        ("hold-unhold", 2, 0, False, "101"),
        ("outgoing-hold", 1, 0, False, "101"),
        ("attended-transfer-keys", 1, 1, False, "101"),
        ("attended-transfer-refer", 1, 1, False, "101"),
        ("blind-transfer-refer", 0, 1, False, "101"),
        ("blind-transfer-to-queue", 0, 1, True, "101"),
        ("queue-abandoned", 0, 0, True, ""),
        ("queue-linear-no-answer", 0, 0, True, "105"),
        ("ring-group-second-answers", 0, 0, False, "102"),
        ("pickup-directed", 0, 0, False, "102"),
        ("parked-timed-out", 0, 1, False, "101"),
    ],
)
def test_figures_of_a_recorded_call(name: str, holds_: int, transfers: int, waits: bool, answered_by: str) -> None:
    (history,) = log_of(events(TRACE[name])).histories.values()
    seen = figures(history)
    assert (seen.holds, seen.transfers, seen.wait_seconds > 0) == (holds_, transfers, waits)
    assert history.answered_by == answered_by
    assert (seen.talk_seconds > 0) == bool(answered_by)
    assert bool(seen.hold_seconds) == bool(holds_)


@traces
def test_every_story_ends_once_and_can_be_told(trace: Path) -> None:
    for history in log_of(events(trace)).histories.values():
        assert history.ended
        holds(history)


@traces
def test_a_restart_anywhere_leaves_one_row_a_call_and_the_same_story(trace: Path) -> None:
    stream = events(trace)
    if any(isinstance(event, ev.Snapshot) for event in stream):
        return  # recorded over a restart itself
    whole = log_of(stream)
    for at in range(1, len(stream)):
        log, alike = log_restarted(stream, at)
        assert set(log.histories) >= set(whole.histories), at
        for id_, history in log.histories.items():
            assert history.ended, (at, id_)
            holds(history)
            if id_ in whole.histories:
                same(history, whole.histories[id_], at, with_holds=alike)


def same(seen: History, whole: History, at: int, *, with_holds: bool) -> None:
    one, other = figures(seen), figures(whole)
    assert one.talk_seconds == pytest.approx(other.talk_seconds, abs=LOST), at
    assert one.wait_seconds == pytest.approx(other.wait_seconds, abs=0.01), at
    assert one.transfers == other.transfers, at
    if with_holds:
        assert one.holds == other.holds, at
        assert one.hold_seconds == pytest.approx(other.hold_seconds, abs=0.01), at


async def test_rows_of_all_recorded_calls_are_those_of_their_stories(tmp_path: Path) -> None:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    try:
        for trace in TRACES[:: max(1, len(TRACES) // 20)]:
            await rows_are_those_of_the_story(store, events(trace))
    finally:
        await store.close()


async def rows_are_those_of_the_story(store: Store, stream: Sequence[ev.Event]) -> None:
    bus, tracker = Bus(), Tracker(AGENTS)
    log = CallLog(store, Numbers("GB"), bus)
    for at, event in enumerate(stream):
        for fact in tracker.apply(event):
            bus.publish(fact)
        if at % 7 == 0:
            await log.flush()
    for fact in tracker.sweep(stream[-1].at):
        bus.publish(fact)
    await log.flush()
    for id_, history in log_of(stream).histories.items():
        row, seen = await log.get(id_), figures(history)
        wanted = {name: getattr(row, name) for name in Figures.__slots__}
        assert wanted == {name: getattr(seen, name) for name in Figures.__slots__}
        assert history.ended
        assert (row.agent, row.result) == (history.answered_by or history.rang_last, history.ended.detail["result"])
        assert await log.story(id_) == tell(history.entries, lambda _: "")
