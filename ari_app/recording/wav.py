"""Reads the PBX's WAV files, also those that it never finished: 16 bits, one channel."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screenpop.errors import N_, BadInput

Samples = NDArray[np.int16]
NO_HEADER = N_("%(file)s is no sound file: it has no header")
CUT_HEADER = N_("%(file)s is no sound file: its header is cut off")
NO_SAMPLES = N_("%(file)s is no sound file: it holds no samples")
NO_FORMAT = N_("%(file)s is no sound file: its format is not told")
OTHER_FORMAT = N_("%(file)s is no recording of the PBX: it is not 16 bits and one channel")
_PCM, _EXTENSIBLE = 1, 0xFFFE


@dataclass(frozen=True, slots=True)
class Wav:
    """One side's sound. `complete`: the PBX closed the file; else `samples` are what had reached the disk."""

    rate: int
    samples: Samples
    complete: bool

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def silence(rate: int) -> Wav:
    """Nothing."""
    return Wav(rate, np.zeros(0, np.int16), True)


def read_wav(path: Path) -> Wav:
    """The file, mapped rather than read: an hour takes no memory. Raises BadInput, OSError."""
    with path.open("rb") as file:
        head = file.read(4096)
        size = file.seek(0, 2)
    rate, start, declared = _layout(head, path)
    there = max(0, size - start)
    count = min(declared or there, there) // 2
    complete = (bool(declared) and declared <= there) or (size == start and declared == 0)
    if not count:
        return Wav(rate, np.zeros(0, np.int16), complete)
    return Wav(rate, np.memmap(path, np.dtype("<i2"), "r", start, (count,)), complete)


def _layout(head: bytes, path: Path) -> tuple[int, int, int]:
    """Rate, where the samples begin, and how many bytes of them the header declares (0 until it is closed)."""
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise BadInput(NO_HEADER, file=path.name)
    at, rate, length = 12, 0, 0
    while at + 8 <= len(head):
        kind, length = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        if kind == b"data":
            break
        if kind == b"fmt ":
            rate = _rate(head[at + 8 :], path)
        at += 8 + length + length % 2
    else:
        raise BadInput(NO_SAMPLES, file=path.name)
    if not rate:
        raise BadInput(NO_FORMAT, file=path.name)
    return rate, at + 8, length if length < 0xFFFFFF00 else 0


def _rate(chunk: bytes, path: Path) -> int:
    if len(chunk) < 16:
        raise BadInput(CUT_HEADER, file=path.name)
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if code not in (_PCM, _EXTENSIBLE) or channels != 1 or bits != 16 or not 4000 <= rate <= 192_000:
        raise BadInput(OTHER_FORMAT, file=path.name)
    return int(rate)
