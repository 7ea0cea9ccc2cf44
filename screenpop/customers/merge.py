"""Two customers become one: all that the one has goes to the other, and its place leads there."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers import store as rows
from screenpop.customers.fields import MAX_NOTE
from screenpop.customers.model import Customer
from screenpop.store.tables import call, customer, customer_mail, customer_number, customer_search, order

_FILLED = ("name", "company", "city", "country", "timezone", "responsible", "photo")
_EMPTY = {"photo": None, "external_id": None, "category_id": None}
"""What a tombstone does not hold on to."""
Changes = dict[str, tuple[object, object]]


async def merge(tx: AsyncConnection, keep_id: str, gone_id: str, now: datetime) -> Changes:
    """Move numbers, mails, orders and calls, join the notes, fill what `keep` lacks; returns what changed."""
    keep, gone = await rows.load_many(tx, [keep_id, gone_id])
    await _move_contacts(tx, customer_number, customer_number.c.key, keep_id, gone_id)
    await _move_contacts(tx, customer_mail, customer_mail.c.address, keep_id, gone_id)
    for table in (order, call):
        await tx.execute(sa.update(table).where(table.c.customer_id == gone_id).values(customer_id=keep_id))
    await _make_tombstone(tx, keep_id, gone_id, now)
    filled = _filled(keep, gone)
    if filled:
        columns = rows.folded({name: new for name, (_, new) in filled.items()})
        await tx.execute(sa.update(customer).where(customer.c.id == keep_id).values(columns))
    return {"merged": ("", _summary(gone)), **filled}


async def gone_into(tx: AsyncConnection, customer_id: str) -> list[str]:
    """The customers that were merged into this one, also through others."""
    direct = sa.select(customer.c.id).where(customer.c.merged_into == customer_id).cte("gone", recursive=True)
    through = sa.select(customer.c.id).join(direct, customer.c.merged_into == direct.c.id)
    return list((await tx.execute(sa.select(direct.union(through).c.id))).scalars())


async def _move_contacts(
    tx: AsyncConnection, table: sa.Table, column: sa.Column[str], keep_id: str, gone_id: str
) -> None:
    """Move what `keep` does not have; what both have is left with `keep` only."""
    c = table.c
    has = sa.select(column).where(c.customer_id == keep_id)
    await tx.execute(sa.delete(table).where(c.customer_id == gone_id, column.in_(has)))
    own = await tx.scalar(sa.select(sa.func.count()).select_from(table).where(c.customer_id == keep_id))
    values: dict[str, object] = {"customer_id": keep_id, "sort": c.sort + own}
    if own:
        values["primary"] = False
    await tx.execute(sa.update(table).where(c.customer_id == gone_id).values(values))


async def _make_tombstone(tx: AsyncConnection, keep_id: str, gone_id: str, now: datetime) -> None:
    await tx.execute(sa.delete(customer_search).where(customer_search.c.customer_id == gone_id))
    await tx.execute(
        sa.update(customer)
        .where(customer.c.id == gone_id)
        .values(**_EMPTY, merged_into=keep_id, updated_at=now, version=customer.c.version + 1)
    )


def _filled(keep: Customer, gone: Customer) -> Changes:
    filled: Changes = {
        name: ("", getattr(gone, name)) for name in _FILLED if getattr(gone, name) and not getattr(keep, name)
    }
    if gone.note and gone.note not in keep.note:
        filled["note"] = (keep.note, "\n\n".join(filter(None, (keep.note, gone.note)))[:MAX_NOTE])
    if gone.category and (keep.category is None or keep.category.flag == "ordinary" != gone.category.flag):
        filled["category"] = (keep.category.id if keep.category else "", gone.category.id)
    if gone.record == "no" or (not keep.record and gone.record):
        filled["record"] = (keep.record, gone.record)
    if gone.external_id and not keep.external_id:
        filled["external_id"] = ("", gone.external_id)
    return filled


def _summary(gone: Customer) -> dict[str, object]:
    """All that the gone one was, so that a wrong merge can be taken apart again by hand."""
    return {
        "id": gone.id,
        "name": gone.name,
        "company": gone.company,
        "category": gone.category.id if gone.category else "",
        "note": gone.note,
        "external_id": gone.external_id,
        "photo": gone.photo,
        "numbers": [number.key for number in gone.numbers],
        "mails": [mail.address for mail in gone.mails],
    }
