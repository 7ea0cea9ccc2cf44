"""How long somebody speaks is found on a noisy line too: human prompts of which it is known, with noise over them."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ari_app.analysis.vad import speech
from ari_app.demo.asterisk import find_asterisk
from screenpop.analysis.figures import total
from tests.pbx.spoken import RATE, Prompt, prompts

pytestmark = pytest.mark.feature("ANAL-01", "ANAL+02")
PROMPTS = 40
GAP = np.zeros(RATE, np.int16)
Noise = NDArray[np.float64]


@pytest.fixture
async def said() -> list[Prompt]:
    """Some of the prompts, of all kinds."""
    usable = prompts(await find_asterisk(lambda _: None), (4, 14), 4.0)
    return usable[:: len(usable) // PROMPTS][:PROMPTS]


def white(count: int) -> Noise:
    return np.random.default_rng(7).normal(0, 1, count)


def pink(count: int) -> Noise:
    """As a line and a room sound: each octave as loud as the next."""
    parts = np.fft.rfft(white(count))
    parts[1:] /= np.sqrt(np.arange(1, len(parts)))
    sound = np.fft.irfft(parts, count)
    return sound / sound.std()


def line(said: list[Prompt], noise: Noise, below_db: float) -> NDArray[np.int16]:
    """The prompts, a second between each, and noise so far below their mean level."""
    clear = np.concatenate([part for prompt in said for part in (GAP, prompt.samples)]).astype(np.float64)
    loud = np.sqrt(np.square(clear[np.abs(clear) > 200]).mean())
    return np.clip(clear + noise[: len(clear)] * loud * 10 ** (-below_db / 20), -32768, 32767).astype(np.int16)


@pytest.mark.parametrize(("kind", "below_db", "within"), [(white, 30, 0.05), (pink, 30, 0.05), (white, 20, 0.07)])
def test_talk_seconds_on_a_noisy_line(
    said: list[Prompt], kind: Callable[[int], Noise], below_db: float, within: float
) -> None:
    spoken = sum(total(prompt.speech) for prompt in said)
    found = total(speech(line(said, kind(200 * RATE), below_db), RATE))
    assert found == pytest.approx(spoken, rel=within)
