"""The transcript as the page shows it: a line a breath, its words with their times."""

from collections.abc import Iterable
from dataclasses import dataclass

from screenpop.analysis.model import Segment, Side

UNSURE = 0.5
"""Words that the engine is less sure of are marked."""
FROM_RIGHT = frozenset({"ar", "arc", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})
"""Languages that are written from right to left."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one side said in one breath. `words`: start, length (both in hundredths) and certainty (percent) of each
    word of `text`, which are apart by single spaces; "" where no times of words are known."""

    side: Side
    start: float
    end: float
    text: str
    words: str
    turns: bool
    """The other side spoke before."""


def lines(transcript: Iterable[Segment]) -> list[Line]:
    """The transcript in the order of time."""
    shown: list[Line] = []
    for each in sorted(transcript, key=lambda segment: segment.start):
        turns = not shown or shown[-1].side != each.side
        shown.append(Line(each.side, each.start, each.end, _text(each), _words(each), turns))
    return shown


def way(language: str) -> str:
    """How a transcript in this language (ISO 639) is laid out: `rtl`, `ltr`; `auto` where the language is unknown."""
    if not language:
        return "auto"
    return "rtl" if language.partition("-")[0].lower() in FROM_RIGHT else "ltr"


def as_text(shown: Iterable[Line], names: dict[Side, str]) -> str:
    """The transcript to be copied: a line for each time that the speaker changes."""
    told: list[str] = []
    for line in shown:
        if line.turns:
            told.append(f"[{int(line.start) // 60}:{int(line.start) % 60:02}] {names[line.side]}: {line.text}")
        else:
            told[-1] += f" {line.text}"
    return "\n".join(told)


def _text(segment: Segment) -> str:
    """Words with single spaces between: their places in the text are counted."""
    texts = [" ".join(word.text.split()) for word in segment.words] or segment.text.split()
    return " ".join(text for text in texts if text)


def _words(segment: Segment) -> str:
    spoken = [word for word in segment.words if word.text.strip()]
    return " ".join(
        f"{round(word.start * 100)},{round((word.end - word.start) * 100)},{round(word.sure * 100)},{_parts(word.text)}"
        for word in spoken
    )


def _parts(text: str) -> int:
    """A word of the engine may hold spaces."""
    return len(text.split())
