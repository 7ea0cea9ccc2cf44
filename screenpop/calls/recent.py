"""The latest calls, by direction, result, agent and a text: a light list. The call log proper is another room."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from screenpop.calls import log_store
from screenpop.calls.log_store import LoggedCall
from screenpop.customers.fold import fold
from screenpop.numbers import Numbers, fold_digits
from screenpop.store.engine import Store
from screenpop.store.tables import call, call_note, customer

DIRECTIONS: Final = ("incoming", "outgoing", "internal")
RESULTS: Final = ("answered", "missed", "abandoned", "no_answer", "busy", "failed")
NEWEST: Final = 20_000
"""A text is looked for in so many of the newest calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls: "" and () do not mind. `only_user` and `only_agents` are what the asker may see at all."""

    id: str = ""
    text: str = ""
    direction: str = ""
    result: str = ""
    agent: str = ""
    only_user: str = ""
    only_agents: tuple[str, ...] = ()


async def find(store: Store, numbers: Numbers, wanted: Wanted, limit: int, offset: int) -> list[LoggedCall]:
    """These calls, the latest first."""
    conditions = [*_plain(wanted), *own(wanted), *_text(wanted.text, numbers)]
    async with store.read() as tx:
        return await log_store.select(tx, *conditions, limit=limit, offset=offset)


def _plain(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    c = call.c
    columns = {c.id: wanted.id, c.direction: wanted.direction, c.result: wanted.result, c.agent: wanted.agent}
    return [column == value for column, value in columns.items() if value]


def own(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """A person's own calls: those he took or placed, those that rang at his extensions and nobody answered, and those
    that he is to follow up."""
    if not wanted.only_user:
        return []
    rang = [(" " + call.c.to + " ").contains(f" {agent} ", autoescape=True) for agent in wanted.only_agents]
    unclaimed = sa.and_(call.c.user_id.is_(None), call.c.agent.in_(wanted.only_agents))
    missed = sa.and_(call.c.answered_at.is_(None), sa.or_(sa.false(), *rang))
    placed = sa.and_(call.c.direction == "internal", call.c.number.in_(wanted.only_agents))
    handed = call.c.follow_up_user == wanted.only_user
    return [sa.or_(call.c.user_id == wanted.only_user, unclaimed, missed, placed, handed)]


def _text(text: str, numbers: Numbers) -> list[sa.ColumnElement[bool]]:
    if not text:
        return []
    newest = sa.select(call.c.id).order_by(call.c.started_at.desc()).limit(NEWEST)
    folded, plain = fold(text), text.casefold()
    looked = [
        customer.c.name_key.contains(folded, autoescape=True),
        customer.c.company_key.contains(folded, autoescape=True),
        sa.func.lower(call.c.remote_name).contains(plain, autoescape=True),
        sa.func.lower(call.c.disposition).contains(plain, autoescape=True),
        call.c.id.in_(_noted(plain)),
    ]
    digits = fold_digits(text)
    if digits:
        key = numbers.parse(text).key.lstrip("+")
        looked += [call.c.number.contains(part) for part in {digits, key or digits}]
    return [call.c.id.in_(newest), sa.or_(*looked)]


def _noted(plain: str) -> sa.Select[str]:
    return sa.select(call_note.c.call_id).where(sa.func.lower(call_note.c.text).contains(plain, autoescape=True))
