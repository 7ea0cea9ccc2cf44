"""Missed calls in SQL. Every function works in the transaction it is given."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.store.tables import call, extension, user, user_extension

NOBODY_ANSWERED = ("missed", "abandoned", "busy")
NEWEST = 2_000
"""So many of the newest open calls are counted for a badge: nobody works off more."""

later = call.alias("later")
caller_back = user.alias("caller_back")
seer = user.alias("seer")


# ---------------------------------------------------------------- what the log learns


async def follow(tx: AsyncConnection, rows: Sequence[dict[str, Any]], now: datetime) -> bool:
    """Draw the conclusions from rows of the log just written; did the list of missed calls change?"""
    ended = [row["id"] for row in rows if row["ended_at"] is not None]
    settled = [row["id"] for row in rows if row["ended_at"] is not None or row["answered_at"] is not None]
    changed = await mark(tx, ended, now) if ended else False
    return (await note_call_backs(tx, settled) if settled else False) or changed


async def mark(tx: AsyncConnection, ids: Collection[str], now: datetime) -> bool:
    """Say of these calls which were missed; `now` is the moment from which they are listed. Did any change?"""
    found = await tx.execute(_newly_missed(), {"ids": list(ids), "now": now})
    taken_back = await tx.execute(_no_longer_missed(), {"ids": list(ids)})
    return found.rowcount + taken_back.rowcount > 0


async def note_call_backs(tx: AsyncConnection, ids: Collection[str]) -> bool:
    """Link the calls missed before these to those of them that were answered: with the same number, or with another
    number of the same customer. Did any change?"""
    changed = (await tx.execute(_let_go(), {"ids": list(ids)})).rowcount
    for answered in (await tx.execute(_answered(), {"ids": list(ids)})).all():
        for name in ("number", "customer_id"):
            if shared := answered._mapping[name]:
                values = {"shared": shared, "back": answered.back, "at": answered.at}
                changed += (await tx.execute(_link(name), values)).rowcount
    return changed > 0


async def reassigned(tx: AsyncConnection, call_id: str, customer_id: str) -> bool:
    """This call was not with that customer ("" for nobody): calls from other numbers of the customer wait again, those
    of the right one do not; and it waits again itself where only that customer was called back. Did any change?"""
    number = sa.select(later.c.number).where(later.c.id == call_id).scalar_subquery()
    theirs = sa.and_(call.c.called_back == call_id, call.c.customer_id == customer_id, call.c.number != number)
    let_go = await tx.execute(sa.update(call).where(_has_back(), theirs).values(called_back=""))
    itself = await tx.execute(sa.update(call).where(call.c.id == call_id, _back_was_another()).values(called_back=""))
    return await note_call_backs(tx, [call_id]) or let_go.rowcount + itself.rowcount > 0


def _back_was_another() -> sa.ColumnElement[bool]:
    """The talk that settled a call was with another number, and with another customer."""
    another = sa.and_(later.c.number != call.c.number, later.c.customer_id.is_distinct_from(call.c.customer_id))
    return sa.exists().where(later.c.id == call.c.called_back, another)


async def merge(tx: AsyncConnection, kept: str, gone: str) -> None:
    """The call `gone` becomes part of `kept`: whoever was called back by it was called back by that."""
    await tx.execute(sa.update(call).where(_has_back(), call.c.called_back == gone).values(called_back=kept))


def is_missed() -> sa.ColumnElement[bool]:
    """An incoming call that nobody answered. One that failed counts where a phone or a queue was tried: a number
    that leads nowhere is nobody's task. Where no phone was tried, `to` is the number called itself."""
    c = call.c
    seats = (sa.select(user_extension.c.extension), sa.select(extension.c.number))
    tried = sa.or_(c.queue != "", c.agent != "", c.to != c.line, *(c.to.in_(numbers) for numbers in seats))
    reached_nobody = sa.or_(c.result.in_(NOBODY_ANSWERED), sa.and_(c.result == "failed", tried))
    return sa.and_(c.direction == "incoming", c.ended_at.is_not(None), reached_nobody)


def _these() -> sa.ColumnElement[bool]:
    return call.c.id.in_(sa.bindparam("ids", expanding=True))


def _has_back() -> sa.ColumnElement[bool]:
    """Somebody called back. In the words of the index `ix_call_called_back`, which SQLite else leaves alone."""
    return call.c.called_back != sa.literal_column("''")


def _talked() -> sa.ColumnElement[bool]:
    """People talked, or still do; the answer of the agent's own phone, when the PBX dials for him, is none."""
    c = call.c
    return sa.and_(c.answered_at.is_not(None), c.result.in_(("", "answered")), c.direction != "internal")


