"""What the clocks of a time zone showed at a moment of the store, in SQL: also across changes of summer time."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from screenpop.calls.period import offsets


class LocalPart(FunctionElement[str]):
    """A part of a moment (first argument) that was shifted by a text like `3600 seconds` (second argument)."""

    type = sa.Text()
    inherit_cache = True


class LocalHour(LocalPart):
    """The hour of the day, `00` to `23`."""

    name = "local_hour"
    inherit_cache = True


class LocalWeekday(LocalPart):
    """The day of the week, `0` (Monday) to `6`."""

    name = "local_weekday"
    inherit_cache = True


class LocalDay(LocalPart):
    """The date, `2026-03-29`."""

    name = "local_day"
    inherit_cache = True


_SQLITE = {
    LocalHour: "strftime('%H', {moment}, {shift})",
    LocalWeekday: "substr('6012345', strftime('%w', {moment}, {shift}) + 1, 1)",
    LocalDay: "strftime('%Y-%m-%d', {moment}, {shift})",
}
_LOCAL = "({moment} AT TIME ZONE 'UTC' + ({shift})::interval)"
_POSTGRESQL = {
    LocalHour: f"to_char({_LOCAL}, 'HH24')",
    LocalWeekday: f"(extract(isodow FROM {_LOCAL}) - 1)::int::text",
    LocalDay: f"to_char({_LOCAL}, 'YYYY-MM-DD')",
}


@compiles(LocalPart)
def _on_sqlite(element: LocalPart, compiler: Any, **options: Any) -> str:
    moment, shift = (compiler.process(clause, **options) for clause in element.clauses)
    return _SQLITE[type(element)].format(moment=moment, shift=shift)


@compiles(LocalPart, "postgresql")
def _on_postgresql(element: LocalPart, compiler: Any, **options: Any) -> str:
    moment, shift = (compiler.process(clause, **options) for clause in element.clauses)
    return _POSTGRESQL[type(element)].format(moment=moment, shift=shift)


def shift(moment: sa.ColumnElement[Any], start: datetime, end: datetime, zone: ZoneInfo) -> sa.ColumnElement[str]:
    """By how much a moment between `start` and `end` is to be shifted to show what the clocks of `zone` showed."""
    first, *changes = offsets((start, end), zone)
    if not changes:
        return sa.literal(f"{first[1]} seconds", sa.Text)
    return sa.case(
        *((moment >= at, f"{ahead} seconds") for at, ahead in reversed(changes)), else_=f"{first[1]} seconds"
    )
