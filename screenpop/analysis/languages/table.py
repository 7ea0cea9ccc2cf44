"""The form of a language's tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, one a line or with commas between."""
    return tuple(part.strip() for line in text.splitlines() for part in line.split(",") if part.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All phrases are written as `screenpop.analysis.phrases` reads them."""

    code: str
    stopwords: frozenset[str]
    """Say nothing about the subject."""
    fillers: tuple[str, ...]
    """Fill a pause."""
    asks_first: tuple[str, ...]
    """What a question begins with, also where the engine wrote no question mark."""
    asks_anywhere: tuple[str, ...] = ()
    tones: Mapping[float, tuple[str, ...]]
    """Value, -3 (awful) to 3 (wonderful), -> phrases."""
    rated: Callable[[], Mapping[float, tuple[str, ...]]] | None = None
    """More words with their tone, from elsewhere; where `tones` knows a word, that counts."""
    negators: frozenset[str]
    negates_ahead: int
    """So many words before a phrase can turn it round."""
    negates_behind: int
    """So many words after it can."""
    boosters: Mapping[str, float]
    """Word -> by how much it multiplies what follows."""
    reasons: tuple[str, ...]
    """How people say why they call."""
    promises: tuple[str, ...]
    """What somebody will do after the call."""
    not_promises: tuple[str, ...] = ()
    """What looks alike, but is done within the call."""
    formulas: tuple[str, ...] = ()
    """Greetings and the like: nothing to put into a summary."""
