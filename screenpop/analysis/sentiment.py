"""The tone of a conversation, by the words that carry one, with negation and emphasis; and how it went on."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from screenpop.analysis.model import Mood, Sentiment, Side
from screenpop.analysis.phrases import Found
from screenpop.analysis.ready import Ready
from screenpop.analysis.spoken import Token, Utterance

LEAST_WORDS = 30
"""Of both sides together: below that nothing is said."""
LEAST_OF_SIDE = 12
WINDOW_S = 30.0
TURN = 0.25
"""By so much the last third must differ from the first to be called a trend."""
_BAD = -0.02
"""And one of both must be bad: that people end with thanks is no improvement."""

_ROUND = 6.0
"""Softens the sum of a sentence into -1 to 1."""
_TURNED = {True: -0.6, False: -0.4}
"""A positive word negated is bad ("not happy"); a negative one negated is mildly good ("no problem")."""
_WEIGHT: dict[Side, float] = {"customer": 1.0, "agent": 0.5}
"""An agent repeats the customer's trouble and is friendly by duty: the tone is the customer's first."""
_IN_QUESTION = 0.5

Trend = Literal["improving", "stable", "deteriorating"]


@dataclass(frozen=True, slots=True)
class Toned:
    """A sentence with a tone: -1 to 1."""

    side: Side
    at: float
    value: float


def sentiment(said: Sequence[Utterance], ready: Ready, sure: float | None = None) -> Sentiment | None:
    """The tone of these sentences of both sides; None for too little speech. `sure`: how sure the words are."""
    words = sum(len(each.tokens) for each in said)
    if words < LEAST_WORDS:
        return None
    toned = [tone for each in said if (tone := tone_of(each, ready)) is not None]
    spoken: dict[Side, int] = {side: sum(len(x.tokens) for x in said if x.side == side) for side in _WEIGHT}
    by_side = {
        side: _mean(x for x in toned if x.side == side) if spoken[side] >= LEAST_OF_SIDE else None for side in spoken
    }
    evidence = len(toned) + words / 100
    return Sentiment(
        overall=_mean(toned),
        agent=by_side["agent"],
        customer=by_side["customer"],
        trend=trend(toned, min(x.start for x in said), max(x.end for x in said)),
        course=course(toned),
        sure=round(evidence / (evidence + 4) * (1.0 if sure is None else sure), 2),
    )


def tone_of(said: Utterance, ready: Ready) -> Toned | None:
    """The tone of one sentence, None where no word of it has any."""
    found = list(_strongest(ready.tones.find(said.tokens), ready))
    if not found:
        return None
    total = sum(_value(each, said.tokens, ready) for each in found)
    value = total / math.sqrt(total * total + _ROUND) * (_IN_QUESTION if said.asks else 1)
    return Toned(said.side, said.start, round(value, 3))


def trend(toned: Sequence[Toned], start: float, end: float) -> Trend:
    """The last third of the conversation against the first; stable where one of them has no tone at all."""
    third = (end - start) / 3
    first = [each for each in toned if each.at < start + third]
    last = [each for each in toned if each.at >= end - third]
    before, after = _mean(first), _mean(last)
    if not first or not last or abs(after - before) < TURN:
        return "stable"
    if after > before:
        return "improving" if before < _BAD else "stable"
    return "deteriorating" if after < _BAD else "stable"


def course(toned: Iterable[Toned]) -> tuple[Mood, ...]:
    """The tone over time: a point for each side in each window in which its words had one."""
    windows: dict[tuple[int, Side], list[Toned]] = {}
    for each in toned:
        windows.setdefault((int(each.at // WINDOW_S), each.side), []).append(each)
    return tuple(
        Mood(at=(number + 0.5) * WINDOW_S, side=side, value=round(sum(x.value for x in inside) / len(inside), 3))
        for (number, side), inside in sorted(windows.items())
    )


def _mean(toned: Iterable[Toned]) -> float:
    """Weighted, and drawn to 0 where there is little to go by."""
    each = list(toned)
    weight = sum(_WEIGHT[x.side] for x in each)
    return round(sum(x.value * _WEIGHT[x.side] for x in each) / (weight + 1), 3)


def _strongest(found: Iterable[Found], ready: Ready) -> Iterable[Found]:
    """Of finds that share words the longest one, then the strongest: `very kind` is not `kind` as well."""
    ranked = sorted(found, key=lambda each: (each.first - each.last, -abs(ready.values[each.key])))
    taken: set[int] = set()
    for each in ranked:
        places = set(range(each.first, each.last + 1))
        if not places & taken:
            taken |= places
            yield each


def _value(found: Found, tokens: Sequence[Token], ready: Ready) -> float:
    language, value = ready.language, ready.values[found.key]
    before = [token.text for token in tokens[max(0, found.first - language.negates_ahead) : found.first]]
    behind = [token.text for token in tokens[found.last + 1 : found.last + 1 + language.negates_behind]]
    for word in before[-2:]:
        value *= ready.boosters.get(word, 1.0)
    if any(word in ready.negators for word in (*before, *behind)):
        value *= _TURNED[value > 0]
    return value
