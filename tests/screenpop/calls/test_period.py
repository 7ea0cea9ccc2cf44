"""Periods, hours and weekdays of a reader's clock, the changes of it included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.calls.period import Bound, days, offsets, pieces, span

pytestmark = pytest.mark.feature("CALL-31")
BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2025, 11, 5)
ZONES = st.sampled_from(
    ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana")
)
MOMENTS = st.integers(946_684_800, 1_577_836_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("today", "2025-11-05", "2025-11-05"),
        ("yesterday", "2025-11-04", "2025-11-04"),
        ("week", "2025-11-03", "2025-11-05"),
        ("last_week", "2025-10-27", "2025-11-02"),
        ("month", "2025-11-01", "2025-11-05"),
        ("last_month", "2025-10-01", "2025-10-31"),
        ("year", "2025-01-01", "2025-11-05"),
        ("1d", "2025-11-05", "2025-11-05"),
        ("30d", "2025-10-07", "2025-11-05"),
    ],
)
def test_word_is_a_period_of_whole_days(word: str, first: str, last: str) -> None:
    assert days(word, WEDNESDAY) == (date.fromisoformat(first), date.fromisoformat(last))


def test_day_is_that_of_the_readers_clock() -> None:
    late = datetime(2025, 10, 25, 22, 30, tzinfo=UTC)  # in Berlin it is the 26th, a day of 25 hours
    begin, end = span("today", None, None, late, BERLIN)
    assert (begin, end) == (datetime(2025, 10, 25, 22, tzinfo=UTC), datetime(2025, 10, 26, 23, tzinfo=UTC))


def test_last_day_is_included_and_a_moment_is_not() -> None:
    now = datetime(2025, 11, 5, tzinfo=UTC)
    _, whole = span("", None, Bound(date(2025, 11, 3)), now, UTC)
    _, moment = span("", None, Bound(datetime(2025, 11, 3, 9, tzinfo=UTC)), now, UTC)
    assert (whole, moment) == (datetime(2025, 11, 4, tzinfo=UTC), datetime(2025, 11, 3, 9, tzinfo=UTC))


@given(
    first=MOMENTS,
    length=st.integers(0, 4 * 86400),
    at=st.integers(0, 4 * 86400),
    zone=ZONES.map(ZoneInfo),
    hours=st.sets(st.integers(0, 23), max_size=3),
    weekdays=st.sets(st.integers(0, 6), max_size=3),
)
def test_pieces_are_the_moments_at_which_the_clock_shows_the_hour(
    first: datetime, length: int, at: int, zone: ZoneInfo, hours: set[int], weekdays: set[int]
) -> None:
    end, moment = first + timedelta(seconds=length), first + timedelta(seconds=at)
    found = list(pieces((first, end), tuple(hours), tuple(weekdays), zone))
    local = moment.astimezone(zone)
    shown = (not hours or local.hour in hours) and (not weekdays or local.weekday() in weekdays)
    assert any(begin <= moment < last for begin, last in found) == (shown and moment < end)
    assert sorted(found, reverse=True) == found


@given(first=MOMENTS, length=st.integers(1, 400 * 86400), at=st.integers(0, 400 * 86400), zone=ZONES.map(ZoneInfo))
def test_offsets_say_what_the_clock_shows(first: datetime, length: int, at: int, zone: ZoneInfo) -> None:
    moment = first + timedelta(seconds=min(at, length - 1))
    since = [ahead for begin, ahead in offsets((first, first + timedelta(seconds=length)), zone) if begin <= moment]
    assert timedelta(seconds=since[-1]) == moment.astimezone(zone).utcoffset()
