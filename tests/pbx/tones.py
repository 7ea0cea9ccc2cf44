"""Voices that can be told apart: tones that phones speak, and what of them a recording holds."""

import math
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 8000
Sound = NDArray[np.float64]


def mulaw(sound: Sound) -> bytes:
    """Samples (-1 to 1) as mu-law bytes (ITU-T G.711)."""
    samples = np.clip(sound * 32767, -32635, 32635).astype(np.int64)
    sign = (samples < 0) * 0x80
    biased = np.abs(samples) + 132
    exponent = np.floor(np.log2(biased)).astype(np.int64) - 7
    mantissa = (biased >> (exponent + 3)) & 15
    return ((~(sign | (exponent << 4) | mantissa)) & 255).astype(np.uint8).tobytes()


def voice(folder: Path, hertz: int) -> Path:
    """A file for a phone that says this tone for as long as it talks."""
    path = folder / f"{hertz}.ul"
    path.write_bytes(mulaw(0.3 * np.sin(2 * math.pi * hertz * np.arange(RATE) / RATE)))
    return path


def decoded(path: Path) -> tuple[int, Sound]:
    """Rate and samples, one row a channel, of a file of the archive."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        converter = av.AudioResampler(format="fltp", layout="stereo", rate=stream.rate)
        frames = [made.to_ndarray() for frame in file.decode(stream) for made in converter.resample(frame)]
        return stream.rate, np.concatenate(frames, axis=1).astype(np.float64)


def loudness(sound: Sound, rate: int, start: float, end: float) -> float:
    """Mean level of a stretch (seconds) of one channel, 0 to 1."""
    piece = sound[int(start * rate) : int(end * rate)]
    return float(np.sqrt(np.square(piece).mean())) if piece.size else 0.0


def pitch(sound: Sound, rate: int, start: float, end: float) -> int:
    """The strongest tone of a stretch of one channel, in hertz; 0 where it is silent."""
    piece = sound[int(start * rate) : int(end * rate)]
    if loudness(sound, rate, start, end) < 0.01:
        return 0
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
    return round(int(np.argmax(spectrum)) * rate / len(piece) / 10) * 10
