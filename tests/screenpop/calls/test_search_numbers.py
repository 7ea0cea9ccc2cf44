"""One number, however it is written: each way finds its calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.calls.search_words import number_parts
from screenpop.numbers import Numbers

NUMBERS = Numbers("DE")
KEY = "+49301234567"
pytestmark = pytest.mark.feature("CALL-31")


def finds(part: str, key: str = KEY) -> bool:
    return any(each in key for each in number_parts(part, NUMBERS))


@pytest.mark.parametrize(
    "written",
    [
        *("+49 (0)30 1234567", "+49(0)30 12", "+49 ( 0 ) 30", "0049 (0)30 1234567", "0049(0)30", "+49 030 1234567"),
        *("030/1234567", "(030) 1234-567", "+49-30-1234567", "49301234567", "30 1234", "0 30 12", "۰۳۰۱۲۳۴", "+4"),
    ],
)
def test_every_way_to_write_it_finds_it(written: str) -> None:
    assert finds(written)


@pytest.mark.parametrize("written", ["+49 (0)31", "+43 (0)30", "031", "00 43 30", "+301234567", "1234568"])
def test_another_number_does_not(written: str) -> None:
    assert not finds(written)


@given(st.integers(0, len(KEY) - 2), st.integers(1, len(KEY)))
def test_any_part_of_it_finds_it(first: int, length: int) -> None:
    part = KEY[first : first + length]
    assert finds(part) or not part.strip("+")
