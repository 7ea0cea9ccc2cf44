"""The whole analysis of a recording: from its sound to the report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from ari_app.analysis.engines import Engine
from ari_app.analysis.sound import FULL_SCALE, Samples, Sound
from ari_app.analysis.transcribe import Transcript, transcribe
from ari_app.analysis.vad import speech
from screenpop.analysis import figures
from screenpop.analysis.figures import Spans, joined, total, without
from screenpop.analysis.model import (
    NO_TRANSCRIPT,
    SHORT_RECORDING,
    SIDES,
    TOO_LITTLE_SPEECH,
    Report,
    Span,
    Speaker,
    Turn,
)

LEAST_SPEECH_SECONDS = 3.0
"""Of both sides together: below, shares say nothing."""
SHORT_SECONDS = 10.0
CLIPPED = 32_000
"""The loudest sample of mu-law is 32,124, of A-law 32,256."""
SOUND_SHARE = 0.1
"""Of the work, where there is a transcript to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of the call from its events; spans are seconds from the begin of the recording."""

    gaps: tuple[tuple[float, float], ...] = ()
    holds: tuple[tuple[float, float], ...] = ()
    wait_s: float = 0.0
    identified_s: float | None = None


def analyse(
    sound: Sound,
    engine: Engine | None = None,
    language: str = "",
    context: Context | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Report:
    """The report: figures from sound alone, and the transcript where there is an engine.

    `progress` hears shares of the work done, 0 to 1.
    """
    about = context or Context()
    masked = joined([*about.holds, *about.gaps])
    talk = [speech(side, sound.rate, masked) for side in sound.sides]
    progress(SOUND_SHARE if engine else 1.0)
    report = _figures(sound, talk, about)
    if engine is None:
        return _noted(report, NO_TRANSCRIPT)
    words = transcribe(sound, talk, engine, language, lambda share: progress(SOUND_SHARE + share * (1 - SOUND_SHARE)))
    return _with_words(report, words, engine)


def _figures(sound: Sound, talk: Sequence[Spans], about: Context) -> Report:
    left_out = joined([*about.holds, *about.gaps])
    duration, ordered = sound.seconds, figures.turns(talk)
    conversation = total(without([(0.0, duration)], left_out))
    quiet = figures.silences(talk, duration, left_out)
    both = figures.overlap(talk[0], talk[1])
    spoken = total(talk[0]) + total(talk[1])
    interrupted = [
        *figures.interruptions("agent", talk[0], talk[1]),
        *figures.interruptions("customer", talk[1], talk[0]),
    ]
    speakers = tuple(_speaker(number, sound, talk, ordered, left_out) for number in (0, 1))
    changes = figures.speaker_changes(ordered) / conversation * 60 if conversation >= SHORT_SECONDS else None
    return Report(
        duration=round(duration, 2),
        speakers=speakers,
        overlap_s=round(total(both), 2),
        overlap_share=_share(total(both), conversation),
        silence_s=round(total(quiet), 2),
        silence_share=_share(total(quiet), conversation),
        longest_silence=figures.span(figures.longest(quiet)),
        interruptions=len(interrupted),
        interrupted=tuple(sorted(interrupted, key=lambda one: one.at)),
        speaker_changes_per_minute=None if changes is None or spoken < LEAST_SPEECH_SECONDS else round(changes, 2),
        turns=ordered,
        gaps=tuple(Span(start=start, end=end) for start, end in about.gaps),
        holds=tuple(Span(start=start, end=end) for start, end in about.holds),
        hold_s=round(total(about.holds), 2),
        wait_s=about.wait_s,
        identified_s=about.identified_s,
        notes=_sound_notes(spoken, duration),
    )


def _sound_notes(spoken: float, duration: float) -> tuple[str, ...]:
    codes = ((TOO_LITTLE_SPEECH, spoken < LEAST_SPEECH_SECONDS), (SHORT_RECORDING, duration < SHORT_SECONDS))
    return tuple(code for code, holds in codes if holds)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole > 0 else 0.0


def _speaker(number: int, sound: Sound, talk: Sequence[Spans], ordered: Sequence[Turn], left_out: Spans) -> Speaker:
    side, own, other = SIDES[number], talk[number], talk[1 - number]
    spoken, monologue = total(own) + total(other), figures.longest(figures.monologues(own, other, left_out))
    pause = figures.response(side, ordered, left_out)
    return Speaker(
        side=side,
        talk_s=round(total(own), 2),
        talk_share=_share(total(own), spoken) if spoken >= LEAST_SPEECH_SECONDS else None,
        longest_s=round(monologue[1] - monologue[0], 2) if monologue else 0.0,
        longest_at=round(monologue[0], 2) if monologue else None,
        first_words_s=round(own[0][0], 2) if own else None,
        response_s=None if pause is None else round(pause, 2),
        interruptions=len(figures.interruptions(side, own, other)),
        loudness_db=_loudness(sound.sides[number], sound.rate, own),
        clipping_share=_clipping(sound.sides[number]),
    )


def _loudness(samples: Samples, rate: int, spans: Spans) -> float | None:
    """The mean level of the speech, dB below full scale."""
    power = count = 0.0
    for start, end in spans:
        stretch = samples[int(start * rate) : int(end * rate)].astype(np.float32)
        power, count = power + float(np.dot(stretch, stretch)), count + len(stretch)
    return round(10 * float(np.log10(power / count / FULL_SCALE**2 + 1e-12)), 1) if count else None


def _clipping(samples: Samples) -> float:
    if not len(samples):
        return 0.0
    clipped = np.count_nonzero(samples >= CLIPPED) + np.count_nonzero(samples <= -CLIPPED)
    return round(float(clipped) / len(samples), 6)


def _with_words(report: Report, words: Transcript, engine: Engine) -> Report:
    every = [word.sure for segment in words.segments for word in segment.words]
    return msgspec.structs.replace(
        report,
        language=words.language,
        engine=engine.name,
        model=engine.model,
        transcript=words.segments,
        sure=round(sum(every) / len(every), 3) if every else None,
    )


def _noted(report: Report, note: str) -> Report:
    return msgspec.structs.replace(report, notes=(*report.notes, note))
