"""From a side's speech to segments with words: speech alone is packed into stretches that an engine takes at once.

Between two pieces stands a short silence, and what is heard is put back to its time. So nothing is heard where nobody
speaks, and a minute with three words costs as much as three words.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ari_app.analysis.engines import Engine
from ari_app.analysis.sound import RATE, Floats, Sound
from screenpop.analysis.figures import Spans, joined, total
from screenpop.analysis.model import SIDES, Segment, Word

AROUND_SECONDS = 0.2
"""Heard before and after each piece of speech: a soft consonant is no speech to a voice detector."""
APART_SECONDS = 0.3
BREATH_SECONDS = 0.8
"""A longer pause between words begins a new segment."""
SENTENCE_PAUSE_SECONDS = 0.25
SENTENCE_ENDS = (".", "?", "!", "。", "؟", "？", "！", "۔", "।")
FASTEST_WORDS = 12.0
"""Words a second that nobody can say: made up by the engine."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one side: from `start` to `end` in the recording, at `at` seconds of its pack."""

    start: float
    end: float
    at: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Both sides, in the order of time."""

    language: str
    segments: tuple[Segment, ...]


def transcribe(sound: Sound, talk: Sequence[Spans], engine: Engine, language: str, progress: Progress) -> Transcript:
    """What both sides say; `talk` is their speech. `progress` hears shares of the work done (0 to 1)."""
    language = language or _language(sound, talk, engine)
    packs = [(side, pack) for side, spans in enumerate(talk) for pack in packed(spans, sound.seconds, engine.longest)]
    words: dict[int, list[Word]] = {0: [], 1: []}
    for number, (side, pack) in enumerate(packs):
        heard = engine.hear(_samples(sound, side, pack), language)
        language = language or heard.language
        words[side] += placed(heard.words, pack)
        progress((number + 1) / len(packs))
    segments = [one for number, side in enumerate(SIDES) for one in segmented(side, words[number])]
    return Transcript(language, tuple(sorted(segments, key=lambda segment: (segment.start, segment.end))))


def packed(spans: Spans, seconds: float, longest: float) -> list[list[Piece]]:
    """Speech in packs of at most `longest` seconds, cut in pauses wherever that can be."""
    wide = joined((max(start - AROUND_SECONDS, 0.0), min(end + AROUND_SECONDS, seconds)) for start, end in spans)
    packs: list[list[Piece]] = []
    used = longest
    for start, end in _cut(wide, longest):
        if used + end - start > longest:
            packs.append([])
            used = 0.0
        packs[-1].append(Piece(start, end, used))
        used += end - start + APART_SECONDS
    return packs


def _cut(spans: Spans, longest: float) -> Iterable[tuple[float, float]]:
    for start, end in spans:
        while end - start > longest:
            yield start, start + longest
            start += longest
        yield start, end


def _samples(sound: Sound, side: int, pack: Sequence[Piece]) -> Floats:
    gap = np.zeros(int(APART_SECONDS * RATE), np.float32)
    parts: list[Floats] = []
    for piece in pack:
        wanted = round((piece.end - piece.start) * RATE)
        stretch = sound.at_16k(side, piece.start, piece.end)[:wanted]
        parts += [np.pad(stretch, (0, wanted - len(stretch))), gap]
    return np.concatenate(parts[:-1])


def placed(words: Iterable[Word], pack: Sequence[Piece]) -> list[Word]:
    """The words at their times in the recording, each within the piece that most of it was heard in."""
    result = []
    for word in words:
        piece = max(pack, key=lambda one: _shared(one, word))
        if _shared(piece, word) < -APART_SECONDS / 2:
            continue
        start = min(max(word.start - piece.at + piece.start, piece.start), piece.end)
        end = min(max(word.end - piece.at + piece.start, start), piece.end)
        result.append(Word(start=round(start, 2), end=round(end, 2), text=word.text, sure=round(word.sure, 3)))
    return _possible(result)


def _shared(piece: Piece, word: Word) -> float:
    """Seconds of the word within the piece; the distance, negative, where there are none."""
    return min(piece.at + piece.end - piece.start, word.end) - max(piece.at, word.start)


def _possible(words: list[Word]) -> list[Word]:
    """Without what no mouth can say: a loop of the engine puts dozens of words into no time."""
    if len(words) > FASTEST_WORDS * max(total(joined((word.start, word.end) for word in words)), 1.0):
        return []
    return words


def segmented(side: str, words: Sequence[Word]) -> list[Segment]:
    """Words gathered to what was said in one breath."""
    groups: list[list[Word]] = []
    for word in words:
        if not groups or _begins_anew(groups[-1][-1], word):
            groups.append([])
        groups[-1].append(word)
    return [_segment(side, group) for group in groups]


def _begins_anew(before: Word, word: Word) -> bool:
    pause = word.start - before.end
    return pause > BREATH_SECONDS or (pause > SENTENCE_PAUSE_SECONDS and before.text.rstrip().endswith(SENTENCE_ENDS))


def _segment(side: str, words: Sequence[Word]) -> Segment:
    plain = tuple(Word(start=one.start, end=one.end, text=one.text.strip(), sure=one.sure) for one in words)
    return Segment(
        side=side,  # type: ignore[arg-type]
        start=words[0].start,
        end=words[-1].end,
        text="".join(word.text for word in words).strip(),
        words=plain,
        sure=round(sum(word.sure for word in words) / len(words), 3),
    )


def _language(sound: Sound, talk: Sequence[Spans], engine: Engine) -> str:
    """Of who speaks more: both sides of a call speak one language."""
    side = max((0, 1), key=lambda number: total(talk[number]))
    packs = packed(talk[side], sound.seconds, min(engine.longest, 29.0))
    return engine.language_of(_samples(sound, side, packs[0])) if packs else ""
