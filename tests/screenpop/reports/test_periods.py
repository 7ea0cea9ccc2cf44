"""The days of a report, what they are compared with, and the clocks of a time zone in SQL."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from screenpop.calls.period import offsets
from screenpop.calls.search import parse
from screenpop.errors import BadInput
from screenpop.reports import local_time
from screenpop.reports.dimensions import point_link
from screenpop.reports.periods import Period, bucket, buckets, period_of
from screenpop.store.engine import Store
from screenpop.store.tables import call
from tests.month import random_calls, write_calls

pytestmark = pytest.mark.feature("CALL-33")
BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
TODAY = date(2026, 11, 18)  # a Wednesday


@pytest.mark.parametrize(
    ("query", "days", "before"),
    [
        ("period=today", ("2026-11-18", "2026-11-18"), ("2026-11-17", "2026-11-17")),
        ("period=week", ("2026-11-16", "2026-11-18"), ("2026-11-09", "2026-11-11")),
        ("period=last_week", ("2026-11-09", "2026-11-15"), ("2026-11-02", "2026-11-08")),
        ("period=month", ("2026-11-01", "2026-11-18"), ("2026-10-01", "2026-10-18")),
        ("period=last_month", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ("period=year", ("2026-01-01", "2026-11-18"), ("2025-01-01", "2025-11-18")),
        ("", ("2026-10-20", "2026-11-18"), ("2026-09-20", "2026-10-19")),
        ("from=2026-03-01&to=2026-03-10", ("2026-03-01", "2026-03-10"), ("2026-02-19", "2026-02-28")),
        ("from=2026-03-01", ("2026-03-01", "2026-03-01"), ("2026-02-28", "2026-02-28")),
    ],
)
def test_period_is_compared_with_the_same_days_before(
    query: str, days: tuple[str, str], before: tuple[str, str]
) -> None:
    period = period_of(parse(query), TODAY, BERLIN)
    assert (period.first.isoformat(), period.last.isoformat()) == days
    other = period.before()
    assert (other.first.isoformat(), other.last.isoformat()) == before


def test_part_of_march_is_compared_with_the_whole_of_february_at_most() -> None:
    period = period_of(parse("period=month"), date(2026, 3, 31), BERLIN)
    assert (period.before().first, period.before().last) == (date(2026, 2, 1), date(2026, 2, 28))


def test_report_of_more_than_three_years_is_refused() -> None:
    with pytest.raises(BadInput):
        period_of(parse("from=2020-01-01&to=2026-01-01"), TODAY, BERLIN)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_day_on_which_the_clocks_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    period = Period(date.fromisoformat(day), date.fromisoformat(day), BERLIN)
    assert period.end - period.start == timedelta(hours=hours)


def test_points_of_a_plot_cover_the_period_and_lead_to_its_days_alone() -> None:
    period = Period(date(2026, 1, 7), date(2026, 11, 18), BERLIN)
    keys = buckets(period, period.step)
    assert (period.step, keys[0], keys[-1]) == ("week", "2026-01-05", "2026-11-16")
    assert point_link(keys[0], period) == {"from": "2026-01-07", "to": "2026-01-11"}
    assert point_link(keys[-1], period) == {"from": "2026-11-16", "to": "2026-11-18"}
    assert bucket(date(2026, 2, 28), "month") == "2026-02"


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC", "Africa/Cairo"]
    ),
)
def test_offsets_say_what_the_clocks_showed_at_every_moment(moment: datetime, name: str) -> None:
    zone, at = ZoneInfo(name), moment.replace(tzinfo=UTC)
    changes = offsets((at - timedelta(days=200), at + timedelta(days=200)), zone)
    ahead = [seconds for since, seconds in changes if since <= at][-1]
    offset = at.astimezone(zone).utcoffset()
    assert offset == timedelta(seconds=ahead)


@pytest.mark.parametrize("zone", [BERLIN, LORD_HOWE, ZoneInfo("Asia/Kolkata")], ids=lambda zone: zone.key)
@pytest.mark.parametrize("month", [3, 10])
async def test_hour_weekday_and_day_in_sql_are_those_of_the_zone_across_a_change(
    store: Store, zone: ZoneInfo, month: int
) -> None:
    start = datetime(2026, month, 1, tzinfo=UTC)
    await write_calls(store, random_calls(1_500, start, 31))
    period = Period(date(2026, month, 1), date(2026, month, 31), zone)
    shift = local_time.shift(call.c.started_at, period.start, period.end, zone)
    parts = [
        part(call.c.started_at, shift) for part in (local_time.LocalHour, local_time.LocalWeekday, local_time.LocalDay)
    ]
    within = (call.c.started_at >= period.start, call.c.started_at < period.end)
    async with store.read() as tx:
        rows = (await tx.execute(sa.select(call.c.started_at, *parts).where(*within))).all()
    assert len(rows) > 1_400
    for at, hour, weekday, day in rows:
        local = at.astimezone(zone)
        assert (hour, weekday, day) == (f"{local:%H}", str(local.weekday()), f"{local:%Y-%m-%d}")
