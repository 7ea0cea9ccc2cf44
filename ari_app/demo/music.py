"""A few seconds of music for callers who wait, computed rather than shipped."""

import math
import struct
import wave
from pathlib import Path

RATE = 8000
NOTES = (262, 330, 392, 523, 392, 330, 294, 349, 440, 587, 440, 349)  # Hz
NOTE_SECONDS = 0.5


def write_music(path: Path) -> None:
    """Write a quiet melody as 8 kHz 16-bit mono WAV, unless the file is there."""
    if path.exists():
        return
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        for note in NOTES:
            out.writeframes(_tone(note))


def _tone(frequency: int) -> bytes:
    count = int(RATE * NOTE_SECONDS)
    samples = (4000 * math.exp(-4 * n / count) * math.sin(2 * math.pi * frequency * n / RATE) for n in range(count))
    return struct.pack(f"<{count}h", *(int(sample) for sample in samples))
