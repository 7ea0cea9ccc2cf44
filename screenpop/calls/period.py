"""Periods as people say them, and which moments they are in a time zone. Pure: `now` and the zone are given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

WORDS = ("today", "yesterday", "week", "last_week", "month", "last_month", "year")
_DAYS = re.compile(r"([1-9]\d{0,3})d")
_DAY = timedelta(days=1)
EARLIEST, LATEST = date(1970, 1, 2), date(2199, 12, 30)


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a period: a whole day, or a moment (without a zone it is the reader's)."""

    value: date | datetime


Span = tuple[datetime | None, datetime | None]
"""From (included) to (not included), in UTC; None is open."""


def is_word(text: str) -> bool:
    """Is this a period: one of WORDS, or so many days (`30d`)?"""
    return text in WORDS or _DAYS.fullmatch(text) is not None


def read(text: str) -> Bound:
    """`2026-03-01`, or `2026-03-01T14:00` with or without an offset. Raises ValueError."""
    if len(text) > 40 or not text.isascii():
        raise ValueError(text)
    value = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= day <= LATEST:
        raise ValueError(text)
    return Bound(value)


def written(bound: Bound) -> str:
    """As `read` takes it."""
    return bound.value.isoformat()


def in_order(start: Bound, end: Bound) -> bool:
    """May this be a period's begin and end? A zone matters by a day at most, so UTC is taken."""
    return _moment(start, UTC, following=False) < _moment(end, UTC, following=True)


def span(word: str, start: Bound | None, end: Bound | None, now: datetime, zone: tzinfo) -> Span:
    """What lies in the period `word` ("" is any) and between `start` and `end`."""
    begin, stop = _of_word(word, now.astimezone(zone).date(), zone) if word else (None, None)
    if start is not None:
        begin = max(filter(None, (begin, _moment(start, zone, following=False))))
    if end is not None:
        stop = min(filter(None, (stop, _moment(end, zone, following=True))))
    return begin, stop


def days(word: str, today: date) -> tuple[date, date]:
    """The first and the last day of the period `word`."""
    counted = _DAYS.fullmatch(word)
    if counted:
        return today - (int(counted[1]) - 1) * _DAY, today
    monday, first = today - today.weekday() * _DAY, today.replace(day=1)
    return {
        "today": (today, today),
        "yesterday": (today - _DAY, today - _DAY),
        "week": (monday, today),
        "last_week": (monday - 7 * _DAY, monday - _DAY),
        "month": (first, today),
        "last_month": ((first - _DAY).replace(day=1), first - _DAY),
        "year": (today.replace(month=1, day=1), today),
    }[word]


def pieces(
    span: tuple[datetime, datetime], hours: tuple[int, ...], weekdays: tuple[int, ...], zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of `span` in these local hours of these weekdays, the latest first; () is all of them.

    An hour that the clock shows twice is one stretch of two hours; one that it leaps over is none.
    """
    first, day = span[0].astimezone(zone).date() - _DAY, span[1].astimezone(zone).date()
    while day >= first:
        if not weekdays or day.weekday() in weekdays:
            for begin, end in _stretches(day, hours, zone):
                clipped = max(begin, span[0]), min(end, span[1])
                if clipped[0] < clipped[1]:
                    yield clipped
        day -= _DAY


def _stretches(day: date, hours: tuple[int, ...], zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    if not hours:
        yield _midnight(day, zone), _midnight(day + _DAY, zone)
    for hour in sorted(hours, reverse=True):
        following = _midnight(day + _DAY, zone) if hour == 23 else _at(day, hour + 1, zone)
        yield _at(day, hour, zone), following


def offsets(span: tuple[datetime, datetime], zone: tzinfo) -> list[tuple[datetime, int]]:
    """How many seconds the zone is ahead of UTC: from the begin of `span`, and from each change in it."""
    at, found = span[0], [(span[0], _ahead(span[0], zone))]
    while at < span[1]:
        following = min(at + _DAY, span[1])
        if _ahead(following, zone) != found[-1][1]:
            changed = _change(at, following, zone)
            found.append((changed, _ahead(changed, zone)))
        at = following
    return found


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second between the two at which the zone's offset changes."""
    old = _ahead(before, zone)
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _ahead(datetime.fromtimestamp(middle, UTC), zone) == old else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _ahead(moment: datetime, zone: tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _of_word(word: str, today: date, zone: tzinfo) -> tuple[datetime, datetime]:
    first, last = days(word, today)
    return _midnight(first, zone), _midnight(last + _DAY, zone)


def _moment(bound: Bound, zone: tzinfo, following: bool) -> datetime:
    """The bound in UTC; of a day its begin, or that of the day after it."""
    value = bound.value
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    return _midnight(value + _DAY if following else value, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return _at(day, 0, zone)


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
