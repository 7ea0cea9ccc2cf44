"""Whose calls they were: who sat at an extension, who has a number. In SQL, in the transaction that is given."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.store.columns import UtcTime
from screenpop.store.tables import call, customer_number, user, user_extension

CHUNK = 500
WRAP_UP = timedelta(minutes=15)
"""A customer who becomes known later after the end of a call was not identified in it."""


async def users_at(tx: AsyncConnection, extensions: Collection[str]) -> dict[str, str]:
    """Extension -> the active user who sits there; the first, where several do."""
    c = user_extension.c
    sits = sa.select(c.extension, sa.func.min(c.user_id)).join(user, user.c.id == c.user_id)
    query = sits.where(c.extension.in_(extensions), user.c.active).group_by(c.extension)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def owners(tx: AsyncConnection, keys: Collection[str]) -> dict[str, str]:
    """Key -> customer, for the keys that belong to exactly one."""
    c = customer_number.c
    query = (
        sa.select(c.key, sa.func.min(c.customer_id)).where(c.key.in_(keys)).group_by(c.key).having(sa.func.count() == 1)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def shared(tx: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Those of the keys that belong to more than one customer."""
    c = customer_number.c
    query = sa.select(c.key).where(c.key.in_(keys)).group_by(c.key).having(sa.func.count() > 1)
    return set((await tx.execute(query)).scalars())


async def fill_in(tx: AsyncConnection, keys: Sequence[str], now: datetime) -> None:
    """Give older calls from these numbers their customer (CALL+11), where the number belongs to exactly one."""
    for start in range(0, len(keys), CHUNK):
        for key, customer_id in (await owners(tx, keys[start : start + CHUNK])).items():
            nobodys = sa.and_(call.c.number == key, call.c.customer_id.is_(None), ~call.c.chosen)
            known = sa.func.coalesce(call.c.identified_at, _now_if_fresh(now))
            values = {"customer_id": customer_id, "identified_at": known}
            await tx.execute(sa.update(call).where(nobodys).values(values))


async def assign(tx: AsyncConnection, call_id: str, customer_id: str | None, now: datetime) -> None:
    """A person says with whom the call was. It was identified when the right one was said."""
    same = call.c.customer_id == customer_id
    known = sa.case((same, sa.func.coalesce(call.c.identified_at, _now_if_fresh(now))), else_=_now_if_fresh(now))
    values = {"customer_id": customer_id, "chosen": True, "identified_at": known if customer_id else None}
    await tx.execute(sa.update(call).where(call.c.id == call_id).values(values))


def _now_if_fresh(now: datetime) -> sa.ColumnElement[datetime | None]:
    """Who becomes known now was identified in the call, if that is not long over."""
    fresh = sa.or_(call.c.ended_at.is_(None), call.c.ended_at >= now - WRAP_UP)
    return sa.case((fresh, sa.literal(now, UtcTime())), else_=sa.null())
