"""When a report is due again, also where the clocks change and in short months."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from screenpop.errors import BadInput
from screenpop.reports.cadence import Cadence, clean_cadence, next_due

BERLIN = ZoneInfo("Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cadence", "after", "due"),
    [
        (Cadence(), "2026-11-20T05:59", "2026-11-20T06:00"),
        (Cadence(), "2026-11-20T06:00", "2026-11-21T06:00"),
        (Cadence(every="week", weekday=0), "2026-11-20T06:00", "2026-11-23T06:00"),
        (Cadence(every="week", weekday=4), "2026-11-20T05:00", "2026-11-20T06:00"),
        (Cadence(every="month", day=31), "2026-11-20T06:00", "2026-11-30T06:00"),
        (Cadence(every="month", day=31), "2027-02-01T06:00", "2027-02-28T06:00"),
        # In the night to 29 March it is never 2:30, and in the night to 25 October it is twice.
        (Cadence(at="02:30"), "2026-03-28T12:00", "2026-03-29T01:30"),
        (Cadence(at="02:30"), "2026-10-24T12:00", "2026-10-25T00:30"),
        (Cadence(at="02:30"), "2026-10-25T00:30", "2026-10-26T01:30"),
        (Cadence(at="00:00"), "2026-12-31T22:00", "2026-12-31T23:00"),
    ],
)
def test_next_due_moment_is_that_of_the_owners_clock(cadence: Cadence, after: str, due: str) -> None:
    assert next_due(cadence, moment(after), BERLIN) == moment(due)


@pytest.mark.parametrize(
    "form",
    [("year", "07:00", "", ""), ("day", "25:00", "", ""), ("week", "07:00", "7", ""), ("month", "07:00", "", "0")],
)
def test_cadence_that_is_none_is_refused(form: tuple[str, str, str, str]) -> None:
    with pytest.raises(BadInput):
        clean_cadence(*form)
