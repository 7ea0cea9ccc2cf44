"""The numbers and mail addresses of a customer in SQL."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.fields import clean_line, clean_mail
from screenpop.errors import BadInput, NotFound
from screenpop.ids import new_id
from screenpop.numbers import Number
from screenpop.store.tables import customer_mail, customer_number

MOST = 50
"""So many numbers, and so many mails, a customer can have."""


async def add_number(tx: AsyncConnection, customer_id: str, number: Number, kind: str) -> str:
    """Add a number; returns its key, or "" where the customer has it already. Raises BadInput."""
    if not number.key:
        raise BadInput("This is not a phone number.", "number")
    keys = await _values(tx, customer_number, customer_number.c.key, customer_id)
    if number.key in keys:
        return ""
    _check_count(keys)
    row = number_row(number, clean_line(kind)[:20] or number.kind)
    await tx.execute(
        sa.insert(customer_number).values(**row, customer_id=customer_id, primary=not keys, sort=len(keys))
    )
    return number.key


async def remove_number(tx: AsyncConnection, customer_id: str, number_id: str) -> str:
    """Take a number away; returns its key. Raises NotFound."""
    removed = await _remove(tx, customer_number, customer_number.c.key, customer_id, number_id)
    await _ensure_primary(tx, customer_number, customer_id)
    return removed


async def set_primary(tx: AsyncConnection, customer_id: str, number_id: str) -> str:
    """Show this number first; returns its key. Raises NotFound."""
    c = customer_number.c
    key: str | None = await tx.scalar(sa.select(c.key).where(c.customer_id == customer_id, c.id == number_id))
    if key is None:
        raise NotFound("The customer does not have this number any more.")
    theirs = sa.update(customer_number).where(c.customer_id == customer_id)
    await tx.execute(theirs.values(primary=c.id == number_id))
    return key


async def add_mail(tx: AsyncConnection, customer_id: str, address: str) -> str:
    """Add a mail address; returns it, or "" where the customer has it already. Raises BadInput."""
    cleaned = clean_mail(address)
    addresses = await _values(tx, customer_mail, customer_mail.c.address, customer_id)
    if cleaned in addresses:
        return ""
    _check_count(addresses)
    row = {"id": new_id(), "customer_id": customer_id, "address": cleaned}
    await tx.execute(sa.insert(customer_mail).values(**row, primary=not addresses, sort=len(addresses)))
    return cleaned


async def remove_mail(tx: AsyncConnection, customer_id: str, mail_id: str) -> str:
    """Take a mail address away; returns it. Raises NotFound."""
    removed = await _remove(tx, customer_mail, customer_mail.c.address, customer_id, mail_id)
    await _ensure_primary(tx, customer_mail, customer_id)
    return removed


def number_row(number: Number, kind: str) -> dict[str, object]:
    """The columns of a number, but for whose it is and in which place."""
    return {
        "id": new_id(),
        "raw": clean_line(number.raw),
        "e164": number.e164,
        "key": number.key,
        "tail": number.tail,
        "national": number.national,
        "kind": kind,
    }


def _check_count(values: list[str]) -> None:
    if len(values) >= MOST:
        raise BadInput("A customer can have 50 of these at most.")


async def _values(tx: AsyncConnection, table: sa.Table, column: sa.Column[str], customer_id: str) -> list[str]:
    query = sa.select(column).where(table.c.customer_id == customer_id)
    return list((await tx.execute(query)).scalars())


async def _remove(tx: AsyncConnection, table: sa.Table, column: sa.Column[str], customer_id: str, row_id: str) -> str:
    this = sa.and_(table.c.customer_id == customer_id, table.c.id == row_id)
    value = await tx.scalar(sa.select(column).where(this))
    if value is None:
        raise NotFound("The customer does not have this any more.")
    await tx.execute(sa.delete(table).where(this))
    return value


async def _ensure_primary(tx: AsyncConnection, table: sa.Table, customer_id: str) -> None:
    """The first of what is left is shown first, where nothing else was chosen."""
    c = table.c
    theirs = sa.select(c.id).where(c.customer_id == customer_id)
    first = await tx.scalar(theirs.order_by(c.primary.desc(), c.sort, c.id).limit(1))
    if first is not None:
        await tx.execute(sa.update(table).where(c.id == first).values(primary=True))
