"""From what is asked to the conditions in SQL: the very ones of the call log, so that both count the same calls."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls import search_sql
from screenpop.calls.search import Search
from screenpop.reports import local_time
from screenpop.reports.dimensions import DIMENSIONS
from screenpop.reports.figures import Wanted
from screenpop.reports.groups import Condition
from screenpop.reports.measures import Measure
from screenpop.reports.model import Asked, Dimension
from screenpop.reports.periods import Period
from screenpop.store.columns import loose
from screenpop.store.tables import call


def filters_of(search: Search) -> Search:
    """The part of a search that reports can be limited by: not its period, its order, or what is looked for as text."""
    return replace(search, period="", start=None, end=None, sort="time", q="", number="")


def may_see_all(user: User) -> bool:
    """Does a person see everybody's figures? If not, those of own calls."""
    return user.may(Permission.SEE_REPORTS) and user.may(Permission.SEE_ALL_CALLS)


def may_see_person(user: User, person: str) -> bool:
    """May a user see the figures of that person (a user's id)?"""
    return user.id == person or may_see_all(user)


def own_calls(user: User) -> Sequence[Condition]:
    """The calls that count as a person's own, as the call log has it."""
    whose = search_sql.Whose(user=user.id, agents=user.extensions)
    return [condition.where(loose) for condition in search_sql.own(whose)]


def wanted(asked: Asked, measures: Sequence[Measure], by: Dimension | None = None) -> Wanted:
    """What is to be counted, as `figures` takes it."""
    joins, only = (DIMENSIONS[by].joins, DIMENSIONS[by].only) if by else ((), ())
    return Wanted([*conditions(asked), *only], measures, asked.target, joins)


def conditions(asked: Asked) -> list[Condition]:
    """What the calls have in common."""
    search, now = filters_of(asked.search), datetime.now(UTC)
    one = Search(agent=search.agent, customer=search.customer)  # their indexes leave few calls
    few = search_sql.conditions(one, search_sql.ANY_TIME, now)
    others = search_sql.conditions(replace(search, agent=(), customer=()), search_sql.ANY_TIME, now)
    return [
        *_within(asked.period),
        *(each.where(search_sql.tight) for each in few),
        *(each.where(loose) for each in others),
        *_clock(asked.search, asked.period),
        *asked.own,
    ]


def _within(period: Period) -> list[Condition]:
    return [call.c.started_at >= period.start, call.c.started_at < period.end]


def _clock(search: Search, period: Period) -> list[Condition]:
    if not (search.hour or search.weekday):
        return []
    shift = local_time.shift(call.c.started_at, period.start, period.end, period.zone)
    parts: list[Condition] = []
    if search.hour:
        parts.append(local_time.LocalHour(call.c.started_at, shift).in_([f"{hour:02}" for hour in search.hour]))
    if search.weekday:
        parts.append(local_time.LocalWeekday(call.c.started_at, shift).in_([str(day) for day in search.weekday]))
    return parts
