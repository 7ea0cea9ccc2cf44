"""The language of phrases, held against a matcher that tries everything."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screenpop.analysis.phrases import LONGEST_PAUSE_S, MOST_GAPS, Matcher, matcher, parse
from screenpop.analysis.spoken import Token, fold, words_of
from screenpop.errors import BadInput

pytestmark = pytest.mark.feature("ANAL+13")

WORDS = st.sampled_from(["a", "b", "ab", "abc", "c", "ca"])
STEPS = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 3]), st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=2)),
    min_size=1,
    max_size=4,
).filter(lambda steps: sum(gap > 0 for gap, _ in steps[1:]) <= MOST_GAPS)
Steps = Sequence[tuple[int, Sequence[tuple[str, bool]]]]


def said(text: str, pause: dict[int, float] | None = None) -> list[Token]:
    """One word a second; `pause`: so many more seconds before the n-th word."""
    tokens, at = list[Token](), 0.0
    for place, word in enumerate(text.split()):
        at += (pause or {}).get(place, 0.0)
        tokens.append(Token(fold(word), word, "agent", at, at + 0.5))
        at += 1.0
    return tokens


def found(phrases: Sequence[str], text: str) -> list[str]:
    tokens = said(text)
    hits = matcher(enumerate(phrases)).find(tokens)
    return [" ".join(token.shown for token in tokens[hit.first : hit.last + 1]) for hit in hits]


def written(steps: Steps) -> str:
    parts = []
    for place, (gap, choices) in enumerate(steps):
        parts += [f"...{gap}"] if gap and place else []
        parts.append("|".join(word + "*" * prefix for word, prefix in choices))
    return " ".join(parts)


def naive(steps: Steps, words: Sequence[str]) -> list[tuple[int, int]]:
    """Every place, every way, by a regular expression; the first end, then on behind it."""
    expression = ""
    for place, (gap, choices) in enumerate(steps):
        step = "|".join(re.escape(word) + (r"\S*" if prefix else "") for word, prefix in choices)
        between = rf"(?:\S+ ){{0,{gap}}}?" if place else ""
        expression += f"{between}(?:{step}) "
    hits, place = list[tuple[int, int]](), 0
    while place < len(words):
        match = re.match(expression, "".join(word + " " for word in words[place:]))
        if match:
            last = place + match[0].count(" ") - 1
            hits.append((place, last))
            place = last + 1
        else:
            place += 1
    return hits


@given(STEPS, st.lists(WORDS, max_size=25))
@example([(0, [("a", False)]), (3, [("b", False)]), (0, [("c", False)])], ["a", "b", "a", "b", "c"])
def test_finds_are_those_of_a_matcher_that_tries_everything(steps: Steps, words: list[str]) -> None:
    hits = matcher([(0, written(steps))]).find(said(" ".join(words)))
    assert [(hit.first, hit.last) for hit in hits] == naive(steps, words)


@given(st.lists(STEPS, max_size=6), st.lists(WORDS, max_size=25))
def test_many_phrases_at_once_find_what_each_finds_alone(all_steps: list[Steps], words: list[str]) -> None:
    tokens = said(" ".join(words))
    together = matcher((key, written(steps)) for key, steps in enumerate(all_steps)).find(tokens)
    alone = [hit for key, steps in enumerate(all_steps) for hit in matcher([(key, written(steps))]).find(tokens)]
    by_place = sorted(alone, key=lambda hit: (hit.key, hit.first))
    assert sorted(together, key=lambda hit: (hit.key, hit.first)) == by_place


@pytest.mark.parametrize(
    ("phrase", "text", "hit"),
    [
        ("cancel*", "the Cancellation, please", "Cancellation,"),
        ("don't know", "I DONT know", "DONT know"),
        ("kündig*", "ich kundige", "kundige"),
        ("send ... invoice", "send me the last invoice", "send me the last invoice"),
        ("send … invoice", "send me only the very last invoice", ""),
        ("send ...5 invoice", "send me only the very last invoice", "send me only the very last invoice"),
        ("my | the contract", "The contract", "The contract"),
        ("e-mail", "by e mail", "e mail"),
        ("art", "start the party", ""),
        ("كتاب", "کتاب", "کتاب"),
    ],
)
def test_a_phrase_is_found_as_people_say_it(phrase: str, text: str, hit: str) -> None:
    assert found([phrase], text) == ([hit] if hit else [])


def test_persian_prefixes_belong_to_their_verb_however_they_are_written() -> None:
    assert words_of("می خواهم") == words_of("می‌خواهم") == words_of("میخواهم") == ["میخواهم"]
    assert parse("نمی خواهم") == parse("نمیخواهم")


def test_the_longest_of_the_phrases_of_one_key_is_found() -> None:
    tokens = said("thank you very much")
    hits = list(matcher([(0, "thank you"), (0, "thank you very much")]).find(tokens))
    assert [(hit.first, hit.last) for hit in hits] == [(0, 3)]


def test_gaps_do_not_multiply_the_work() -> None:
    tokens = said("a " * 40)
    compared = 0

    class Counted(frozenset[str]):
        def __contains__(self, word: object) -> bool:
            nonlocal compared
            compared += 1
            return super().__contains__(word)

    phrase = tuple(replace(step, words=Counted(step.words)) for step in parse("a ...10 a ...10 a ...10 b"))
    looking = Matcher()
    looking.add(0, phrase)
    assert list(looking.find(tokens)) == []
    assert compared < 40 * 400  # by trying everything: 40 * 1,300


def test_words_with_a_long_pause_between_are_no_phrase() -> None:
    phrase = matcher([(0, "thank you")])
    assert len(list(phrase.find(said("thank you")))) == 1
    assert list(phrase.find(said("thank you", {1: LONGEST_PAUSE_S + 1}))) == []


@pytest.mark.parametrize("phrase", ["", "...", "*", "|", "a ... b ... c ... d ... e"])
def test_what_is_no_phrase_is_refused_with_words(phrase: str) -> None:
    with pytest.raises(BadInput):
        parse(phrase)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        phrase = parse(text)
    except BadInput:
        return
    assert phrase
    assert all(step.words or step.starts for step in phrase)
