"""Read recordings: any file that FFmpeg knows, as 16-bit samples of the agent's and the other side."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from screenpop.errors import N_, BadInput

Samples = NDArray[np.int16]
Floats = NDArray[np.float32]

FULL_SCALE = 32768.0
RATE = 16_000
"""Samples a second that Silero and Whisper want."""
KEPT_RATES = (8_000, RATE)
"""Files of these rates are kept as they are: nothing is gained by more samples of the same sound."""
OPUS_RATE = 48_000
BLOCK = 2 * OPUS_RATE  # a multiple of every step
ONE_CHANNEL = N_("%(file)s has one channel: give a file with a channel for each side, or two files")
TWO_IN_PAIR = N_("%(file)s has %(count)d channels: of two files, each has one side")
TOO_MANY = N_("%(file)s has %(count)d channels: the agent's side and the other make two")
NO_SOUND = N_("%(file)s holds no sound")
UNREADABLE = N_("cannot read %(file)s: %(why)s")


@dataclass(frozen=True, slots=True)
class Sound:
    """A conversation: the samples of the agent's side and of the other, equally long, `rate` of them a second."""

    rate: int
    sides: tuple[Samples, Samples]

    @property
    def seconds(self) -> float:
        return len(self.sides[0]) / self.rate

    def at_16k(self, side: int, start: float, end: float) -> Floats:
        """A stretch of one side (0 or 1) as Whisper wants it: 16 kHz, full scale is 1."""
        first, last = int(start * self.rate), min(int(end * self.rate), len(self.sides[side]))
        stretch = self.sides[side][first:last].astype(np.float32) / FULL_SCALE
        return doubled(stretch[None, :])[0] if self.rate < RATE else stretch


def doubled(rows: Floats) -> Floats:
    """Twice as many samples in every row, the new ones between the old by a cubic (Catmull-Rom)."""
    padded = np.pad(rows, ((0, 0), (1, 2)), mode="edge")
    result = np.empty((rows.shape[0], rows.shape[1] * 2), np.float32)
    result[:, 0::2] = rows
    result[:, 1::2] = (padded[:, 1:-2] + padded[:, 2:-1]) * 0.5625 - (padded[:, :-3] + padded[:, 3:]) * 0.0625
    return result


def read_sound(first: str | Path, second: str | Path | None = None) -> Sound:
    """A file with two channels, or a mono file of the agent's side and one of the other.

    Raises BadInput that says which file cannot be read, and why.
    """
    rate, channels = _decoded(Path(first))
    if second is None:
        if len(channels) != 2:
            raise BadInput(ONE_CHANNEL if len(channels) < 2 else TOO_MANY, file=first, count=len(channels))
        return Sound(rate, (channels[0], channels[1]))
    other_rate, others = _decoded(Path(second), rate)
    for file, found in ((first, channels), (second, others)):
        if len(found) != 1:
            raise BadInput(TWO_IN_PAIR, file=file, count=len(found))
    if rate != other_rate:
        rate, channels = _decoded(Path(first), other_rate)
    return Sound(rate, _equally_long(channels[0], others[0]))


def _equally_long(one: Samples, other: Samples) -> tuple[Samples, Samples]:
    length = max(len(one), len(other))
    return np.pad(one, (0, length - len(one))), np.pad(other, (0, length - len(other)))


def _decoded(path: Path, wanted: int = 0) -> tuple[int, list[Samples]]:
    """The rate and the channels of a file; at least the rate `wanted`."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise BadInput(NO_SOUND, file=path)
            stream = container.streams.audio[0]
            known = _rate_of(stream)
            rate = known if known in KEPT_RATES and known >= wanted else RATE
            blocks = [_as_int16(block) for block in _blocks(container, stream, rate)]
    except (av.FFmpegError, OSError) as error:
        raise BadInput(UNREADABLE, file=path, why=error.strerror or error) from None
    except ValueError as error:  # PyAV says so of what it does not know
        raise BadInput(UNREADABLE, file=path, why=error) from None
    if not blocks:
        raise BadInput(NO_SOUND, file=path)
    return rate, [np.concatenate(channel) for channel in zip(*blocks, strict=True)]


def _rate_of(stream: Any) -> int:
    """The rate of what was recorded. Opus is always decoded at 48 kHz, and says in its head what it was made of (RFC
    7845, 5.1)."""
    head = bytes(stream.codec_context.extradata or b"")
    if stream.codec_context.name.endswith("opus") and len(head) >= 16:
        return int.from_bytes(head[12:16], "little")
    return int(stream.rate)


def _blocks(container: Any, stream: Any, rate: int) -> Iterator[NDArray[Any]]:
    """Blocks of many frames (channels by samples): what is done in Python is done two seconds at a time."""
    if stream.rate == OPUS_RATE and stream.format.name == "fltp" and _rate_of(stream) <= rate:
        yield from _thin_frames(container, stream, OPUS_RATE // rate)
        return
    resampler = None if stream.rate in (rate, OPUS_RATE) else av.AudioResampler(format="s16p", rate=rate)
    thinned = partial(
        _thinned, step=OPUS_RATE // rate if stream.rate == OPUS_RATE else 1, bare=_rate_of(stream) <= rate
    )
    fifo = av.AudioFifo()
    for frame in container.decode(stream):
        for part in resampler.resample(frame) if resampler else (frame,):
            part.pts = None
            fifo.write(part)
        if fifo.samples >= BLOCK:
            yield thinned(_channels(fifo.read(BLOCK)))
    for part in resampler.resample(None) if resampler else ():
        part.pts = None
        fifo.write(part)
    if fifo.samples:
        yield thinned(_channels(fifo.read(0, True)))


def _thin_frames(container: Any, stream: Any, step: int) -> Iterator[Floats]:
    """One sample for `step` of each frame as it comes: most of what is decoded is never copied."""
    block, filled = np.empty((stream.channels, BLOCK // step), np.float32), 0
    for frame in container.decode(stream):
        count = -(-frame.samples // step)
        if filled + count > block.shape[1]:
            yield block[:, :filled]
            filled = 0
        for row, plane in zip(block, frame.planes, strict=True):
            row[filled : filled + count] = np.frombuffer(plane, np.float32, frame.samples)[::step]
        filled += count
    if filled:
        yield block[:, :filled]


def _channels(frame: Any) -> NDArray[Any]:
    array: NDArray[Any] = frame.to_ndarray()
    count = frame.layout.nb_channels
    return array if frame.format.is_planar else array.reshape(-1, count).T


def _thinned(block: NDArray[Any], step: int, bare: bool) -> NDArray[Any]:
    """One sample for `step`: the first of them where the sound was made of no more (`bare`), else their mean.

    FFmpeg's resampler takes as long as the Opus decoder, and its better filter changes nothing for speech.
    """
    if step == 1 or bare:
        return block[:, ::step]
    length = block.shape[1] // step * step
    total = block[:, 0:length:step].astype(np.float32)
    for offset in range(1, step):
        total += block[:, offset:length:step]
    total /= step
    return total if block.dtype.kind == "f" else total.astype(block.dtype)


def _as_int16(block: NDArray[Any]) -> Samples:
    if block.dtype.kind == "f":
        block = np.clip(block, -1.0, 1.0) * 32767.0
    elif block.dtype == np.uint8:
        block = (block.astype(np.int16) - 128) << 8
    elif block.dtype == np.int32:  # as FLAC of 24 bits comes
        block = block >> 16
    whole: Samples = np.ascontiguousarray(block, dtype=np.int16)
    return whole
