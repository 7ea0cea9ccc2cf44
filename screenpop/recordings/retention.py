"""How long recordings are kept. Pure: of the rules the first one that fits decides; a legal hold is above all."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from screenpop.errors import BadInput
from screenpop.recordings.policy import MOST_RULES


class KeepRule(msgspec.Struct, frozen=True, kw_only=True):
    """Keep recordings of such calls for `days`; 0 is for ever. A condition that is empty does not mind."""

    days: int
    direction: Literal["", "incoming", "outgoing", "internal"] = ""
    queues: tuple[str, ...] = ()


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, and the days of a call that none of them is about (0: for ever)."""

    rules: tuple[KeepRule, ...] = ()
    otherwise: int = 0


class Aged(msgspec.Struct, frozen=True, kw_only=True):
    """What decides how long a recording is kept."""

    id: str
    call_id: str
    started_at: datetime
    direction: str
    queue: str
    size: int = 0
    held: bool = False


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that goes, and when."""

    recording: Aged
    at: datetime


MOST_DAYS = 36_500


def refuse_bad_retention(retention: Retention) -> None:
    """Raises BadInput for days that are none."""
    for days in (retention.otherwise, *(rule.days for rule in retention.rules)):
        if not 0 <= days <= MOST_DAYS:
            raise BadInput("Give the days as a number; 0 keeps them for ever.", "days")
    if len(retention.rules) > MOST_RULES:
        raise BadInput("There can be 100 rules at most.")


def days_of(retention: Retention, aged: Aged) -> int:
    """For how many days it is kept; 0: for ever."""
    for rule in retention.rules:
        if rule.direction in ("", aged.direction) and (not rule.queues or aged.queue in rule.queues):
            return rule.days
    return retention.otherwise


def leaves_at(retention: Retention, aged: Aged) -> datetime | None:
    """When it is deleted; None: it stays."""
    days = days_of(retention, aged)
    return None if aged.held or days <= 0 else aged.started_at + timedelta(days=days)


def leaving(retention: Retention, all_aged: Iterable[Aged], until: datetime) -> Iterator[Leaving]:
    """What goes up to the moment `until`, in the order given."""
    for aged in all_aged:
        at = leaves_at(retention, aged)
        if at is not None and at <= until:
            yield Leaving(recording=aged, at=at)
