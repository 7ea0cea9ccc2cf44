"""Joins the two sides of a recording into one file, and makes sure that the file holds both."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
import numpy as np
from numpy.typing import NDArray

from ari_app.recording.wav import Samples, Wav
from screenpop.errors import N_, BadInput
from screenpop.recordings.model import LEVELS, Gap, closed

Format = Literal["opus", "flac"]
BLOCK_SECONDS = 10
OPUS_BITS = 38_000
"""A second, for both sides, of which libopus takes about 34,000. Below 32,000 one side is heard in the other."""
OPUS_PACKET_MS = "60"
"""Three of the codec's frames in a packet are read in three quarters of the time of one in each."""
CODECS: dict[Format, tuple[str, str]] = {"opus": ("libopus", "ogg"), "flac": ("flac", "flac")}
OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
LENGTH_SECONDS = 0.1
"""By how much the made file's length may differ."""
ENERGY_DB = 3.0
SILENT_DB = -60.0

BAD_SOUND = N_("The sides cannot be joined: %(reason)s")
BAD_LENGTH = N_("The joined file is %(found)s s long instead of %(wanted)s s.")
BAD_SIDE = N_("The joined file does not hold what one of the sides said.")
BAD_FILE = N_("The joined file cannot be read again: %(reason)s")

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """The agent's sound and the other side's. Both began at the same moment."""

    agent: Wav
    other: Wav

    @property
    def length(self) -> int:
        """Samples of the longer one: the shorter one is silent at its end."""
        return max(len(self.agent.samples), len(self.other.samples))


@dataclass(frozen=True, slots=True)
class Sides:
    """A recording in parts, one after the other, all of the same rate. In its `gaps` both sides are silent: what the
    PBX wrote there, because it was paused late or not at all, is not to be kept."""

    rate: int
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def length(self) -> int:
        """Samples of each side."""
        return sum(part.length for part in self.parts)

    @property
    def seconds(self) -> float:
        return self.length / self.rate

    def blocks(self) -> Iterator[Samples]:
        """Ten seconds after the other, each of the shape (2, samples)."""
        size, at = self.rate * BLOCK_SECONDS, 0
        for part in self.parts:
            for start in range(0, part.length, size):
                width = min(size, part.length - start)
                block = np.stack([_cut(side.samples, start, width) for side in (part.agent, part.other)])
                self._leave_out(block, at)
                yield block
                at += width

    def _leave_out(self, block: Samples, at: int) -> None:
        for start, end in closed(self.gaps, self.seconds):
            block[:, max(0, round(start * self.rate) - at) : max(0, round(end * self.rate) - at)] = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file. `peaks` is laid out as `screenpop.recordings.model.LEVELS` says."""

    seconds: float
    size: int
    sha256: str
    peaks: bytes


def make(sides: Sides, path: Path, kind: Format) -> Made:
    """Join, write to `path`, read it again and compare. Raises BadInput where the file is not what it should be,
    OSError where there is no room for it."""
    outline = _Outline(sides.length)
    try:
        energy = _encode(sides, path, kind, outline)
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise BadInput(BAD_SOUND, reason=str(error)) from error
    _verify(path, sides.seconds, energy)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Made(sides.seconds, path.stat().st_size, sha256, outline.packed())


def _cut(samples: Samples, start: int, width: int) -> Samples:
    piece = samples[start : start + width]
    return np.pad(piece, (0, width - len(piece))) if len(piece) < width else np.asarray(piece)


def _encode(sides: Sides, path: Path, kind: Format, outline: "_Outline") -> Levels:
    """Write the file; the energy of each side in full-scale squares."""
    codec, container = CODECS[kind]
    energy = np.zeros(2)
    rate = _rate_for(kind, sides.rate)
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=rate)
    with av.open(str(path), "w", format=container) as out:
        options = {"frame_duration": OPUS_PACKET_MS} if kind == "opus" else {}
        stream = cast(av.AudioStream, out.add_stream(codec, rate=rate, options=options, layout="stereo"))
        if kind == "opus":
            stream.bit_rate = OPUS_BITS
        at = 0
        for block in sides.blocks():
            outline.add(block)
            energy += np.square(block / 32768.0).sum(axis=1)
            for frame in resampler.resample(_frame(block, sides.rate, at)):
                out.mux(stream.encode(frame))
            at += block.shape[1]
        for frame in resampler.resample(None):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return energy / sides.length


def _rate_for(kind: Format, rate: int) -> int:
    """Opus knows five rates; others are raised to the next one."""
    if kind == "flac":
        return rate
    return next((each for each in OPUS_RATES if each >= rate), OPUS_RATES[-1])


def _frame(block: Samples, rate: int, at: int) -> av.AudioFrame:
    interleaved = np.ascontiguousarray(block.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout="stereo")
    frame.rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
    return frame


def _verify(path: Path, seconds: float, energy: Levels) -> None:
    """Raises BadInput unless the file has this length and this energy on each side."""
    found, length = np.zeros(2), 0
    try:
        with av.open(str(path)) as made:
            stream = made.streams.audio[0]
            converter = av.AudioResampler(format="fltp", layout="stereo", rate=stream.rate)
            for decoded in made.decode(stream):
                for frame in converter.resample(decoded):
                    sound = frame.to_ndarray()
                    found += np.square(sound.astype(np.float64)).sum(axis=1)
                    length += sound.shape[1]
            rate = stream.rate
    except (av.FFmpegError, OSError, IndexError) as error:
        raise BadInput(BAD_FILE, reason=str(error)) from error
    if abs(length / rate - seconds) > LENGTH_SECONDS:
        raise BadInput(BAD_LENGTH, found=f"{length / rate:.1f}", wanted=f"{seconds:.1f}")
    if not all(_is_same(was, now) for was, now in zip(energy, found / max(length, 1), strict=True)):
        raise BadInput(BAD_SIDE)


def _is_same(was: float, now: float) -> bool:
    before, after = _db(was), _db(now)
    return abs(before - after) <= ENERGY_DB or max(before, after) <= SILENT_DB


def _db(energy: float) -> float:
    return 10 * math.log10(energy) if energy > 1e-12 else -120.0


class _Outline:
    """The loudest sample of each of at most LEVELS equal stretches, for each side."""

    def __init__(self, length: int) -> None:
        self._levels = np.zeros((2, max(1, min(LEVELS, length))))
        self._each = max(1.0, length / self._levels.shape[1])
        self._at = 0

    def add(self, block: Samples) -> None:
        where = ((self._at + np.arange(block.shape[1])) / self._each).astype(np.int64)
        where = np.minimum(where, self._levels.shape[1] - 1)
        for level, side in zip(self._levels, np.abs(block.astype(np.int32)), strict=True):
            np.maximum.at(level, where, side)
        self._at += block.shape[1]

    def packed(self) -> bytes:
        """One byte a level: the agent's side first."""
        return np.minimum(255, np.rint(self._levels * 255 / 32768)).astype(np.uint8).tobytes()
