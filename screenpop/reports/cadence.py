"""When a report is due again. Pure: the moment and the zone are given."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from screenpop.errors import BadInput

DAY = timedelta(days=1)
Every = Literal["day", "week", "month"]


class Cadence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every day, one day of the week (0 is Monday), or one day of the month (the last where it has fewer), at a time
    of the owner's clock."""

    every: Every = "day"
    at: str = "07:00"
    weekday: int = 0
    day: int = 1


def clean_cadence(every: str, at: str, weekday: str, day: str) -> Cadence:
    """The cadence that a form says. Raises BadInput."""
    if every not in get_args(Every):
        raise BadInput("Choose daily, weekly or monthly.", "every")
    try:
        clock = time.fromisoformat(at)
    except ValueError:
        raise BadInput("Write a time, 07:00.", "at") from None
    return Cadence(
        every=cast(Every, every),
        at=f"{clock:%H:%M}",
        weekday=_number(weekday or "0", 0, 6, "weekday"),
        day=_number(day or "1", 1, 31, "day"),
    )


def next_due(cadence: Cadence, after: datetime, zone: ZoneInfo) -> datetime:
    """The first due moment after `after`, in UTC. A time that the clocks leap over is due when they have leapt; one
    that they show twice, at the first of both."""
    day = after.astimezone(zone).date() - DAY
    while True:
        day += DAY
        due = _moment(day, cadence.at, zone)
        if _is_day(cadence, day) and due > after:
            return due


def _is_day(cadence: Cadence, day: date) -> bool:
    match cadence.every:
        case "day":
            return True
        case "week":
            return day.weekday() == cadence.weekday
        case "month":
            return day.day == min(cadence.day, monthrange(day.year, day.month)[1])


def _moment(day: date, at: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC)


def _number(text: str, least: int, most: int, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most):
        raise BadInput("Write a whole number from %(least)s to %(most)s.", field, least=least, most=most)
    return int(text)
