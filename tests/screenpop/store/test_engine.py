"""The store: one writer, whole transactions, times in UTC."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.errors import BadConfiguration
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import category, customer_number, setting

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


async def put(store: Store, key: str, value: object, at: datetime = NOW) -> None:
    async with store.begin() as tx:
        await tx.execute(sa.insert(setting).values(key=key, value=value, updated_at=at))


async def count(store: Store) -> int | None:
    async with store.read() as tx:
        return await tx.scalar(sa.select(sa.func.count()).select_from(setting))


async def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    async def fail() -> None:
        async with store.begin() as tx:
            await tx.execute(sa.insert(setting).values(key="a", value=1, updated_at=NOW))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await count(store) == 0


async def test_sync_brings_the_log_of_changes_to_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(store, "a", 1)
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.readlink(f"/proc/self/fd/{handle}")))
    await store.sync()
    assert [Path(file).name for file in synced] == ["ringdesk.db-wal"]
    await put(store, "b", 2)  # the locks of the database are where they were
    await store.close()
    await store.sync()  # its end has brought everything into the database itself
    assert len(synced) == 1


async def test_read_modify_write_by_many_at_once_loses_nothing(store: Store) -> None:
    await put(store, "n", 0)

    async def add() -> None:
        async with store.begin() as tx:
            value = await tx.scalar(sa.select(setting.c.value).where(setting.c.key == "n"))
            await tx.execute(sa.update(setting).where(setting.c.key == "n").values(value=value + 1))

    await asyncio.gather(*(add() for _ in range(25)))
    async with store.read() as tx:
        assert await tx.scalar(sa.select(setting.c.value)) == 25


async def test_a_reader_is_not_held_up_by_the_writer_and_sees_one_state(store: Store) -> None:
    async with store.begin() as tx:
        await tx.execute(sa.insert(setting).values(key="a", value=1, updated_at=NOW))
        assert await count(store) == 0
    assert await count(store) == 1


async def test_foreign_keys_hold(store: Store) -> None:
    values = {"id": "n", "customer_id": "nobody", "raw": "1", "key": "1", "tail": ""}
    async with store.begin() as tx:
        with pytest.raises(sa.exc.IntegrityError):
            await tx.execute(sa.insert(customer_number).values(values))


async def test_times_come_back_in_utc_and_none_goes_in_without_a_zone(store: Store) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    await put(store, "a", None, east)
    async with store.read() as tx:
        found = await tx.scalar(sa.select(setting.c.updated_at))
    assert (found, found.utcoffset()) == (NOW, timedelta(0))

    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        await put(store, "b", None, NOW.replace(tzinfo=None))


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_a_store_is_refused(url: str) -> None:
    with pytest.raises(BadConfiguration):
        Store.open(url)


async def test_glance_reads_what_is_committed_in_one_piece(store: Store) -> None:
    async with store.begin() as tx:
        await tx.execute(sa.insert(category).values(id="x", name="Fresh", colour="#000000", flag="ordinary", sort=9))
    names = await store.glance(lambda tx: tx.execute(sa.select(category.c.name)).scalars().all())
    assert "Fresh" in names
