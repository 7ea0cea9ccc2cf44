"""Hours and weekdays of the reader's clock in SQL."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa

from screenpop.calls.search import Search
from screenpop.calls.search_sql import ROW, Condition
from screenpop.store.tables import call

MOST_PIECES: Final = 4_000
Pieces = Sequence[tuple[datetime, datetime]]
Offsets = Sequence[tuple[datetime, int]]


def clock(pieces: Pieces, offsets: Offsets, search: Search) -> Condition:
    """Calls of local hours and weekdays. `pieces` are their stretches of time; `offsets` says from when on the zone is
    how many seconds ahead of UTC, the first from the begin of time."""
    shift = _shift(offsets)
    asked = (
        ("%H", [f"{hour:02d}" for hour in search.hour]),
        ("%w", [str((day + 1) % 7) for day in search.weekday]),
    )
    told = [sa.func.strftime(mark, call.c.started_at, shift).in_(values) for mark, values in asked if values]
    return Condition(where=lambda _: sa.and_(*told), listed=_within(pieces) if len(pieces) <= MOST_PIECES else None)


def _shift(offsets: Offsets) -> sa.ColumnElement[Any]:
    until = [(call.c.started_at < changed, f"{ahead:+d} seconds") for (_, ahead), (changed, _) in pairwise(offsets)]
    last = f"{offsets[-1][1]:+d} seconds"
    return sa.case(*until, else_=last) if until else sa.literal(last)


def _within(pieces: Pieces) -> "sa.Select[int]":
    given = json.dumps([[_stored(begin), _stored(end)] for begin, end in pieces])
    each = sa.func.json_each(given).table_valued("value")
    begin, end = (sa.func.json_extract(each.c.value, f"$[{place}]") for place in (0, 1))
    started = sa.type_coerce(call.c.started_at, sa.Text)
    return sa.select(ROW).select_from(each).join(call, sa.and_(started >= begin, started < end))


def _stored(moment: datetime) -> str:
    """As SQLite keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
