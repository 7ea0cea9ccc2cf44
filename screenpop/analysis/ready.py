"""A language's tables made ready: phrases compiled, stop words folded, once for all calls."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from screenpop.analysis.languages import LANGUAGES, Language, language_of
from screenpop.analysis.phrases import Matcher, matcher
from screenpop.analysis.spoken import Token, words_of

_SEVERAL = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Ready:
    """One language, ready to be used. `tones` finds the index of a value in `values`."""

    language: Language
    stopwords: frozenset[str]
    fillers: Matcher
    asks_first: Matcher
    asks_anywhere: Matcher
    tones: Matcher
    values: tuple[float, ...]
    negators: frozenset[str]
    boosters: dict[str, float]
    reasons: Matcher
    promises: Matcher
    not_promises: Matcher
    formulas: Matcher


def ready(code: str) -> Ready | None:
    """The tables for this language code; None for a language that has none."""
    found = language_of(code)
    return _ready(found.code) if found else None


def has(matcher: Matcher, tokens: Sequence[Token]) -> bool:
    """Is any of the matcher's phrases in these words?"""
    return next(matcher.find(tokens), None) is not None


def begins(matcher: Matcher, tokens: Sequence[Token]) -> bool:
    """Does one of the matcher's phrases stand at the begin of these words?"""
    found = next(matcher.find(tokens), None)
    return found is not None and found.first == 0


@cache
def _ready(code: str) -> Ready:
    of = LANGUAGES[code]
    tones, values = _toned(of)
    return Ready(
        language=of,
        stopwords=_folded(of.stopwords),
        fillers=_all(of.fillers),
        asks_first=_all(of.asks_first),
        asks_anywhere=_all(of.asks_anywhere),
        tones=tones,
        values=values,
        negators=_folded(of.negators),
        boosters={word: factor for written, factor in of.boosters.items() for word in words_of(written)},
        reasons=_all(of.reasons),
        promises=_all(of.promises),
        not_promises=_all(of.not_promises),
        formulas=_all(of.formulas),
    )


def _toned(of: Language) -> tuple[Matcher, tuple[float, ...]]:
    own = _all(phrase for phrases in of.tones.values() for phrase in phrases if not _SEVERAL.search(phrase))
    tones = dict(of.tones)
    for value, words in (of.rated() if of.rated else {}).items():
        tones[value] = (*tones.get(value, ()), *(word for word in words if not own.knows(word)))
    values = tuple(tones)
    return matcher((place, phrase) for place, value in enumerate(values) for phrase in tones[value]), values


def _all(phrases: Iterable[str]) -> Matcher:
    return matcher((0, phrase) for phrase in phrases)


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(part for word in words for part in words_of(word))
