"""Who speaks when: Silero's voice detector (the model that faster-whisper ships), and edges to the hundredth second.

Silero looks only at what is loud enough to be speech: half of a conversation is the silence of one side. Of a long
stretch it is shown a fifth of a second and not the two thirds after it; where there is speech in both neighbours of
what it was not shown, that is speech too, and otherwise it is shown.
"""

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ari_app.analysis.sound import FULL_SCALE, RATE, Floats, Samples, doubled
from screenpop.analysis.figures import Spans, joined, without

FRAME = 512
CONTEXT = 64
FRAME_SECONDS = FRAME / RATE
BATCH = 256
SPEECH, STILL_SPEECH = 0.5, 0.35
"""Speech begins above the one probability and goes on above the other: Silero's own values."""

QUIETEST_DB, LOUDEST_GATE_DB = -60.0, -40.0
ABOVE_FLOOR_DB = 6.0
AROUND = 3
"""Frames that Silero is shown before and after what is loud enough."""
LOOK, SKIP = 6, 20
BEFORE = 6
"""Frames of what comes before, for a second look: Silero needs some to hear itself in."""

TICK_SECONDS = 0.01
EDGE_SECONDS = 0.25
AROUND_SECONDS = 0.5
"""Where the noise of a stretch is measured: so long before and after its edges."""
BELOW_PEAK_DB = 35.0
PAUSE_SECONDS = 0.3
"""A shorter pause belongs to the speech."""
SHORTEST_SECONDS = 0.08
ENDS_LATE_SECONDS = 0.06
"""So much later than the sound, Silero ends a stretch."""
CRACKLE = 5
"""Ticks; below this noise is loud by chance."""
ABOVE_CRACKLE_DB = 2.0
"""Above all but a twentieth of the noise."""


def speech(samples: Samples, rate: int, masked: Sequence[tuple[float, float]] = ()) -> Spans:
    """The stretches (seconds) in which one side speaks, in order; never within `masked` (holds)."""
    frame = FRAME * rate // RATE
    levels = _levels(samples, frame)
    audible = _widened(levels > _gate(levels), AROUND)
    for start, end in masked:
        audible[int(start / FRAME_SECONDS) : int(np.ceil(end / FRAME_SECONDS))] = False
    spoken = _spoken(_likely(samples, rate, audible))
    return without(_trimmed(samples, rate, spoken), joined(masked))


def _levels(samples: Samples, size: int) -> Floats:
    """The level of each whole piece of `size` samples, dB below full scale."""
    pieces = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float32)
    power: Floats = np.einsum("ij,ij->i", pieces, pieces) / (size * FULL_SCALE**2)
    levels: Floats = 10 * np.log10(power + 1e-12)
    return levels


def _floor(levels: Floats) -> float:
    """The level of the noise that is always there; far below QUIETEST_DB where the line is silent between words."""
    return float(np.percentile(levels, 10)) if len(levels) else -120.0


def _gate(levels: Floats) -> float:
    return min(max(_floor(levels) + ABOVE_FLOOR_DB, QUIETEST_DB), LOUDEST_GATE_DB)


