"""Which calls a figure is about: each group by the query of the call log that lists it, and in SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from screenpop.board.level import Target
from screenpop.calls.search import RESULTS
from screenpop.calls.values import VALUES
from screenpop.store.tables import call

Condition = sa.ColumnElement[bool]
Link = Mapping[str, str | tuple[str, ...]] | None
"""What the call log's address says to list calls: by name the value, or any of several; None where it cannot."""
GOOD_SECONDS, SLOW_SECONDS = 40, 120
"""An answer within the first is good, one after the second slow (RATE-06)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Calls with something in common. `link`: what the call log's address says besides the report's own filters;
    None where no address of it lists just these."""

    where: Callable[[Target], Condition]
    link: Link = field(default_factory=dict)


def _by(**columns: str) -> Group:
    """Calls whose columns have these values, which the call log asks for by the same names."""
    return Group(lambda _: sa.and_(sa.true(), *(call.c[name] == value for name, value in columns.items())), columns)


def _known(name: str, **columns: str) -> Group:
    """Calls of which this value is known, and whose columns have these."""
    common = _by(**columns)
    return Group(lambda on: sa.and_(common.where(on), VALUES[name].is_not(None)), {**columns, "known": name})


def _queued(*results: str) -> Condition:
    return sa.and_(call.c.direction == "incoming", call.c.queue != "", call.c.result.in_(results))


def _counted(target: Target) -> Condition:
    gave_up = sa.and_(_queued("abandoned"), call.c.wait_seconds >= target.short_abandon)
    return sa.or_(_queued("answered"), gave_up)


def _in_time(target: Target) -> Condition:
    return sa.and_(_queued("answered"), call.c.wait_seconds <= target.answer_within)


def _responded(_: Target) -> Condition:
    return sa.and_(call.c.direction == "incoming", sa.or_(call.c.result == "answered", call.c.called_back != ""))


def _answered() -> Condition:
    return sa.and_(call.c.direction == "incoming", call.c.result == "answered")


def _ended(_: Target) -> Condition:
    return sa.and_(call.c.direction == "incoming", call.c.result.in_(RESULTS))


GROUPS: dict[str, Group] = {
    "all": _by(),
    "incoming": _by(direction="incoming"),
    "outgoing": _by(direction="outgoing"),
    "internal": _by(direction="internal"),
    "answered": _by(direction="incoming", result="answered"),
    "missed": _by(direction="incoming", result="missed"),
    "abandoned": _by(direction="incoming", result="abandoned"),
    "reached": _by(direction="outgoing", result="answered"),
    "talked": _by(result="answered"),
    "ended": Group(_ended, {"direction": "incoming", "result": RESULTS}),
    "counted": Group(_counted, None),
    "in_time": Group(_in_time, None),
    "responded": Group(_responded, None),
    "held": _known("hold", result="answered"),
    "transferred": Group(lambda _: sa.and_(call.c.result == "answered", call.c.transfers > 0), None),
    "scored": _known("score"),
    "toned": _known("tone"),
    "shared": _known("talk_share"),
    "analysed": _known("talk_share"),
    "recorded": Group(lambda _: call.c.recorded.is_(True), {"recorded": "yes"}),
    "good": Group(lambda _: sa.and_(_answered(), VALUES["wait"] <= GOOD_SECONDS), None),
    "slow": Group(lambda _: sa.and_(_answered(), VALUES["wait"] > SLOW_SECONDS), None),
    "identified": _known("identified", direction="incoming"),
}
"""`ended`: what a share of the incoming calls is counted of: a call that is up has no result yet."""
