"""The store: one writer, several readers, one SQLite file (or PostgreSQL)."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from screenpop.errors import BadConfiguration
from screenpop.store import sqlite
from screenpop.store.tables import metadata

READERS = 4
GLANCERS = 2
BUSY_TIMEOUT_MS = 10_000

T = TypeVar("T")

assert sqlite.TRIGRAM_INDEX  # its import hangs the index on the metadata


def default_url(data_dir: str | Path) -> str:
    """Where the store is when the configuration names none: ringdesk.db in the data directory."""
    return URL.create("sqlite+aiosqlite", database=str(Path(data_dir) / "ringdesk.db")).render_as_string()


class Store:
    """Transactions on the database. One transaction is one connection, handed down to whoever works in it."""

    def __init__(
        self, writer: AsyncEngine, reader: AsyncEngine, glancer: sa.Engine | None = None, file: str = ""
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._glancer = glancer
        self._file = file
        self._threads = ThreadPoolExecutor(GLANCERS, thread_name_prefix="glance")

    @classmethod
    def open(cls, url: str) -> "Store":
        """The store at this address (`sqlite+aiosqlite:///FILE`, or `sqlite:///FILE`); connects when first used.

        Raises BadConfiguration for an address that cannot be one.
        """
        parsed = parse_url(url)
        if parsed.get_backend_name() != "sqlite":
            engine = create_async_engine(parsed)
            return cls(engine, engine)
        # A pool of one connection is what makes the writer one: the next transaction waits for the connection.
        writer = create_async_engine(parsed, pool_size=1, max_overflow=0, pool_timeout=60)
        reader = create_async_engine(parsed, pool_size=READERS, max_overflow=0, pool_timeout=60)
        begin_with(writer.sync_engine, "BEGIN IMMEDIATE")
        begin_with(reader.sync_engine, "BEGIN")
        plain = parsed.set(drivername="sqlite")
        glancer = sa.create_engine(plain, pool_size=GLANCERS, max_overflow=0, connect_args={"check_same_thread": False})
        begin_with(glancer, "BEGIN")
        return cls(writer, reader, glancer, str(parsed.database))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end of the block, rolled back by an exception."""
        async with self._writer.begin() as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one state of the database for the whole block."""
        async with self._reader.connect() as tx:
            yield tx

    async def glance(self, look: Callable[[sa.Connection], T]) -> T:
        """What `look` reads, on a thread of its own: for what a ringing phone waits for.

        One change of thread for all statements, where `read` needs two for each.
        """
        if self._glancer is None:
            async with self.read() as tx:
                return await tx.run_sync(look)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, self._glancer, look)

    @staticmethod
    def _look(engine: sa.Engine, look: Callable[[sa.Connection], T]) -> T:
        with engine.connect() as tx:
            return look(tx)

    async def sync(self) -> None:
        """Let what was committed be there after a power cut, too; nobody who reads or writes waits meanwhile.

        A commit alone outlives the end of the program: `synchronous = NORMAL` leaves the log of changes to the system's
        cache for up to half a minute. Raises OSError.
        """
        if self._file:
            await asyncio.to_thread(_to_disk, f"{self._file}-wal")

    async def create_all(self) -> None:
        """Make every table straight from the metadata; for tests. Sites are made by the migrations."""
        async with self.begin() as tx:
            await tx.run_sync(metadata.create_all)

    async def close(self) -> None:
        """Close the connections and their threads."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._glancer is not None:
            self._glancer.dispose()
        await self._reader.dispose()
        await self._writer.dispose()


def _to_disk(file: str) -> None:
    """Where there is no such file, SQLite has brought what was in it to disk before it went."""
    try:
        handle = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def parse_url(url: str) -> URL:
    """The address of a store, with the driver we use; raises BadConfiguration."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise BadConfiguration(f"{url!r} is not the address of a database", "database") from error
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise BadConfiguration("a database in memory would be lost at the next start: name a file", "database")
        return parsed.set(drivername="sqlite+aiosqlite")
    return parsed


def begin_with(engine: sa.Engine, begin: str) -> None:
    """Let us, not the driver, begin transactions: the driver would begin late and as a reader."""

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


_PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MS}",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "cache_size = -16384",
    "temp_store = MEMORY",
)
