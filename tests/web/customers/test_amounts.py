"""Amounts as people type them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.errors import BadInput
from web.customers.amounts import parse_money, plain_money


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1240.5", "EUR", 124050),
        ("1,240.50", "EUR", 124050),
        ("1.240,50", "EUR", 124050),
        ("1 240,50", "EUR", 124050),
        ("1'240.50", "CHF", 124050),
        ("1,240", "EUR", 124000),
        ("1.234.567", "EUR", 123456700),
        ("12,5", "EUR", 1250),
        (".5", "EUR", None),
        ("۱۲۴۰٫۵", "EUR", 124050),
        ("1240", "JPY", 1240),
        ("1.240", "JPY", 1240),
        ("1.234", "KWD", 1234),
        ("7", "", 700),
        ("", "EUR", 0),
        ("1.005", "EUR", 100500),
        ("1.2345", "EUR", None),
        ("-1", "EUR", None),
        ("1e5", "EUR", None),
        ("NaN", "EUR", None),
        ("9" * 40, "EUR", None),
    ],
)
def test_amount_is_read_as_it_is_meant(typed: str, currency: str, minor: int | None) -> None:
    if minor is not None:
        assert parse_money(typed, currency, "amount") == minor
        return
    with pytest.raises(BadInput) as caught:
        parse_money(typed, currency, "amount")
    assert caught.value.field == "amount"


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD", ""]))
def test_amount_in_a_field_is_read_back_as_it_was(minor: int, currency: str) -> None:
    assert parse_money(plain_money(minor, currency), currency, "amount") == minor


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with contextlib.suppress(BadInput):
        assert parse_money(text, "EUR", "amount") >= 0
