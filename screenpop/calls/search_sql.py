"""The filters of the call log in SQL: for each the rows it leaves, and how few rows can be listed by an index.

A condition is written twice. `where(call_column)` takes how a column is named: `call.agent`, or `+call.agent`, which
SQLite does not look up in an index. So the plan, not the planner, says by which index the calls are read.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from screenpop.calls.period import Span
from screenpop.calls.search import UNKNOWN, Search
from screenpop.calls.values import VALUES
from screenpop.ids import pack_id
from screenpop.store.columns import loose
from screenpop.store.tables import call, call_tag, customer, tracker_hit, user

Where = sa.ColumnElement[bool]
Column = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]
_ROWID: Final = sa.literal_column("call.rowid", sa.Integer)
ROW: Final = _ROWID.label("row")
"""The number of a call's row, by which it is read fastest."""
SORTED: Final = {
    "time": call.c.started_at,
    "talk": call.c.talk_seconds,
    "wait": call.c.wait_seconds,
    "score": call.c.score,
}
BAD, GOOD = -0.15, 0.15
"""A tone from here down is bad, from here up good; between them it is neutral."""
_C = call.c
ANY_TIME: Final[Span] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose calls may be seen at all: a user's and those of the user's extensions; nobody's in particular is all."""

    user: str = ""
    agents: tuple[str, ...] = ()


EVERYBODY: Final = Whose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One filter. `listed`: a statement that lists its rows by an index, in any order, some perhaps twice; `ordered`:
    the index on it is also in the order of time."""

    where: Callable[[Column], Where]
    listed: sa.Select[Any] | None = None
    ordered: bool = False
    of: str = ""
    """What it bounds, where calls can be sorted by that."""
    timed: bool = False
    """The index has the time after it, so that the list of a period is as quick."""
    slow: bool = False
    """Its list takes long to end."""


def tight(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column, open to its indexes."""
    return column


def rows_in(rows: Iterable[int]) -> Where:
    """Calls by the numbers of their rows, however many."""
    return _ROWID.in_(values_of(sorted(rows)))


def conditions(search: Search, period: Span, now: datetime) -> list[Condition]:
    """Everything that `search` asks of a call, its text, number, hours and weekdays apart."""
    found = (within(condition, period) for build in _BUILDERS for condition in build(search))
    return [*found, *_period(period), *_follow_up(search.follow_up, now)]


def within(condition: Condition, period: Span) -> Condition:
    """The same, its list cut to a period where that costs nothing."""
    if condition.listed is None or not condition.timed or period == ANY_TIME:
        return condition
    return replace(condition, listed=condition.listed.where(_in_period(period)(tight)))


def own(whose: Whose, period: Span = ANY_TIME) -> list[Condition]:
    """A person's own calls: those he took or placed, those that rang at his extensions and nobody answered, and those
    that he is to follow up."""
    if not whose.user:
        return []
    parts = (_taken(whose), _unclaimed(whose), _placed(whose), _handed(whose), _rang(whose))
    then = _in_period(period)(tight)
    listed = sa.union_all(*(sa.select(ROW).select_from(call).where(part(tight), then) for part in parts)).subquery()
    return [
        Condition(
            where=lambda at: sa.or_(*(part(at) for part in parts)),
            listed=sa.select(listed.c.row),
            slow=True,
        )
    ]


def _taken(whose: Whose) -> Callable[[Column], Where]:
    return lambda at: at(_C.user_id) == whose.user


def _unclaimed(whose: Whose) -> Callable[[Column], Where]:
    return lambda at: sa.and_(loose(_C.user_id).is_(None), at(_C.agent).in_(whose.agents))


def _placed(whose: Whose) -> Callable[[Column], Where]:
    return lambda at: sa.and_(loose(_C.direction) == "internal", at(_C.number).in_(whose.agents))


def _handed(whose: Whose) -> Callable[[Column], Where]:
    somebodys = _C.follow_up_user != sa.literal_column("''")  # in the words of its index
    return lambda at: sa.and_(somebodys, at(_C.follow_up_user) == whose.user)


def _rang(whose: Whose) -> Callable[[Column], Where]:
    seats = [(" " + _C.to + " ").contains(f" {agent} ", autoescape=True) for agent in whose.agents]
    return lambda at: sa.and_(at(_C.answered_at).is_(None), sa.or_(sa.false(), *seats))


# ---------------------------------------------------------------- the filters


def _listed(where: Where) -> sa.Select[Any]:
    return sa.select(ROW).select_from(call).where(where)


def _of_call(where: Callable[[Column], Where], ordered: bool = False, of: str = "", timed: bool = False) -> Condition:
    return Condition(where=where, listed=_listed(where(tight)), ordered=ordered, of=of, timed=timed)


def _is(column: sa.Column[Any], values: Sequence[Any]) -> Iterator[Condition]:
    if len(values) == 1:
        yield _of_call(lambda at: at(column) == values[0], ordered=True, timed=True)
    elif values:
        yield _of_call(lambda at: at(column).in_(values), timed=True)


