"""The words that a conversation turns around."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from screenpop.analysis.ready import Ready
from screenpop.analysis.spoken import Token, Utterance, words_of

MOST = 8
SHORTEST = 3
SHORTEST_UNKNOWN = 6
"""Letters of a keyword where no list of stop words helps."""
_BOTH_SIDES = 1.5
_PAIR = 1.6

Weights = dict[str, float]


def weights(said: Sequence[Utterance], ready: Ready | None, own_words: Iterable[str] = ()) -> Weights:
    """How much each folded word counts: often said counts more, said by both sides more still."""
    skipped = _skipped(ready, own_words)
    least = SHORTEST if ready else SHORTEST_UNKNOWN
    counts: Counter[str] = Counter()
    sides: dict[str, set[str]] = {}
    for token in _tokens(said):
        if len(token.text) >= least and token.text not in skipped and not token.text.isdigit():
            counts[token.text] += 1
            sides.setdefault(token.text, set()).add(token.side)
    return {word: count * (_BOTH_SIDES if len(sides[word]) > 1 else 1.0) for word, count in counts.items()}


def keywords(said: Sequence[Utterance], heavy: Weights) -> tuple[str, ...]:
    """The heaviest words and pairs of words, as they were written; what was said once only if it was said in one
    breath with another of them."""
    written = _as_written(said, heavy)
    pairs = Counter(
        (one.text, two.text)
        for each in said
        for one, two in pairwise(each.tokens)
        if one.text in heavy and two.text in heavy and one.text != two.text
    )
    scored: dict[tuple[str, ...], float] = {(word,): weight for word, weight in heavy.items()}
    scored |= {pair: (heavy[pair[0]] + heavy[pair[1]]) / 2 * _PAIR for pair, count in pairs.items() if count > 1}
    return _chosen(scored, written)


def _chosen(scored: dict[tuple[str, ...], float], written: dict[str, str]) -> tuple[str, ...]:
    taken: set[str] = set()
    chosen: list[str] = []
    for words in sorted(scored, key=lambda each: (-scored[each], each)):
        if taken.isdisjoint(words) and scored[words] > 1:
            chosen.append(" ".join(written[word] for word in words))
            taken.update(words)
    return tuple(chosen[:MOST])


def _as_written(said: Sequence[Utterance], heavy: Weights) -> dict[str, str]:
    forms: dict[str, Counter[str]] = {}
    for token in _tokens(said):
        if token.text in heavy:
            bare = token.shown.strip(".,;:!?؟،؛…\"'()«»„“”-") or token.text
            forms.setdefault(token.text, Counter())[bare] += 1
    return {word: counted.most_common(1)[0][0] for word, counted in forms.items()}


def _skipped(ready: Ready | None, own_words: Iterable[str]) -> frozenset[str]:
    own = {word for text in own_words for word in words_of(text)}
    return (ready.stopwords if ready else frozenset()) | own


def _tokens(said: Sequence[Utterance]) -> Iterable[Token]:
    return (token for each in said for token in each.tokens)
