"""What is measured of one call, in SQL; NULL where it is not known."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from screenpop.store.columns import loose
from screenpop.store.tables import analysis, call

Value = sa.ColumnElement[float]


class SecondsBetween(FunctionElement[float]):
    """From the first moment to the second, in seconds; never below 0."""

    name = "seconds_between"
    type = sa.Float()
    inherit_cache = True


@compiles(SecondsBetween)
def _on_sqlite(element: SecondsBetween, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"max(0.0, round((julianday({second}) - julianday({first})) * 86400.0, 3))"


@compiles(SecondsBetween, "postgresql")
def _on_postgresql(element: SecondsBetween, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"greatest(0.0, extract(epoch from {second} - {first}))"


def _larger(one: Value, other: Value) -> Value:
    return sa.case((one > other, one), else_=other)


def _said(*path: str | int) -> sa.ColumnElement[float]:
    """A number of the analysis of a recording; the agent's side is the first."""
    found: sa.ColumnElement[float] = analysis.c.report[path].as_float()
    return found


def _course() -> Value:
    """1 where the tone got better, -1 where it got worse, 0 where it stayed."""
    trend = analysis.c.report["sentiment", "trend"].as_string()
    return sa.case((trend == "improving", 1.0), (trend == "deteriorating", -1.0), (trend == "stable", 0.0))


def _analysed(figure: sa.ColumnElement[Any]) -> Value:
    """From the analyses of the call's recordings; looked up for those calls alone that have one, and by the call:
    without `loose` SQLite would go through all analyses for each."""
    own = sa.and_(analysis.c.call_id == _c.id, loose(analysis.c.state) == "done")
    found = sa.select(figure).where(own).correlate(call).scalar_subquery()
    return sa.case((_c.talk_share.is_not(None), found))


_c = call.c
VALUES: dict[str, Value] = {
    "wait": _larger(_c.wait_seconds, _c.ring_seconds),
    "ring": sa.case((_c.ring_seconds > 0, _c.ring_seconds)),
    "talk": _larger(_c.talk_seconds - _c.hold_seconds, sa.literal(0.0)),
    "handle": _c.talk_seconds + sa.literal(0.0),
    "hold": sa.case((_c.holds > 0, _c.hold_seconds)),
    "score": _c.score + sa.literal(0.0),
    "tone": _c.sentiment + sa.literal(0.0),
    "talk_share": _c.talk_share + sa.literal(0.0),
    "longest": _analysed(sa.func.max(analysis.c.longest_s)),
    "interruptions": _analysed(sa.func.sum(analysis.c.interruptions)),
    "silence": _analysed(sa.func.avg(analysis.c.silence_share)),
    "response": _analysed(sa.func.avg(_said("speakers", 0, "response_s"))),
    "pace": _analysed(sa.func.avg(_said("speakers", 0, "words_per_minute"))),
    "course": _analysed(sa.func.avg(_course())),
    "identified": SecondsBetween(_c.answered_at, _c.identified_at),
}
"""`wait`: for how long a caller waited in queues, or heard it ring where no queue was. `talk`: without holds. Of the
agent's side: `longest` monologue, `interruptions`, `response` (the usual pause before an answer), `pace` (words a
minute). `course`: how the tone went."""
