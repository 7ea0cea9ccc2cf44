"""The days that a report is about, what they are compared with, and the points of its plots. Pure."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from screenpop.calls import period as words
from screenpop.calls.period import Bound
from screenpop.calls.search import Search
from screenpop.errors import BadInput

Step = Literal["hour", "day", "week", "month"]
DEFAULT = "30d"
LONGEST_DAYS = 3 * 366
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, as the clocks of `zone` count them. `word` is what it was
    asked for by (`last_week`), "" for days of one's own. `by`: what a plot counts by, where that is not to follow from
    the number of days."""

    first: date
    last: date
    zone: ZoneInfo
    word: str = ""
    by: Step | None = None

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        return _midnight(self.last + DAY, self.zone)

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Step:
        """What a plot over this period counts by."""
        return self.by if self.by else next(step for most, step in _STEPS if self.days <= most)

    def before(self) -> "Period":
        """What it is compared with: the same days of the week, month or year before, else as many days just before."""
        first, last = _BEFORE.get(self.word, _as_many_before)(self.first, self.last)
        return replace(self, first=first, last=last, word="")


def period_of(search: Search, today: date, zone: ZoneInfo) -> Period:
    """The period that an address asks for; the last 30 days where it says nothing. Raises BadInput where it is too
    long."""
    first, last = words.days(search.period or DEFAULT, today)
    word = search.period or DEFAULT
    if search.start or search.end:
        given = [_day(bound) for bound in (search.start or search.end, search.end or search.start) if bound]
        first, last, word = given[0], given[-1], ""
    if (last - first).days >= LONGEST_DAYS:
        raise BadInput("A report covers three years at most.", "from")
    return Period(first, last, zone, word)


def buckets(period: Period, step: Step) -> list[str]:
    """Every point of a plot over `period`, also those without a call: `2026-03-29`, `2026-03`, `07` (an hour)."""
    if step == "hour":
        return [f"{hour:02}" for hour in range(24)]
    return list(dict.fromkeys(bucket(period.first + number * DAY, step) for number in range(period.days)))


def bucket(day: date, step: Step) -> str:
    """The point of a plot that `day` belongs to: itself, its Monday, or its month."""
    if step == "month":
        return f"{day:%Y-%m}"
    return (day - day.weekday() * DAY if step == "week" else day).isoformat()


_STEPS: tuple[tuple[float, Step], ...] = ((1, "hour"), (92, "day"), (400, "week"), (float("inf"), "month"))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(bound: Bound) -> date:
    return bound.value.date() if isinstance(bound.value, datetime) else bound.value


def _as_many_before(first: date, last: date) -> tuple[date, date]:
    days = last - first + DAY
    return first - days, last - days


def _week_before(first: date, last: date) -> tuple[date, date]:
    return first - 7 * DAY, last - 7 * DAY


def _part_of_month_before(first: date, last: date) -> tuple[date, date]:
    start, end = _month_before(first, last)
    return start, min(end, start + (last - first))


def _month_before(first: date, _: date) -> tuple[date, date]:
    start = (first - DAY).replace(day=1)
    return start, start.replace(day=monthrange(start.year, start.month)[1])


def _part_of_year_before(first: date, last: date) -> tuple[date, date]:
    day = min(last.day, monthrange(last.year - 1, last.month)[1])
    return first.replace(year=first.year - 1), last.replace(year=last.year - 1, day=day)


_BEFORE: dict[str, Callable[[date, date], tuple[date, date]]] = {
    "week": _week_before,
    "last_week": _week_before,
    "month": _part_of_month_before,
    "last_month": _month_before,
    "year": _part_of_year_before,
}
