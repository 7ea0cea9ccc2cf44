"""Service level: answered soon enough, of those who were answered or gave up after more than a moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.board.level import Target, Visit, level_of
from screenpop.board.today import Day, Today

TARGET = Target(answer_within=20, short_abandon=5)


@pytest.mark.feature("RATE-06", "RATE-07")
def test_level_counts_the_late_and_those_who_gave_up_but_not_the_short_ones() -> None:
    visits = [
        Visit("answered", 3),
        Visit("answered", 20),
        Visit("answered", 20.1),
        Visit("abandoned", 4.9),
        Visit("abandoned", 5),
        Visit("left", 60),
    ]
    level = level_of(visits, TARGET)
    assert (level.answered, level.within, level.abandoned, level.short, level.counted) == (3, 2, 2, 1, 4)
    assert level.share == 0.5


def test_level_of_nobody_is_none() -> None:
    assert level_of([], TARGET).share is None
    assert level_of([Visit("abandoned", 1)], TARGET).share is None


VISITS = st.lists(st.builds(Visit, st.sampled_from(("answered", "abandoned", "left")), st.floats(0, 60)))


@given(st.lists(st.tuples(st.sampled_from("ab"), VISITS, st.integers(0, 30))))
def test_level_carried_on_is_the_level_of_all_visits(steps: list[tuple[str, list[Visit], int]]) -> None:
    today = Today(Day(0, 1))
    for queue, visits, within in steps:
        today.visits[queue] += visits
        target = Target(answer_within=within)
        assert today.level(queue, target) == level_of(today.visits[queue], target)
        every = [visit for each in today.visits.values() for visit in each]
        assert today.level_of_all(target) == level_of(every, target)