def _words(search: Search) -> Iterator[Condition]:
    for column in (_C.direction, _C.result, _C.queue, _C.line, _C.disposition):
        yield from _is(column, getattr(search, column.name))
    if search.recorded is not None:
        yield from _is(_C.recorded, [search.recorded])
    if search.known:
        yield Condition(where=lambda _: sa.or_(*(VALUES[name].is_not(None) for name in search.known)))


def _agent(search: Search) -> Iterator[Condition]:
    users = [each for each in search.agent if pack_id(each)]
    seats = [each for each in search.agent if not pack_id(each)]
    if users and seats:
        yield _of_call(lambda at: sa.or_(at(_C.user_id).in_(users), at(_C.agent).in_(seats)))
    else:
        yield from _is(_C.user_id, users)
        yield from _is(_C.agent, seats)


def _team(search: Search) -> Iterator[Condition]:
    if search.team:
        members = sa.select(user.c.id).where(user.c.team.in_(search.team))
        yield _of_call(lambda at: at(_C.user_id).in_(members), timed=True)


def _customer(search: Search) -> Iterator[Condition]:
    known = [each for each in search.customer if each != UNKNOWN]
    if UNKNOWN not in search.customer:
        yield from _is(_C.customer_id, known)
    elif known:
        yield _of_call(lambda at: sa.or_(at(_C.customer_id).is_(None), at(_C.customer_id).in_(known)))
    else:
        yield _of_call(lambda at: at(_C.customer_id).is_(None), ordered=True, timed=True)


def _category(search: Search) -> Iterator[Condition]:
    if search.category:
        wanted = customer.c.category_id.in_(search.category)
        yield Condition(
            where=lambda _: sa.exists().where(customer.c.id == _C.customer_id, wanted),
            listed=sa.select(ROW).select_from(customer).join(call, _C.customer_id == customer.c.id).where(wanted),
        )


def _tag(search: Search) -> Iterator[Condition]:
    if search.tag:
        wanted = call_tag.c.tag.in_(search.tag)
        yield Condition(
            where=lambda _: sa.exists().where(call_tag.c.call_id == _C.id, wanted),
            listed=sa.select(ROW).select_from(call_tag).join(call, _C.id == call_tag.c.call_id).where(wanted),
        )


def _tracker(search: Search) -> Iterator[Condition]:
    if search.tracker:
        wanted = tracker_hit.c.tracker_id.in_(search.tracker)
        yield Condition(
            where=lambda _: sa.exists().where(tracker_hit.c.call_id == _C.id, wanted),
            listed=sa.select(ROW).select_from(tracker_hit).join(call, _C.id == tracker_hit.c.call_id).where(wanted),
        )


def _ranges(search: Search) -> Iterator[Condition]:
    for of, low, high in (
        ("talk", search.min_talk, search.max_talk),
        ("wait", search.min_wait, search.max_wait),
        ("score", search.min_score, search.max_score),
    ):
        if (low, high) != (None, None):
            yield _of_call(_between(SORTED[of], low, high), of=of)
    if search.sorted_by == "score":
        yield _of_call(lambda at: at(_C.score).is_not(None), of="score")


def _between(column: sa.Column[Any], low: float | None, high: float | None) -> Callable[[Column], Where]:
    def where(at: Column) -> Where:
        bounds = [at(column) >= low] if low is not None else []
        return sa.and_(*bounds, *([at(column) <= high] if high is not None else []))

    return where


def _sentiment(search: Search) -> Iterator[Condition]:
    if search.sentiment:
        tones: dict[str, Callable[[sa.ColumnElement[Any]], Where]] = {
            "bad": lambda tone: tone <= BAD,
            "neutral": lambda tone: sa.and_(tone > BAD, tone < GOOD),
            "good": lambda tone: tone >= GOOD,
        }
        yield _of_call(lambda at: sa.or_(*(tones[name](at(_C.sentiment)) for name in search.sentiment)))


_BUILDERS: Final = (_agent, _customer, _words, _team, _category, _tag, _tracker, _ranges, _sentiment)
"""The first that is in the order of time leads, where none leaves few calls: so the narrow ones come first."""


def _period(period: Span) -> Iterator[Condition]:
    if period != ANY_TIME:
        yield _of_call(_in_period(period), of="time")


def _in_period(period: Span) -> Callable[[Column], Where]:
    def where(at: Column) -> Where:
        begin = [at(_C.started_at) >= period[0]] if period[0] else []
        return sa.and_(sa.true(), *begin, *([at(_C.started_at) < period[1]] if period[1] else []))

    return where


def _follow_up(wanted: str, now: datetime) -> Iterator[Condition]:
    due, done = loose(_C.follow_up_at), _C.follow_up_done_at
    states: dict[str, Where] = {
        "any": sa.true(),
        "done": done.is_not(None),
        "open": done.is_(None),
        "overdue": sa.and_(done.is_(None), due < now),
    }
    if wanted:
        yield _of_call(lambda at: sa.and_(at(_C.follow_up_at).is_not(None), states[wanted]))


def values_of(values: Sequence[Any]) -> sa.Select[Any]:
    return sa.select(sa.func.json_each(json.dumps(list(values))).table_valued("value").c.value)