# The statements are made once: making one takes a millisecond of the loop's time, while phones ring.


@cache
def _newly_missed() -> sa.Update:
    fresh = sa.and_(_these(), call.c.missed_at.is_(None), is_missed())
    return sa.update(call).where(fresh).values(missed_at=sa.bindparam("now"))


@cache
def _no_longer_missed() -> sa.Update:
    return sa.update(call).where(_these(), call.c.missed_at.is_not(None), ~is_missed()).values(missed_at=None)


@cache
def _let_go() -> sa.Update:
    failed = sa.select(call.c.id).where(_these(), ~_talked())
    return sa.update(call).where(_has_back(), call.c.called_back.in_(failed)).values(called_back="")


@cache
def _answered() -> sa.Select[Any]:
    c = call.c
    wanted = (c.id.label("back"), c.number, c.customer_id, c.answered_at.label("at"))
    return sa.select(*wanted).where(_these(), _talked())


@cache
def _link(name: str) -> sa.Update:
    """Calls that have this column in common. Those that still ring are linked as well: they are missed a moment later,
    or it does no harm."""
    c = call.c
    same = sa.and_(c[name] == sa.bindparam("shared"), c.started_at < sa.bindparam("at"), c.id != sa.bindparam("back"))
    incoming = c.direction.concat("") == "incoming"  # no index: SQLite would read all incoming calls by that one
    unanswered = sa.and_(incoming, c.answered_at.is_(None), c.called_back == "")
    return sa.update(call).where(same, unanswered).values(called_back=sa.bindparam("back"))


# ---------------------------------------------------------------- the list


def is_open() -> sa.ColumnElement[bool]:
    """Missed, not seen, and nobody has talked with the caller since. In the words of the index `ix_call_to_do`."""
    nobody_back = call.c.called_back == sa.literal_column("''")
    return sa.and_(call.c.missed_at.is_not(None), call.c.seen_at.is_(None), nobody_back)


def reached(extensions: Collection[str], queues: Collection[str]) -> sa.ColumnElement[bool]:
    """Calls that rang at one of the extensions, or waited in one of the queues."""
    rang = [(" " + call.c.to + " ").contains(f" {seat} ", autoescape=True) for seat in extensions]
    return sa.or_(sa.false(), call.c.agent.in_(extensions), call.c.queue.in_(queues), *rang)


async def open_ids(tx: AsyncConnection, scope: sa.ColumnElement[bool], limit: int) -> list[str]:
    """The newest open calls of `scope`, among the newest of all."""
    query = (
        sa.select(call.c.id).where(call.c.id.in_(_newest_open()), scope).order_by(call.c.started_at.desc()).limit(limit)
    )
    return list((await tx.execute(query)).scalars())


@cache
def _newest_open() -> sa.Select[Any]:
    """Made once: it is asked for each agent after each call, and a copy of the table is garbage that holds up cards."""
    newest = sa.select(call.c.id).where(is_open()).order_by(call.c.started_at.desc()).limit(NEWEST).subquery()
    return sa.select(newest.c.id)


async def last_listed(tx: AsyncConnection, scope: sa.ColumnElement[bool]) -> datetime | None:
    """When the latest of the open calls of `scope` came onto the list; None where it is empty."""
    found: datetime | None = await tx.scalar(sa.select(sa.func.max(call.c.missed_at)).where(is_open(), scope))
    return found


async def details(tx: AsyncConnection, ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """What became of these missed calls, by id: seen by whom, called back by whom."""
    query: sa.Select[Any] = (
        sa.select(
            *(call.c.id, call.c.missed_at, call.c.seen_at, call.c.seen_by, call.c.called_back),
            seer.c.name.label("seer"),
            *(later.c.answered_at.label("back_at"), later.c.direction.label("back_way")),
            *(later.c.agent.label("back_agent"), caller_back.c.name.label("back_name")),
        )
        .outerjoin(seer, seer.c.id == call.c.seen_by)
        .outerjoin(later, later.c.id == call.c.called_back)
        .outerjoin(caller_back, caller_back.c.id == later.c.user_id)
        .where(call.c.id.in_(ids))
    )
    return {row.id: row for row in await tx.execute(query)}


async def write(tx: AsyncConnection, *conditions: sa.ColumnElement[bool], **values: object) -> int:
    """Write these columns of the missed calls that fulfil all `conditions`; how many were there?"""
    missed = call.c.missed_at.is_not(None)
    return (await tx.execute(sa.update(call).where(missed, *conditions).values(**values))).rowcount
