"""Tones that tell who is heard: each phone sends one, and what a phone hears is looked through for the others'."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
CUSTOMER, AGENT, SUPERVISOR = 440, 700, 1150  # Hz, none a multiple of another
TONES = (CUSTOMER, AGENT, SUPERVISOR)
AUDIBLE = 0.02
"""Of full scale; a tone is sent at 0.25, and one that is not there measures below 0.002."""


def write_tone(path: Path, frequency: int, seconds: float = 1.0) -> Path:
    """A file of raw 8 kHz mu-law that can be repeated without a click."""
    times = np.arange(int(RATE * seconds)) / RATE
    path.write_bytes(_to_mulaw(0.25 * np.sin(2 * np.pi * frequency * times)).tobytes())
    return path


def loudness(frames: Iterable[bytes], frequency: int) -> float:
    """How loud a tone is in this mu-law sound, 0 to 1 of full scale; 0 where there is less than 0.5 s of it."""
    sound = _from_mulaw(np.frombuffer(b"".join(frames), dtype=np.uint8))
    if len(sound) < RATE // 2:
        return 0.0
    times = np.arange(len(sound)) / RATE
    wave = np.exp(-2j * np.pi * frequency * times) * np.hanning(len(sound))
    return float(2 * abs(np.dot(sound, wave)) / np.hanning(len(sound)).sum())


def _to_mulaw(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """ITU-T G.711, in its segmented form."""
    size = np.minimum(np.abs(samples) * 32767, 32635).astype(np.int32) + 132
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)


def _from_mulaw(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    plain = (~codes).astype(np.int32) & 0xFF
    exponent, mantissa = (plain >> 4) & 7, plain & 0x0F
    size = (((mantissa << 3) + 132) << exponent) - 132
    return np.where(plain & 0x80, -size, size) / 32767
