"""Pictures of customers in SQL; their files are in `photos`. Every function works in the transaction it is given."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.photos import Checked
from screenpop.store.tables import customer, photo


async def mime_of(tx: AsyncConnection, hash_: str) -> str | None:
    """The type of the file of a picture, None where there is none."""
    found: str | None = await tx.scalar(sa.select(photo.c.mime).where(photo.c.hash == hash_))
    return found


async def insert(tx: AsyncConnection, checked: Checked, now: datetime) -> None:
    """Write a picture down; one that is known already stays as it is."""
    known = await tx.scalar(sa.select(photo.c.hash).where(photo.c.hash == checked.hash))
    if known is None:
        columns = {name: value for name, value in asdict(checked).items() if name != "thumb"}
        await tx.execute(sa.insert(photo).values(**columns, created_at=now))


async def put_on(tx: AsyncConnection, customer_id: str, hash_: str | None) -> str:
    """Give or take the picture; returns the hash of the one before that nobody should need now, or ""."""
    old = await tx.scalar(sa.select(customer.c.photo).where(customer.c.id == customer_id))
    await tx.execute(sa.update(customer).where(customer.c.id == customer_id).values(photo=hash_))
    return old if old and old != hash_ else ""


async def drop_unused(tx: AsyncConnection, hash_: str) -> bool:
    """Forget a picture that no customer has any more; was it one?"""
    unused = ~sa.exists().where(customer.c.photo == hash_)
    return (await tx.execute(sa.delete(photo).where(photo.c.hash == hash_, unused))).rowcount > 0
