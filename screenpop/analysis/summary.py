"""A conversation in a few of its own sentences: why the customer called, what mattered, what is to be done."""

import math
from collections.abc import Iterable, Sequence

from screenpop.analysis.keywords import Weights, keywords, weights
from screenpop.analysis.model import SIDES, Sentence, Summary
from screenpop.analysis.ready import Ready, has
from screenpop.analysis.speech import is_question
from screenpop.analysis.spoken import Utterance

MOST, LEAST = 5, 3
MOST_STEPS = 5
LEAST_WORDS = 40
"""Of both sides: what is shorter is read as quickly as a summary of it."""
_SHORT, _LONG = 5, 45
"""Words of a sentence that is worth reading."""
_REASON_WITHIN_S = 120.0
_FORMULA, _QUESTION, _AGAIN, _PROMISE = 0.3, 0.6, 0.5, 1.3


def summarise(said: Sequence[Utterance], ready: Ready | None, own_words: Iterable[str] = ()) -> Summary | None:
    """The summary of the sentences of both sides in order of time; None for too little speech."""
    if sum(len(each.tokens) for each in said) < LEAST_WORDS:
        return None
    heavy = weights(said, ready, own_words)
    why, steps = reason(said, ready), next_steps(said, ready)
    return Summary(
        keywords=keywords(said, heavy),
        sentences=tuple(_sentence(each) for each in _chosen(said, heavy, ready, why)),
        next_steps=tuple(_sentence(each) for each in steps),
        reason=_sentence(why) if why else None,
    )


def reason(said: Sequence[Utterance], ready: Ready | None) -> Utterance | None:
    """The first sentence in which the customer says why; else the first that is more than a greeting."""
    early = [each for each in said if each.side == "customer" and each.start - said[0].start < _REASON_WITHIN_S]
    full = [each for each in early if len(each.tokens) >= _SHORT]
    if ready is None:
        return None
    plain = (each for each in full if not has(ready.formulas, each.tokens))
    return next((each for each in full if has(ready.reasons, each.tokens)), next(plain, None))


def next_steps(said: Sequence[Utterance], ready: Ready | None) -> list[Utterance]:
    """Sentences in which somebody promises something, or is asked for something, for after the call."""
    if ready is None:
        return []
    found = [each for each in said if _promises(each, ready)]
    return found[-MOST_STEPS:]


def _promises(said: Utterance, ready: Ready) -> bool:
    return has(ready.promises, said.tokens) and not has(ready.not_promises, said.tokens)


def _chosen(said: Sequence[Utterance], heavy: Weights, ready: Ready | None, why: Utterance | None) -> list[Utterance]:
    """The heaviest sentences, each lighter by what was said before; of each side at least one; in order of time."""
    left = {place: each for place, each in enumerate(said) if _SHORT <= len(each.tokens) <= _LONG and each is not why}
    chosen = {place for place, each in enumerate(said) if each is why}
    worth = dict(heavy)
    wanted = min(MOST, max(LEAST, len(said) // 8))
    while left and len(chosen) < wanted:
        best = max(left, key=lambda place: (_worth(left[place], worth, ready), -place))
        if _worth(left[best], worth, ready) <= 0:
            break
        for token in left.pop(best).tokens:
            worth[token.text] = worth.get(token.text, 0.0) * _AGAIN
        chosen.add(best)
        left = _other_side(said, chosen, left) if len(chosen) == wanted - 1 else left
    return [said[place] for place in sorted(chosen)]


def _other_side(said: Sequence[Utterance], chosen: set[int], left: dict[int, Utterance]) -> dict[int, Utterance]:
    """For the last place: of the side that has none yet, where it said anything."""
    missing = {side for side in SIDES if all(said[place].side != side for place in chosen)}
    others = {place: each for place, each in left.items() if each.side in missing}
    return others or left


def _worth(said: Utterance, heavy: Weights, ready: Ready | None) -> float:
    value = sum(heavy.get(word, 0.0) for word in {token.text for token in said.tokens})
    value /= math.sqrt(len(said.tokens))
    if ready is None:
        return value
    value *= _FORMULA if has(ready.formulas, said.tokens) else 1.0
    value *= _PROMISE if _promises(said, ready) else 1.0
    return value * (_QUESTION if is_question(said, ready) else 1.0)


def _sentence(said: Utterance) -> Sentence:
    return Sentence(side=said.side, start=said.start, text=said.text)
