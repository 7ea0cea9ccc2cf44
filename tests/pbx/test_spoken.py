"""Whether a recording has what was played: what `tests.pbx.voices` goes by before anything is measured."""

import numpy as np
import pytest

from ari_app.demo.asterisk import find_asterisk
from tests.pbx.spoken import RATE, Samples, Side, fault, find, prompts


@pytest.fixture
async def side() -> Side:
    """Six prompts, five seconds from one to the next."""
    chosen = prompts(await find_asterisk(lambda _: None), (4, 14), 4.0)[::25][:6]
    return Side([(1.0 + 5.0 * number, prompt) for number, prompt in enumerate(chosen)])


def played(side: Side) -> Samples:
    whole = np.zeros(round((side.seconds + 3) * RATE), np.int16)
    for at, prompt in side.said:
        whole[round(at * RATE) :][: len(prompt.samples)] = prompt.samples
    return whole


def stalled(sound: Samples, at: float, seconds: float) -> Samples:
    """Everything from `at` on comes later."""
    return np.insert(sound, round(at * RATE), np.zeros(round(seconds * RATE), np.int16))


async def test_sound_that_came_late_as_a_whole_or_with_a_short_stall_has_no_fault(side: Side) -> None:
    assert fault(find(side, played(side))) == ""
    assert fault(find(side, stalled(played(side), 0.0, 1.5))) == ""
    assert fault(find(side, stalled(played(side), 15.5, 0.1))) == ""


async def test_sound_with_a_hole_in_it_is_told(side: Side) -> None:
    sound = played(side)
    sound[round(16.0 * RATE) : round(18.5 * RATE)] = 0
    assert "of its sound was found" in fault(find(side, sound))


@pytest.mark.parametrize("seconds", [0.25, 0.38])
async def test_sound_that_stalled_between_words_is_told(side: Side, seconds: float) -> None:
    assert fault(find(side, stalled(played(side), 15.5, seconds))) == f"its sound drifted by {seconds:.2f} s"


async def test_silence_instead_of_sound_is_told(side: Side) -> None:
    assert "0% of its sound" in fault(find(side, np.zeros_like(played(side))))
