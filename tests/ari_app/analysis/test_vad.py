"""What is no speech is not taken for speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ari_app.analysis.vad import speech

pytestmark = pytest.mark.feature("ANAL-01")

RATE = 8000
TIME = np.arange(RATE * 12) / RATE
Wave = NDArray[np.float64]


def tones(*pitches: float) -> Wave:
    return 0.15 * np.sum([np.sin(2 * np.pi * pitch * TIME) for pitch in pitches], axis=0)


def cadence(sound: Wave, on: float, off: float) -> Wave:
    return sound * ((TIME % (on + off)) < on)


def chord() -> Wave:
    """Music on hold, as organs play it: three tones that change every half second."""
    steps = np.array([0, 5, 7, 3, 8, 2])[(TIME / 0.5).astype(int) % 6]
    pitch = 220 * 2 ** (steps / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return 0.1 * (np.sin(phase) + np.sin(phase * 1.26) + np.sin(phase * 1.5))


NO_SPEECH = {
    "ringback (US)": cadence(tones(440, 480), 2, 4),
    "ringback (Europe)": cadence(tones(425), 1, 4),
    "ringback (UK)": cadence(tones(400, 450), 0.4, 0.2),
    "busy tone": cadence(tones(480, 620), 0.5, 0.5),
    "comfort noise": np.random.default_rng(1).normal(0, 0.003, len(TIME)),
    "loud noise": np.random.default_rng(1).normal(0, 0.05, len(TIME)),
    "keys": cadence(tones(770, 1336), 0.1, 0.2),
    "fax": tones(1100),
    "music": chord(),
    "silence": np.zeros(len(TIME)),
}


@pytest.mark.parametrize("name", NO_SPEECH)
def test_nobody_speaks_in(name: str) -> None:
    assert speech((NO_SPEECH[name] * 32767).astype(np.int16), RATE) == []


@pytest.mark.parametrize("length", [0, 1, 300])
def test_recording_without_a_whole_frame_has_no_speech(length: int) -> None:
    assert speech(np.zeros(length, np.int16), RATE) == []
