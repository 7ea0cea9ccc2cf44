"""Conversations of which everything is known: human prompts of asterisk-core-sounds on both sides, with their texts.

A `Side` is what one phone plays: prompts at chosen seconds, silence between them. Where each of them really is in a
recording is found by correlating the recording with the prompt's own samples, so that the truth does not hang on when
the phones began to play. When somebody speaks in a prompt is read from the prompt's samples too.
"""

import gzip
import re
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ari_app.demo.asterisk import Asterisk
from ari_app.demo.conversations import sounds_folder
from ari_app.demo.lab import Lab
from ari_app.demo.voices import mulaw

RATE = 8000
TICK = 40  # samples: 5 ms
QUIET_DB = 35.0
"""Below a prompt's loudest tick by so much is a pause, or breath."""
PAUSE_SECONDS = 0.3
UNSURE_SECONDS = (0.24, 0.36)
"""A pause of about PAUSE_SECONDS: a hundredth of a second would decide what it is. Prompts with one are not used."""
PIECE_SECONDS = 0.25
ALIKE = 0.85
SLIP_SECONDS = 0.4
WHOLE_SHARE = 0.97
"""So much of what a side says is found when it was played without a dropout worth the name."""
DRIFT_SECONDS = 0.2
"""No part of a side comes later than another by more: a gap in a word stays well below PAUSE_SECONDS."""
Samples = NDArray[np.int16]
Spans = list[tuple[float, float]]


@dataclass(frozen=True)
class Prompt:
    """A recorded text. `speech`: when somebody speaks in it, in seconds."""

    name: str
    text: str
    samples: Samples
    speech: Spans

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def prompts(lab: Lab | Asterisk, words: tuple[int, int], seconds: float) -> list[Prompt]:
    """The prompts that have from so many words to so many, and are not longer than `seconds`, by name."""
    folder = sounds_folder(lab.data)
    assert folder is not None, "asterisk-core-sounds-en-wav is not installed"
    return list(_prompts(folder, _texts(lab.data), words, seconds))


