"""Spoken words made alike and put in a row: what every rule about the words of a conversation works on."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from screenpop.analysis.model import Segment, Side, Word

BREATH_S = 1.2
"""A pause that ends a sentence which the engine did not end, in seconds."""
LONGEST_SENTENCE = 60
"""Words; an engine that writes no stops must not make one sentence of a whole call."""

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه"}
    | {"\u200c": None, "\u200d": None, "\u0640": None, "'": None, "’": None, "‘": None, "`": None}
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
)
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?؟…。]+[\"'”»)]*$")
_ASKS = re.compile(r"[?؟][\"'”»)!]*$")
_APART = {"می", "نمی"}
"""Persian prefixes that some write apart: they belong to the verb that follows."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, folded. `shown` is how the engine wrote it, stops included; times are seconds."""

    text: str
    shown: str
    side: Side
    start: float
    end: float
    ends_sentence: bool = False


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence as one side said it."""

    side: Side
    tokens: tuple[Token, ...]

    @property
    def start(self) -> float:
        """When it began, in seconds."""
        return self.tokens[0].start

    @property
    def end(self) -> float:
        """When it ended, in seconds."""
        return self.tokens[-1].end

    @property
    def text(self) -> str:
        """As the engine wrote it."""
        return shown(self.tokens)

    @property
    def asks(self) -> bool:
        """The engine put a question mark behind it."""
        return bool(_ASKS.search(self.tokens[-1].shown))


def fold(text: str) -> str:
    """`text` without case, diacritics and apostrophes; digits and letters that look alike are one."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The folded words of a text that was written."""
    return list(_joined(_WORD.findall(fold(text))))


def tokens_of(segments: Iterable[Segment], side: Side) -> tuple[Token, ...]:
    """All that `side` said, in order of time."""
    own = sorted((segment for segment in segments if segment.side == side), key=lambda segment: segment.start)
    return tuple(_together([token for segment in own for token in _tokens(segment)]))


def utterances(tokens: Sequence[Token]) -> tuple[Utterance, ...]:
    """The sentences of one side: they end at a stop, at a breath, or where they become too long."""
    found: list[Utterance] = []
    begin = 0
    for place, token in enumerate(tokens, start=1):
        if place == len(tokens) or _over(tokens, begin, place, token):
            found.append(Utterance(token.side, tuple(tokens[begin:place])))
            begin = place
    return tuple(found)


def shown(tokens: Sequence[Token]) -> str:
    """As the engine wrote these words."""
    return " ".join(token.shown for token in tokens if token.shown)


def _over(tokens: Sequence[Token], begin: int, place: int, token: Token) -> bool:
    pause = tokens[place].start - token.end
    return token.ends_sentence or pause > BREATH_S or place - begin >= LONGEST_SENTENCE


def _tokens(segment: Segment) -> Iterator[Token]:
    for word in segment.words or tuple(_timed(segment)):
        parts = _WORD.findall(fold(word.text))
        for part in parts:
            last = part is parts[-1]
            yield Token(
                text=part,
                shown=word.text.strip() if part is parts[0] else "",
                side=segment.side,
                start=word.start,
                end=word.end,
                ends_sentence=last and bool(_ENDS.search(word.text.strip())),
            )


def _timed(segment: Segment) -> Iterator[Word]:
    """Words of an engine that gives no times: each takes its share of the segment's time by its length."""
    texts = segment.text.split()
    whole = sum(map(len, texts)) or 1
    at, span = 0, segment.end - segment.start
    for text in texts:
        start, at = at, at + len(text)
        yield Word(start=segment.start + span * start / whole, end=segment.start + span * at / whole, text=text)


def _together(tokens: Sequence[Token]) -> Iterator[Token]:
    kept: Token | None = None
    for token in tokens:
        if kept is not None:
            text, shown_ = kept.text + token.text, f"{kept.shown} {token.shown}"
            token = Token(text, shown_, token.side, kept.start, token.end, token.ends_sentence)
            kept = None
        if token.text in _APART and not token.ends_sentence:
            kept = token
        else:
            yield token
    if kept is not None:
        yield kept


def _joined(words: Iterable[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if word in _APART and not before:
            before = word
        else:
            yield before + word
            before = ""
    if before:
        yield before
