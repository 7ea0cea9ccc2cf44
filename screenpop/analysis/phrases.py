"""Phrases that are looked for in spoken words: a small language, and its matcher.

A phrase is words in their order. `cancel*` stands for every word that begins so, `my|the` for one of both, and `...`
for up to three other words, `...5` for up to five. Case, accents and apostrophes do not matter.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from screenpop.analysis.spoken import Token, words_of
from screenpop.errors import BadInput

GAP = 3
MOST_GAP = 10
MOST_GAPS = 3
"""In one phrase."""
LONGEST_PAUSE_S = 3.0
"""Seconds between two words of a phrase: what is further apart was not said in one go."""

_GAP = re.compile(r"(?:\.{3}|…)(\d{0,2})")
_APART = re.compile(r"(?<!\w)(ن?می)\s+(?=\w)")


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a phrase: one of `words`, or one that begins with one of `starts`; up to `gap` words before it."""

    words: frozenset[str]
    starts: tuple[str, ...]
    gap: int = 0

    def fits(self, text: str) -> bool:
        """Is `text` such a word?"""
        return text in self.words or bool(self.starts and text.startswith(self.starts))


Phrase = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The phrase `key` stands at `tokens[first:last + 1]`."""

    key: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Matcher:
    """Many phrases looked for in one pass. Each has a key; of one key, finds do not overlap."""

    exact: dict[str, list[tuple[int, Phrase]]] = field(default_factory=dict)
    prefixed: dict[str, list[tuple[int, Phrase]]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)

    def add(self, key: int, phrase: Phrase) -> None:
        """Look for `phrase` too."""
        for word in phrase[0].words:
            self.exact.setdefault(word, []).append((key, phrase))
        for start in phrase[0].starts:
            self.prefixed.setdefault(start, []).append((key, phrase))
            self.lengths.add(len(start))

    def knows(self, word: str) -> bool:
        """Does a phrase begin with this word?"""
        return next(self._candidates(word), None) is not None

    def find(self, tokens: Sequence[Token]) -> Iterator[Found]:
        """All finds in the words of one side, by their first word; at one place the longest one of each key."""
        free: dict[int, int] = {}
        candidates = {word: tuple(self._candidates(word)) for word in {token.text for token in tokens}}
        for place, token in enumerate(tokens):
            if not candidates[token.text]:
                continue
            ends: dict[int, int] = {}
            for key, phrase in candidates[token.text]:
                if free.get(key, 0) <= place and (end := _end(phrase, tokens, place, set())) is not None:
                    ends[key] = max(end, ends.get(key, -1))
            for key in sorted(ends):
                free[key] = ends[key] + 1
                yield Found(key, place, ends[key])

    def _candidates(self, text: str) -> Iterator[tuple[int, Phrase]]:
        yield from self.exact.get(text, ())
        for length in self.lengths:
            if length <= len(text):
                yield from self.prefixed.get(text[:length], ())


def matcher(phrases: Iterable[tuple[int, str]]) -> Matcher:
    """A matcher for phrases with their keys. Raises BadInput for a phrase that cannot be read."""
    made = Matcher()
    for key, written in phrases:
        made.add(key, parse(written))
    return made


def parse(written: str) -> Phrase:
    """A phrase as it was written. Raises BadInput with words on what is wrong."""
    steps: list[Step] = []
    gap = 0
    for part in _parts(written):
        if part.startswith("…"):
            gap = _gap(part[1:])
            continue
        for step in _steps(part):
            steps.append(Step(step.words, step.starts, gap if steps else 0))
            gap = 0
    if not steps:
        raise BadInput("A phrase needs at least one word: %(phrase)s", "phrases", phrase=written)
    if sum(step.gap > 0 for step in steps) > MOST_GAPS:
        raise BadInput("A phrase has at most %(most)s gaps: %(phrase)s", "phrases", most=MOST_GAPS, phrase=written)
    return tuple(steps)


def _parts(written: str) -> list[str]:
    marked = _GAP.sub(lambda found: f" …{found[1]} ", "|".join(each.strip() for each in written.split("|")))
    return _APART.sub(r"\1", marked).split()


def _gap(digits: str) -> int:
    return min(int(digits), MOST_GAP) if digits else GAP


def _steps(part: str) -> list[Step]:
    """`a|b*` is one step; a part that holds several words (`e-mail`) is one step for each."""
    if "|" not in part:
        folded = words_of(part)
        return [_step([word + "*" * (part.endswith("*") and word is folded[-1])]) for word in folded]
    choices = [("".join(words_of(choice)) + "*" * choice.endswith("*")) for choice in part.split("|")]
    return [_step([choice for choice in choices if choice.strip("*")])] if any(c.strip("*") for c in choices) else []


def _step(choices: list[str]) -> Step:
    starts = tuple(sorted({choice[:-1] for choice in choices if choice.endswith("*")}))
    shortest = tuple(start for start in starts if not any(start != o and start.startswith(o) for o in starts))
    whole = {choice for choice in choices if not choice.endswith("*")}
    return Step(frozenset(word for word in whole if not (shortest and word.startswith(shortest))), shortest)


def _end(phrase: Phrase, tokens: Sequence[Token], place: int, dead: set[tuple[int, int]], at: int = 0) -> int | None:
    """The last word of the phrase whose word number `at` stands at `place`, by the smallest gaps; None where the rest
    is not there. `dead`: what was tried in vain, so that gaps do not multiply the work."""
    if at + 1 == len(phrase):
        return place
    step = phrase[at + 1]
    for further in range(place + 1, min(place + 2 + step.gap, len(tokens))):
        if tokens[further].start - tokens[further - 1].end > LONGEST_PAUSE_S:
            break
        if (at + 1, further) not in dead and step.fits(tokens[further].text):
            end = _end(phrase, tokens, further, dead, at + 1)
            if end is not None:
                return end
    dead.add((at, place))
    return None
