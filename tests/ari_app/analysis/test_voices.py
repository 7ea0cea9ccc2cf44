"""The figures of conversations whose sides are two people: a woman who speaks English, and a man who speaks Russian.

The voice detection was never set up with his prompts. When he speaks is read from them by another rule than its own: it
is whatever is well above the noise of the studio.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ari_app.analysis.report import analyse
from ari_app.analysis.sound import Sound, read_sound
from ari_app.demo.asterisk import find_asterisk
from screenpop.analysis import figures
from screenpop.analysis.figures import Spans, joined, total
from screenpop.analysis.model import Report
from tests.pbx.spoken import PAUSE_SECONDS, RATE, TICK, prompts

pytestmark = pytest.mark.feature("ANAL-01", "ANAL+01", "ANAL+02", "ANAL+03", "ANAL+05", "ANAL+06")
FOLDER = Path(__file__).parent / "voices"
FLOOR_SHARE, ABOVE_FLOOR_DB = 5, 12.0
PAUSES = (0.5, 0.7, -0.9, 1.2, 0.6, -0.7, 0.5, 1.4, 0.6, 3.4, 0.5, 0.8)
"""Between one side's last word and the other's first; below 0 they speak at once."""
Samples = NDArray[np.int16]
Prompt = tuple[Samples, Spans]


@dataclass(frozen=True)
class Call:
    """A conversation: when each side really speaks, and what is said of it."""

    talk: tuple[Spans, Spans]
    report: Report


@pytest.fixture(params=[(0, 0), (1, 0), (0, 6), (1, 6)], ids=str)
async def call(request: pytest.FixtureRequest) -> Call:
    """The man is the agent or the customer, and says the first or the last six of his prompts."""
    man, first = request.param
    english = prompts(await find_asterisk(lambda _: None), (4, 14), 4.0)[first::25][:6]
    woman = [(prompt.samples, prompt.speech) for prompt in english]
    sides = (russian()[first : first + 6], woman) if man == 0 else (woman, russian()[first : first + 6])
    return conversation([sides[number % 2][number // 2] for number in range(12)])


def russian() -> list[Prompt]:
    """His prompts, and when he speaks in each."""
    sounds = [read_sound(file, file).sides[0] for file in sorted(FOLDER.glob("*.flac"))]
    floor = np.percentile(np.concatenate([levels(samples) for samples in sounds]), FLOOR_SHARE)
    return [(samples, heard(levels(samples) > floor + ABOVE_FLOOR_DB)) for samples in sounds]


def levels(samples: Samples) -> NDArray[np.float64]:
    ticks = samples[: len(samples) // TICK * TICK].reshape(-1, TICK).astype(float)
    found: NDArray[np.float64] = 10 * np.log10(np.square(ticks).mean(axis=1) + 1)
    return found


def heard(loud: NDArray[np.bool_]) -> Spans:
    return joined(((tick * TICK / RATE, (tick + 1) * TICK / RATE) for tick in np.flatnonzero(loud)), PAUSE_SECONDS)


def conversation(said: list[Prompt]) -> Call:
    """What is said, in turns."""
    sides, talk = tuple(np.zeros(60 * RATE, np.int16) for _ in range(2)), (Spans(), Spans())
    end, free = 1.5, [0.0, 0.0]
    for number, ((samples, speech), pause) in enumerate(zip(said, PAUSES, strict=True)):
        own = number % 2
        first = round(max(end + pause - speech[0][0], free[own]) * RATE)
        sides[own][first : first + len(samples)] = samples
        talk[own].extend((first / RATE + a, first / RATE + b) for a, b in speech)
        end, free[own] = talk[own][-1][1], (first + len(samples)) / RATE + 0.6
    whole = round((end + 1) * RATE)
    truth = joined(talk[0], PAUSE_SECONDS), joined(talk[1], PAUSE_SECONDS)
    return Call(truth, analyse(Sound(RATE, (sides[0][:whole], sides[1][:whole]))))


def test_talk_seconds_of_two_speakers_are_within_five_per_cent(call: Call) -> None:
    for speaker, talk in zip(call.report.speakers, call.talk, strict=True):
        assert speaker.talk_s == pytest.approx(total(talk), rel=0.05)


def test_overlap_and_silence_of_two_speakers_are_within_three_tenths_of_a_second(call: Call) -> None:
    overlap = total(figures.overlap(*call.talk))
    assert overlap > 0.5
    assert call.report.overlap_s == pytest.approx(overlap, abs=0.3)
    assert call.report.silence_s == pytest.approx(total(figures.silences(call.talk, call.report.duration, [])), abs=0.3)


def test_longest_monologue_of_two_speakers_is_within_three_tenths_of_a_second(call: Call) -> None:
    for number, speaker in enumerate(call.report.speakers):
        spans = figures.monologues(call.talk[number], call.talk[1 - number], [])
        assert speaker.longest_s == pytest.approx(max(end - start for start, end in spans), abs=0.3)
