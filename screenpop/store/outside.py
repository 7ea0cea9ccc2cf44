"""How a command of `ringdesk` tells the running service that it wrote to the store: by a mark, new each time."""

from datetime import UTC, datetime

import sqlalchemy as sa

from screenpop.ids import new_id
from screenpop.store.engine import Store
from screenpop.store.tables import setting


async def set_mark(store: Store, what: str) -> None:
    """Say that `what` was written; a service that runs looks every few seconds."""
    values = {"key": what, "value": new_id(), "updated_at": datetime.now(UTC)}
    async with store.begin() as tx:
        await tx.execute(sa.delete(setting).where(setting.c.key == what))
        await tx.execute(sa.insert(setting).values(values))


async def mark_of(store: Store, what: str) -> object:
    """The mark that stands there now, None before the first."""
    async with store.read() as tx:
        return await tx.scalar(sa.select(setting.c.value).where(setting.c.key == what))
