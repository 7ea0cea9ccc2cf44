"""Texts that are put into their language where they are shown."""

import pytest

from screenpop.errors import BadInput, PbxAway
from screenpop.problems import in_words, kept
from screenpop.said import Said, said

GERMAN = {"no %(thing)s": "kein %(thing)s", "there is %(why)s": "es gibt %(why)s", "light": "Licht"}


def german(text: str) -> str:
    return GERMAN.get(text, text)


@pytest.mark.parametrize("kind", [said, BadInput, PbxAway])
def test_text_and_what_stands_in_it_are_told_in_the_same_language(kind: type) -> None:
    told = kind("there is %(why)s", why=kind("no %(thing)s", thing=said("light")))
    assert (str(told), told.in_words(german)) == ("there is no light", "es gibt kein Licht")


def test_text_without_values_keeps_its_percent_sign() -> None:
    assert said("100 % of it").in_words(german) == "100 % of it"


def test_nothing_said_is_nothing_in_every_language() -> None:
    assert (Said(), Said().in_words(lambda text: f"head of the catalogue {text}")) == ("", "")


def test_kept_problem_is_told_as_what_was_kept() -> None:
    assert in_words(kept(said("no %(thing)s", thing="light")), german) == "Kein light."
