"""What is typed into the search box, and where in a call its words stand."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from screenpop.calls.search_words import Term, expression, number_parts, terms
from screenpop.calls.snippets import snippet
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.limit import TooSlow, time_limit

pytestmark = pytest.mark.feature("ANAL-05")


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("Refund  PRICE", [Term("refund"), Term("price")]),
        ("“Thank you” now", [Term("thank you"), Term("now")]),
        ('"open end', [Term("open end")]),
        ("refu* re*", [Term("refu", begins=True), Term("re")]),
        ('"thank yo"*', [Term("thank yo", begins=True)]),
        ("a AND b", [Term("a"), Term("and"), Term("b")]),
        ("*** () -", []),
    ],
)
def test_box_is_read_into_terms(q: str, wanted: list[Term]) -> None:
    assert list(terms(q)) == wanted


@given(st.text(max_size=60))
def test_no_text_is_an_operator_of_the_index(q: str) -> None:
    quoted = expression(terms(q)).replace("AND", "").replace("*", "")
    assert quoted.count('"') % 2 == 0
    assert "".join(quoted.split('"')[::2]).strip() == ""


@pytest.mark.parametrize(
    ("part", "parts"),
    [
        ("+49 30", ("+4930",)),
        ("0049 30", ("004930", "+4930")),
        ("030 12", ("03012", "+4903012", "+493012")),
        ("4567", ("4567",)),
        ("abc", ()),
    ],
)
def test_part_of_a_number_is_meant_as_people_write_it(part: str, parts: tuple[str, ...]) -> None:
    assert number_parts(part, Numbers("DE")) == parts


def test_snippet_marks_the_words_as_they_were_written() -> None:
    said = "Well, " * 20 + "the Größe of THE refund, please, is <b>large</b>. " + "Goodbye. " * 20
    pieces = snippet(said, terms("grosse refund"))
    text = "".join(words for words, _ in pieces)
    assert [words for words, marked in pieces if marked] == ["Größe", "refund"]
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert text.strip("… ") in said
    assert len(text) < 220


def test_phrase_is_marked_only_where_its_words_follow_each_other() -> None:
    assert snippet("you thank, thank you", terms('"thank you"')) == (
        ("you thank, ", False),
        ("thank", True),
        (" ", False),
        ("you", True),
    )
    assert snippet("you thank", terms('"thank you"')) == ()


@given(st.text(max_size=200), st.text(max_size=20))
def test_snippet_is_a_part_of_the_text(said: str, q: str) -> None:
    pieces = snippet(said, terms(q))
    assert "".join(words for words, _ in pieces).removeprefix("… ").removesuffix(" …") in said
    assert bool(pieces) == any(marked for _, marked in pieces)


async def test_reading_ends_when_its_time_is_up(tmp_path: Path) -> None:
    store = Store.open(default_url(tmp_path))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    async with store.read() as tx:
        with pytest.raises(TooSlow):
            async with asyncio.timeout(10), time_limit(tx, 0.05):
                await tx.execute(sa.text(endless))
        assert await tx.scalar(sa.text("SELECT 1")) == 1
    await store.close()
