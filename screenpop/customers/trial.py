"""A dry run: an import tried on a copy of just those customers whom the file may mean.

The real store is only read, so that no call, note or sign-in waits while a long file is looked at.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.bulk import Outcome, Ready, find, put
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import category, customer, customer_mail, customer_number

_OWNED = ((customer, customer.c.id), *((table, table.c.customer_id) for table in (customer_number, customer_mail)))


Put = Callable[[Sequence[Ready]], Awaitable[list[Outcome]]]


@asynccontextmanager
async def trial(real: Store, numbers: Numbers) -> AsyncIterator[Put]:
    """What takes one batch after the other and tells the outcomes; all of it is gone at the end of the block."""
    async with _scratch() as scratch, scratch.begin() as tx:
        await _copy_categories(real, tx)

        async def put_batch(batch: Sequence[Ready]) -> list[Outcome]:
            async with real.read() as reading:
                await _copy_customers(reading, tx, batch)
            return (await put(tx, batch, numbers, ""))[0]

        yield put_batch


@asynccontextmanager
async def _scratch() -> AsyncIterator[Store]:
    """An empty store in a folder of its own, which goes with it."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="ringdesk-dry-run-")
    store = Store.open(default_url(folder))
    try:
        await store.create_all()
        yield store
    finally:
        try:
            await store.close()
        finally:
            await asyncio.to_thread(shutil.rmtree, folder)


async def _copy_categories(real: Store, tx: AsyncConnection) -> None:
    await tx.execute(sa.delete(category))
    async with real.read() as reading:
        await _copy(reading, tx, sa.select(category), category)


async def _copy_customers(reading: AsyncConnection, tx: AsyncConnection, batch: Sequence[Ready]) -> None:
    """Those whom the batch may mean and who are not copied yet: what the file did to them before must stay."""
    meant = (await find(reading, batch)).by_id.keys()
    there = set((await tx.execute(sa.select(customer.c.id).where(customer.c.id.in_(meant)))).scalars())
    for table, owner in _OWNED:
        await _copy(reading, tx, sa.select(table).where(owner.in_(meant - there)), table)


async def _copy(
    reading: AsyncConnection, tx: AsyncConnection, query: sa.Select[*tuple[object, ...]], to: sa.Table
) -> None:
    rows = [dict(row) for row in (await reading.execute(query)).mappings()]
    for row in rows:
        row.pop("photo", None)  # the file of it is not copied
    if rows:
        await tx.execute(sa.insert(to), rows)
