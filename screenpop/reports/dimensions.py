"""By what figures are told apart: for each the key in SQL, and what the call log's address says to list its calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from screenpop.ids import pack_id
from screenpop.reports import local_time
from screenpop.reports.groups import Condition, Link
from screenpop.reports.model import Dimension
from screenpop.reports.periods import Period
from screenpop.store.tables import call, customer, user

Join = tuple[sa.FromClause, Condition]
_c = call.c


@dataclass(frozen=True, slots=True)
class By:
    """`only`: the calls that are told apart by it at all; `link`: by key, None where the call log cannot list them."""

    key: Callable[[Period], sa.ColumnElement[Any]]
    link: Callable[[str], Link]
    joins: tuple[Join, ...] = ()
    only: tuple[Condition, ...] = field(default=())


def _named(name: str) -> Callable[[str], Link]:
    return lambda key: {name: key} if key else None


def _shift(period: Period) -> sa.ColumnElement[str]:
    return local_time.shift(_c.started_at, period.start, period.end, period.zone)


def _number(name: str) -> Callable[[str], Link]:
    return lambda key: {name: str(int(key))}


DIMENSIONS: dict[Dimension, By] = {
    "agent": By(
        lambda _: sa.func.coalesce(_c.user_id, _c.agent),
        # An extension alone would list those calls of it too whose user is known.
        lambda key: {"agent": key} if pack_id(key) else None,
    ),
    "team": By(lambda _: sa.func.coalesce(user.c.team, ""), _named("team"), joins=((user, user.c.id == _c.user_id),)),
    "queue": By(lambda _: _c.queue, _named("queue"), only=(_c.queue != "",)),
    "line": By(lambda _: _c.line, _named("line"), only=(_c.line != "",)),
    "customer": By(lambda _: sa.func.coalesce(_c.customer_id, ""), lambda key: {"customer": key or "unknown"}),
    "category": By(
        lambda _: sa.func.coalesce(customer.c.category_id, ""),
        _named("category"),
        joins=((customer, customer.c.id == _c.customer_id),),
    ),
    "hour": By(lambda period: local_time.LocalHour(_c.started_at, _shift(period)), _number("hour")),
    "weekday": By(lambda period: local_time.LocalWeekday(_c.started_at, _shift(period)), _number("weekday")),
    "time": By(lambda period: local_time.LocalDay(_c.started_at, _shift(period)), lambda _: None),
}


def point_link(key: str, period: Period) -> Link:
    """The days of one point of a plot over `period`, cut off where it begins and ends."""
    if period.step == "hour":
        return {"hour": str(int(key))}
    first = date.fromisoformat(f"{key}-01" if period.step == "month" else key)
    last = {"day": first, "week": first + timedelta(days=6), "month": _end_of_month(first)}[period.step]
    return {"from": max(first, period.first).isoformat(), "to": min(last, period.last).isoformat()}


def _end_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
