"""What the archive's formats make of both sides."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from ari_app.analysis.sound import read_sound
from ari_app.recording.sound import Part, Sides, make
from ari_app.recording.wav import Wav

RATE = 8000

pytestmark = pytest.mark.feature("CALL-32")


@pytest.mark.parametrize("kind", ["opus", "flac"])
def test_loud_noise_on_one_side_is_not_on_the_other(tmp_path: Path, kind: Literal["opus", "flac"]) -> None:
    noise = np.random.default_rng(1).normal(0, 4000, 5 * RATE).astype(np.int16)
    sides = Sides(RATE, (Part(Wav(RATE, noise, True), Wav(RATE, np.zeros_like(noise), True)),))
    make(sides, tmp_path / "call", kind)
    heard = read_sound(tmp_path / "call")
    assert np.abs(heard.sides[0]).max() > 8000
    assert np.abs(heard.sides[1]).max() < 8