def _widened(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    if not len(mask):
        return mask
    return np.convolve(mask, np.ones(2 * by + 1), "same")[: len(mask)] > 0.5


def _likely(samples: Samples, rate: int, audible: NDArray[np.bool_]) -> Floats:
    """Silero's probability of speech in each frame; 0 where nothing is to be heard."""
    result = np.zeros(len(audible), np.float32)
    looked = audible & _looks(audible)
    result[looked] = _asked(samples, rate, np.flatnonzero(looked))
    for first, last in _runs(audible & ~looked):
        before, after = result[max(first - LOOK, 0) : first], result[last : last + LOOK]
        if min(before.max(), after.max()) >= SPEECH:
            result[first:last] = 1.0
        else:
            start = max(first - BEFORE, 0)
            result[first:last] = _asked(samples, rate, np.arange(start, last))[first - start :]
    return result


def _looks(audible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where Silero looks first: at all of a short stretch, at parts of a long one, at both ends of each."""
    looks = np.ones(len(audible), bool)
    for first, last in _runs(audible):
        for start in range(first + LOOK, last - LOOK - SKIP, LOOK + SKIP):
            looks[start : start + SKIP] = False
    return looks


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and past-the-last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _asked(samples: Samples, rate: int, frames: NDArray[np.intp]) -> Floats:
    """What Silero says of these frames, heard one after the other."""
    if not len(frames):
        return np.zeros(0, np.float32)
    size, context = FRAME * rate // RATE, CONTEXT * rate // RATE
    padded = np.concatenate((np.zeros(context, np.int16), samples))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size + context)[::size]
    state = cell = np.zeros((1, 1, 128), np.float32)
    answers = []
    for start in range(0, len(frames), BATCH):
        batch = windows[frames[start : start + BATCH]].astype(np.float32) / FULL_SCALE
        shown = doubled(batch) if rate < RATE else batch
        answer, state, cell = _silero().run(None, {"input": shown, "h": state, "c": cell})
        answers.append(answer)
    return np.concatenate(answers)


@functools.cache
def _silero() -> Any:
    import onnxruntime
    from faster_whisper.utils import get_assets_path

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.log_severity_level = 4
    path = os.path.join(get_assets_path(), "silero_vad_v6.onnx")
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"], sess_options=options)


def _spoken(likely: Floats) -> Spans:
    """Stretches of speech: from a frame that surely is to one that no longer is."""
    spans = []
    for first, last in _runs(likely >= STILL_SPEECH):
        sure = np.flatnonzero(likely[first:last] >= SPEECH)
        if len(sure):
            spans.append(((first + int(sure[0])) * FRAME_SECONDS, last * FRAME_SECONDS))
    return spans


def _trimmed(samples: Samples, rate: int, spoken: Spans) -> Spans:
    """The same to the hundredth second: Silero begins a frame late and ends some late; the sound says where exactly."""
    ticks = _levels(samples, int(rate * TICK_SECONDS))
    heard: Spans = []
    for start, end in joined(spoken, 2 * EDGE_SECONDS):
        first, last = max(_tick(start - EDGE_SECONDS), 0), _tick(end + EDGE_SECONDS)
        if len(ticks[first:last]):
            heard += _heard(ticks, first, last, [span for span in spoken if start <= span[0] < end])
    return [span for span in joined(heard, PAUSE_SECONDS) if span[1] - span[0] >= SHORTEST_SECONDS]


def _heard(ticks: Floats, first: int, last: int, spoken: Spans) -> Spans:
    """When something is as loud as speech; where noise covers the quiet parts of it, Silero says what they are."""
    here, noise = ticks[first:last], _noise_around(ticks, first, last)
    quietest = float(here.max()) - BELOW_PEAK_DB
    loud = here > max(quietest, noise)
    if noise <= quietest:
        return _seconds(first, loud)
    late = [(start, end - ENDS_LATE_SECONDS) for start, end in spoken if end - start > ENDS_LATE_SECONDS]
    return [*_seconds(first, _without_crackle(loud)), *late]


def _seconds(first: int, loud: NDArray[np.bool_]) -> Spans:
    return [((first + a) * TICK_SECONDS, (first + b) * TICK_SECONDS) for a, b in _runs(loud)]


def _without_crackle(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What most of CRACKLE ticks around are: noise is loud for a tick, speech for longer."""
    return np.convolve(loud, np.ones(CRACKLE), "same")[: len(loud)] > CRACKLE / 2


def _noise_around(ticks: Floats, first: int, last: int) -> float:
    """What is louder than the noise before and after these ticks; the quieter of both, the other may be speech."""
    width = _tick(AROUND_SECONDS)
    around = [part for part in (ticks[max(first - width, 0) : first], ticks[last : last + width]) if len(part)]
    middle = min((float(np.median(part)) for part in around), default=QUIETEST_DB) + ABOVE_FLOOR_DB
    if middle <= QUIETEST_DB:
        return QUIETEST_DB
    return max(middle, min(float(np.percentile(part, 95)) for part in around) + ABOVE_CRACKLE_DB)


def _tick(seconds: float) -> int:
    return round(seconds / TICK_SECONDS)
