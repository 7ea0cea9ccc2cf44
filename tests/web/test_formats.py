"""How values are written for the reader."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from web import formats
from web.i18n import use

NOW = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use("en", "Europe/London"):
        yield


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 14, 9, 5, tzinfo=UTC), "today 09:05"),
        (datetime(2026, 3, 13, 23, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 1, 2, 14, 32, tzinfo=UTC), "2 Jan 14:32"),
        (datetime(2024, 12, 31, 8, 0, tzinfo=UTC), "31 Dec 2024"),
        (None, ""),
    ],
)
def test_when_says_the_exact_time_shortly(at: datetime | None, text: str) -> None:
    assert formats.when(at, NOW) == text


def test_times_are_in_the_zone_of_the_reader() -> None:
    with use("en", "Asia/Tbilisi"):
        assert formats.when(datetime(2026, 3, 14, 21, 0, tzinfo=UTC), datetime(2026, 3, 14, 21, 0, tzinfo=UTC)) == (
            "today 01:00"
        )


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (187, "3:07"), (3765, "1:02:45"), (-4, "0:00"), (None, "")])
def test_duration_is_minutes_and_seconds(seconds: float | None, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.feature("CALL-16")
@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(124_000, "EUR", "€1,240.00"), (1240, "JPY", "JP¥1,240"), (5, "", "0.05"), (None, "EUR", "")],
)
def test_money_is_in_the_units_of_its_currency(minor: int | None, currency: str, text: str) -> None:
    assert formats.money(minor, currency) == text


@pytest.mark.feature("CALL-17")
def test_country_and_local_time_of_a_customer() -> None:
    assert (formats.country("GE"), formats.country("XX"), formats.country("")) == ("Georgia", "XX", "")
    assert formats.local_time("Asia/Tbilisi", NOW) == "17:00"
    assert (formats.local_time("", NOW), formats.local_time("Nowhere/None", NOW)) == ("", "")


@pytest.mark.parametrize(
    ("value", "name"),
    [("violet", "violet"), ("#7c3aed", "violet"), ("#dc2626", "red"), ("#64748b", "grey"), ("#888888", "grey"),
     ("", "grey"), ("url(x)", "grey")],
)  # fmt: skip
def test_colour_of_a_category_is_one_of_the_house(value: str, name: str) -> None:
    assert formats.colour_name(value) == name


def test_number_is_read_internationally_and_anything_else_as_it_is() -> None:
    assert [formats.phone(text) for text in ("+995322123456", "101", "+", "<b>")] == [
        "+995 32 212 34 56",
        "101",
        "+",
        "<b>",
    ]


def test_initials_stand_for_a_name() -> None:
    assert [formats.initials(name) for name in ("Ada Lovelace", "ninó", "", "— –")] == ["AL", "N", "", ""]


@pytest.mark.parametrize(
    ("e164", "national", "shown"),
    [
        ("+442079460001", "020 7946 0001", "020 7946 0001"),
        ("+33199001234", "01 99 00 12 34", "+33 1 99 00 12 34"),
        ("", "102", "102"),
    ],
)
def test_number_of_another_country_is_shown_with_it(e164: str, national: str, shown: str) -> None:
    assert formats.at_home(e164, national, "GB") == shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-10-24", "24 Oct 2026"),
        ("2026-10-24T14:05:00", "24 Oct 2026 14:05"),
        ("2026-07-24T14:05:00+00:00", "24 Jul 2026 15:05"),
    ],
)
def test_end_of_a_period_is_written_as_a_day_of_the_reader(text: str, written: str) -> None:
    assert formats.bound(text) == written