def _prompts(folder: Path, texts: dict[str, str], words: tuple[int, int], seconds: float) -> Iterator[Prompt]:
    for name, text in sorted(texts.items()):
        file = folder / f"{name}.wav"
        if re.search(r"[\[<(*#]|\.\.\.", text) or not words[0] <= len(text.split()) <= words[1] or not file.exists():
            continue
        with wave.open(str(file)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        spans, pauses = _speech(samples)
        if len(samples) <= seconds * RATE and not any(UNSURE_SECONDS[0] < each < UNSURE_SECONDS[1] for each in pauses):
            yield Prompt(name, text, samples, spans)


def _texts(data: Path | None) -> dict[str, str]:
    shared = (data or Path("/usr/share/asterisk")).parent
    file = shared / "doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
    with gzip.open(file, "rt", encoding="utf-8") as listed:
        pairs = [line.split(":", 1) for line in listed if ":" in line and not line.startswith(";")]
    return {name: text.strip() for name, text in pairs}


def _speech(samples: Samples) -> tuple[Spans, list[float]]:
    """When somebody speaks, pauses shorter than PAUSE_SECONDS included; and all pauses."""
    ticks = samples[: len(samples) // TICK * TICK].reshape(-1, TICK).astype(float)
    loudness = np.sqrt(np.square(ticks).mean(axis=1))
    loud = np.flatnonzero(loudness > loudness.max() * 10 ** (-QUIET_DB / 20)) * TICK / RATE
    step = TICK / RATE
    gaps = np.diff(loud) - step
    cuts = np.flatnonzero(gaps >= PAUSE_SECONDS)
    starts, ends = [loud[0], *loud[cuts + 1]], [*loud[cuts] + step, loud[-1] + step]
    return list(zip(map(float, starts), map(float, ends), strict=True)), [float(gap) for gap in gaps if gap > step]


@dataclass(frozen=True)
class Side:
    """What one phone says: (second, prompt), in order."""

    said: Sequence[tuple[float, Prompt]]

    @property
    def seconds(self) -> float:
        return max(at + prompt.seconds for at, prompt in self.said)

    @property
    def text(self) -> str:
        return " ".join(prompt.text for _, prompt in self.said)

    def write(self, path: Path, seconds: float) -> Path:
        """Raw mu-law of so many seconds."""
        whole = np.zeros(round(seconds * RATE), np.int16)
        for at, prompt in self.said:
            first = round(at * RATE)
            whole[first : first + len(prompt.samples)] = prompt.samples
        path.write_bytes(_mulaw_table()[whole.astype(np.int32) + 32768].tobytes())
        return path


@cache
def _mulaw_table() -> NDArray[np.uint8]:
    return np.array([mulaw(sample) for sample in range(-32768, 32768)], np.uint8)


@dataclass(frozen=True)
class Found:
    """A prompt in a recording: `speech` when it was said there, `share` how much of it was found, `lates` how much
    later than scripted each part is that was found.

    It is looked for in pieces: a machine that is busy plays a prompt with a hiccup in it.
    """

    prompt: Prompt
    speech: Spans
    share: float
    lates: tuple[float, ...]


def fault(said: Sequence[Found]) -> str:
    """Why a side did not come through as it was scripted; "" when it did."""
    shares = [found.share for found in said]
    share = sum(shares) / len(shares)
    lates = [late for found in said for late in found.lates]
    drift = max(lates, default=0.0) - min(lates, default=0.0)
    if share <= WHOLE_SHARE or min(shares) <= 0.5:
        return f"{share:.0%} of its sound was found, {min(shares):.0%} of its worst prompt"
    return f"its sound drifted by {drift:.2f} s" if drift > DRIFT_SECONDS else ""


def find(side: Side, recorded: Samples) -> list[Found]:
    """Where each prompt of `side` is in a recording of it."""
    placed = [(at, *_place(prompt.samples, recorded, 0, len(recorded))) for at, prompt in side.said]
    at, place, _ = max(placed, key=lambda each: each[2])  # one that was played without a hiccup
    late = place / RATE - at
    return [_found(prompt, recorded, at, late + at) for at, prompt in side.said]


def _found(prompt: Prompt, recorded: Samples, at: float, near: float) -> Found:
    spans, fits, lates = [], [], []
    for start, end in prompt.speech:
        count = max(int((end - start) / PIECE_SECONDS), 1)
        cuts = [start + (end - start) * number / count for number in range(count + 1)]
        placed = [_piece(prompt, recorded, near, *cut) for cut in pairwise(cuts)]
        known = [late if alike >= ALIKE else None for late, alike in placed]
        spans += _spoken(cuts, known, near)
        lates += [late - at for late in known if late is not None]
        fits += [late is not None for late in known]
    return Found(prompt, spans, sum(fits) / len(fits), tuple(lates))


def _spoken(cuts: Sequence[float], lates: Sequence[float | None], near: float) -> Spans:
    """Where the pieces between `cuts` are, each so late: one stretch, or more where a hiccup is as long as a pause."""
    known = [(number, late) for number, late in enumerate(lates) if late is not None] or [(0, near)]
    spans = [(cuts[0] + known[0][1], cuts[-1] + known[-1][1])]
    for (one, before), (other, after) in pairwise(known):
        if after - before >= PAUSE_SECONDS:
            whole = spans.pop()
            spans += [(whole[0], cuts[one + 1] + before), (cuts[other] + after, whole[1])]
    return spans


def _piece(prompt: Prompt, recorded: Samples, near: float, start: float, end: float) -> tuple[float, float]:
    """How late this piece of the prompt is in the recording, about `near`; and how alike it is."""
    piece = prompt.samples[round(start * RATE) : round(end * RATE)]
    first = max(round((near + start - SLIP_SECONDS) * RATE), 0)
    place, alike = _place(piece, recorded, first, first + round(2 * SLIP_SECONDS * RATE) + len(piece))
    return place / RATE - start, alike


def _place(wanted: Samples, recorded: Samples, first: int, end: int) -> tuple[int, float]:
    """Where between two samples `wanted` fits best, and how well (normalised cross-correlation); 0: it is longer."""
    if min(end, len(recorded)) - first < len(wanted):
        return first, 0.0
    part, sought = recorded[first:end].astype(float), wanted.astype(float)
    size = 1 << (len(part) + len(sought)).bit_length()
    products = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(sought, size)), size)
    energy = np.concatenate(([0.0], np.cumsum(np.square(part))))
    under = np.sqrt(np.maximum(energy[len(sought) :] - energy[: -len(sought)], len(sought) * 100.0))
    alike = products[: len(under)] / (under * np.linalg.norm(sought))
    best = int(np.argmax(alike))
    return first + best, float(alike[best])
