"""The pure pieces of a call's page: lines with their words, marks, the curve of the tone, and how often one comes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screenpop.analysis.model import Segment, Span, Word
from screenpop.calls.sheet import Finding, Part, Sheet
from screenpop.recordings.listens import SAME_VISIT, Listens
from screenpop.store.engine import Store
from tests.web.recorded import report
from web.calls import waveform
from web.calls.shared import MOST, WINDOW, Visits
from web.calls.spoken import as_text, lines, way
from web.calls.tone import curves, kind


def part(id_: str = "r1", state: str = "stored", gaps: tuple[Span, ...] = (), finding: Finding | None = None) -> Part:
    return Part(
        id=id_, state=state, agent="101", started_at=datetime.now(UTC), key="k", format="opus", size=1, seconds=26.0,
        gaps=gaps, peaks=b"\x00\xff", problem="", held=False, held_by="", held_why="", deleted_at=None, deleted_by="",
        deleted_why="", finding=finding or Finding(),
    )  # fmt: skip


def word(start: float, text: str, sure: float = 1.0) -> Word:
    return Word(start=start, end=start + 0.25, text=text, sure=sure)


@pytest.mark.feature("CALL+13")
def test_lines_are_in_order_and_carry_the_times_of_their_words() -> None:
    spoken = lines(
        (
            Segment(side="customer", start=2.0, end=3.0, text="Yes.  I\nsee"),
            Segment(side="agent", start=0.0, end=1.0, text="", words=(word(0.0, " Good"), word(0.5, " New York", 0.4))),
            Segment(side="agent", start=1.0, end=1.5, text="Well"),
        )
    )
    assert [(line.text, line.words, line.turns) for line in spoken] == [
        ("Good New York", "0,25,100,1 50,25,40,2", True),
        ("Well", "", False),
        ("Yes. I see", "", True),
    ]
    assert (
        as_text(spoken, {"agent": "Sue", "customer": "Anna"})
        == "[0:00] Sue: Good New York Well\n[0:02] Anna: Yes. I see"
    )


@pytest.mark.parametrize(("language", "expected"), [("fa", "rtl"), ("en", "ltr"), ("ar-EG", "rtl"), ("", "auto")])
def test_transcript_runs_as_its_language_does(language: str, expected: str) -> None:
    assert way(language) == expected


@pytest.mark.feature("CALL+13", "ANAL+13")
def test_marks_are_in_the_order_of_time() -> None:
    found = json.loads(waveform.marks(part(gaps=(Span(start=1.0, end=2.0),), finding=Finding(report=report()))))
    assert [(mark["kind"], mark["at"]) for mark in found] == [
        ("tracker", 0.5), ("gap", 1.0), ("tracker", 6.6), ("interruption", 8.0), ("silence", 13.2), ("hold", 13.4),
    ]  # fmt: skip
    assert found[2] | {"alert": True} == found[2]
    assert json.loads(waveform.gaps(part(gaps=(Span(start=1.0, end=2.0),)))) == [{"kind": "gap", "at": 1.0, "end": 2.0}]


def test_part_that_can_be_heard_is_shown_first() -> None:
    nothing = {"ring_seconds": 0.0, "wait_seconds": 0.0, "hold_seconds": 0.0, "holds": 0, "transfers": 0}
    parts = (part("gone", "deleted"), part("here"), part("more"))
    sheet = Sheet(**nothing, identified_at=None, score=None, sentiment=None, tags=(), parts=parts)  # type: ignore[arg-type]
    assert [getattr(sheet.part(asked), "id", None) for asked in ("", "more", "gone", "none")] == [
        "here", "more", "gone", None,
    ]  # fmt: skip


@pytest.mark.feature("ANAL-05", "ANAL+15")
def test_curve_of_the_tone_stays_in_its_frame() -> None:
    agent, customer = curves(report())
    assert (agent.side, customer.side) == ("agent", "customer")
    assert all(0 <= x <= 300 and 0 <= y <= 72 for curve in (agent, customer) for x, y in curve.dots)
    assert customer.dots[0][1] > customer.dots[-1][1]
    assert [kind(value) for value in (0.5, 0.0, -0.5, None)] == ["good", "neutral", "bad", ""]
    assert curves(report(sentiment=None)) == []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.feature("CALL+13")
async def test_listener_who_comes_back_later_is_written_down_again(tmp_path: Path, store: Store) -> None:
    clock = Clock()
    listens = Listens(store, clock)
    heard = [await listens.listened("u1", "r1", "v")]
    clock.now = SAME_VISIT - 1
    heard += [await listens.listened("u1", "r1", "v"), await listens.listened("u2", "r1", "v")]
    clock.now = SAME_VISIT + 1
    heard += [await listens.listened("u1", "r1", "v")]
    assert heard == [True, False, True, True]
    assert len(await listens.of(["r1"])) == 3


def test_address_may_come_again_after_a_while() -> None:
    clock = Clock()
    visits = Visits(clock)
    assert [visits.too_many("a") for _ in range(MOST + 1)] == [False] * MOST + [True]
    assert not visits.too_many("b")
    clock.now = WINDOW + 1
    assert not visits.too_many("a")
