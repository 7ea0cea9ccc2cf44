"""A limit of time for what is read: a search that somebody waits for, a sum over everything."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

STEPS = 20_000
"""Of SQLite's machine between two looks at the clock: about a millisecond."""


class TooSlow(Exception):
    """It was not done in time."""


@asynccontextmanager
async def time_limit(tx: AsyncConnection, seconds: float) -> AsyncIterator[None]:
    """What is read in the block takes `seconds` at most. Raises TooSlow."""
    driver = (await tx.get_raw_connection()).driver_connection
    if not isinstance(driver, aiosqlite.Connection):
        yield
        return
    until = time.monotonic() + seconds
    await driver.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
    try:
        yield
    except sa.exc.OperationalError as error:
        if "interrupted" in str(error.orig):
            raise TooSlow from error
        raise
    finally:
        await driver.set_progress_handler(None, 0)  # type: ignore[arg-type]  # takes the handler away
