"""Problems are kept so that everybody reads them in their own language, also those of earlier versions."""

import pytest

from screenpop.errors import BadInput, RingdeskError
from screenpop.problems import in_words, kept
from screenpop.said import Said, said

GERMAN = {
    "the file is gone": "die Datei ist fort",
    "It has %(count)d parts of %(file)s.": "Zwei: %(count)d in %(file)s.",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


def test_texts_and_their_values_are_told_in_the_reader_s_language() -> None:
    one = RingdeskError("the file is gone")
    other = BadInput("It has %(count)d parts of %(file)s.", file="a 100 % sure.wav", count=2)
    column = kept(one, other)
    assert in_words(column) == "The file is gone. It has 2 parts of a 100 % sure.wav."
    assert in_words(column, german) == "Die Datei ist fort. Zwei: 2 in a 100 % sure.wav."


def test_other_values_are_kept_as_they_read() -> None:
    column = kept(RingdeskError("cannot read: %(why)s", why=OSError("away")))
    assert in_words(column) == "Cannot read: away."


def test_value_that_could_be_put_into_words_is_kept_in_english() -> None:
    column = kept(RingdeskError("cannot read: %(why)s", why=said("%(file)s is gone", file="a.wav")))
    assert in_words(column) == "Cannot read: a.wav is gone."


def test_nothing_is_an_empty_column() -> None:
    assert (kept(), in_words("")) == ("", "")


@pytest.mark.parametrize(
    "column", ["The worker ended.", "[1] is wrong.", '[{"text": 3}]', '[{"other": "x"}]', "{}", "7"]
)
def test_what_an_earlier_version_wrote_is_shown_as_it_is(column: str) -> None:
    assert in_words(column, german).rstrip(".") == column.rstrip(".")


def test_no_words_at_all_are_none_in_another_language_either() -> None:
    """A catalogue answers "" with its own head."""
    assert Said().in_words(lambda text: text or "Project-Id-Version: 1") == ""
