"""Paging through the log while calls come in: what was there when one began is shown, and nothing twice."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from screenpop.calls import search_store
from screenpop.calls.search import parse
from screenpop.calls.search_plan import Asked
from screenpop.calls.search_store import Cursor
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import call
from tests.screenpop.calls import random_log
from tests.screenpop.calls.random_log import NOW

COUNT, SIZE = 60, 7
QUERIES = ("", "sort=-time", "sort=talk", "sort=-talk", "sort=wait", "sort=-score", "q=refund", "direction=incoming")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    yield store
    await store.close()


async def come_in(store: Store, chance: random.Random, like: Cursor) -> None:
    """A new call now, one that was written late, and one of the very moment of the page's last."""
    rows = random_log.rows(3, chance.randrange(10**9))
    for row, at in zip(rows, (NOW + timedelta(seconds=1), row_time(chance), like.at), strict=True):
        row |= {"id": f"new-{chance.randrange(10**9)}", "started_at": at, "customer_id": None, "user_id": None}
    async with store.begin() as tx:
        await tx.execute(sa.insert(call), rows)


def row_time(chance: random.Random) -> datetime:
    return NOW - timedelta(seconds=chance.randrange(86400 * 20))


@pytest.mark.feature("CALL-31")
@pytest.mark.parametrize("query", QUERIES)
async def test_no_call_is_lost_or_doubled_between_pages_while_others_come_in(store: Store, query: str) -> None:
    chance, ids = random.Random(query), list[str]()
    after: Cursor | None = None
    async with store.begin() as tx:
        await random_log.write(tx, COUNT, 3)
    asked = Asked(search=parse(query), numbers=Numbers("DE"), now=NOW, zone=ZoneInfo("Europe/Berlin"))
    async with store.read() as tx:
        before = (await search_store.page(tx, asked, COUNT)).ids
    assert len(before) > 2 * SIZE
    further = True
    while further:
        async with store.read() as tx:
            found = await search_store.page(tx, asked, SIZE, after)
        ids, after, further = ids + found.ids, found.places[-1], found.further
        assert len(ids) < 10 * COUNT
        if len(ids) < COUNT:
            await come_in(store, chance, after)
    assert len(ids) == len(set(ids))
    assert [id_ for id_ in ids if id_ in set(before)] == before
