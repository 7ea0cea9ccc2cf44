"""The figures of a conversation from who spoke when."""

import pytest

from screenpop.analysis import figures
from screenpop.analysis.model import Turn

pytestmark = pytest.mark.feature("ANAL-01", "ANAL+02", "ANAL+03", "ANAL+04", "ANAL+05", "ANAL+06", "ANAL+08", "ANAL+09")


def test_overlap_is_where_both_speak() -> None:
    assert figures.overlap([(0, 5), (8, 10)], [(4, 9), (9.5, 12)]) == [(4, 5), (8, 9), (9.5, 10)]


def test_silence_is_where_nobody_speaks_and_no_hold_is() -> None:
    assert figures.silences([[(1, 3)], [(4, 6)]], 10.0, [(7, 9)]) == [(0.0, 1), (3, 4), (6, 7), (9, 10.0)]


def test_pauses_shorter_than_asked_are_closed() -> None:
    assert figures.joined([(3, 4), (0, 1), (1.2, 2)], 0.3) == [(0, 2), (3, 4)]


@pytest.mark.parametrize(
    ("other", "longest"),
    [
        ([], (0, 12)),
        ([(6, 6.8)], (0, 12)),
        ([(6, 7.5)], (0, 6.5)),
        ([(6.6, 7.9)], (0, 6.5)),
    ],
    ids=["nobody else", "a back-channel", "interrupted", "the other had the floor in the pause"],
)
def test_monologue_goes_on_through_back_channels_only(other: figures.Spans, longest: tuple[float, float]) -> None:
    assert figures.longest(figures.monologues([(0, 6.5), (8, 12)], other, [])) == longest


def test_monologue_ends_at_a_long_pause_and_at_a_hold() -> None:
    assert figures.monologues([(0, 4), (6.5, 9)], [], []) == [(0, 4), (6.5, 9)]
    assert figures.monologues([(0, 4), (5, 9)], [], [(4.2, 4.8)]) == [(0, 4), (5, 9)]


@pytest.mark.parametrize(
    ("own", "count"),
    [((3.0, 6.0), 1), ((3.0, 3.9), 0), ((4.8, 8.0), 0), ((0.2, 8.0), 0)],
    ids=["takes the floor", "a back-channel", "a quick reply", "began at the same moment"],
)
def test_interruption_is_to_begin_while_the_other_speaks_and_to_go_on(own: tuple[float, float], count: int) -> None:
    found = figures.interruptions("customer", [own], [(0.0, 5.0)])
    assert len(found) == count
    assert all((each.at, each.by, each.seconds) == (3.0, "customer", 2.0) for each in found)


def test_speaker_changes_do_not_count_back_channels() -> None:
    talk = [[(0, 5), (9, 12)], [(2, 2.5), (6, 8)]]
    assert figures.speaker_changes(figures.turns(talk)) == 2


def test_response_is_the_median_pause_before_an_answer() -> None:
    turns = figures.turns([[(0, 2), (6, 8), (12, 14)], [(2.5, 5), (9, 11)]])
    assert figures.response("customer", turns, []) == pytest.approx(0.75)
    assert figures.response("agent", turns, []) == pytest.approx(1.0)


def test_response_leaves_out_what_a_hold_was_in() -> None:
    turns = figures.turns([[(0, 2)], [(30, 33)]])
    assert figures.response("customer", turns, [(3, 29)]) is None


def test_response_that_overlaps_is_no_pause() -> None:
    assert figures.response("customer", figures.turns([[(0, 5)], [(4, 9)]]), []) == 0.0


def test_turns_are_in_the_order_of_time() -> None:
    first, second = figures.turns([[(3, 4)], [(1, 2)]])
    assert (first, second) == (Turn(side="customer", start=1, end=2), Turn(side="agent", start=3, end=4))
