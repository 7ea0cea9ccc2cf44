"""English words that people have rated, beside our own table of phrases; where both know a word, ours counts."""

from collections.abc import Mapping
from importlib import resources

from screenpop.analysis.languages.table import words

SCALE = 0.5
"""The ratings go to 4, and a word of theirs is less sure than a phrase of ours."""

_SAID_ANYWAY = words(
    """please help helping helps thank thanks like liked well sure yes okay no hello hi cancel cancelled pay paying
    support share save saved number interest interested dear sorry problem problems care matter matters want wants wanted
    true fine good charge charged charges promise promised credit certain clear clearly agree heard free fee top
    no number play party stop stops stopped stuck"""
)
"""Words of the trade and of politeness: on the phone they say nothing about the tone."""


def rated_words() -> Mapping[float, tuple[str, ...]]:
    """Value in steps of a half -> words."""
    found: dict[float, list[str]] = {}
    for line in (resources.files(__package__) / "vader" / "words.txt").read_text("ascii").splitlines():
        word, rating = line.split()
        value = round(float(rating) * SCALE * 2) / 2
        if value and word not in _SAID_ANYWAY:
            found.setdefault(value, []).append(word)
    return {value: tuple(each) for value, each in found.items()}
