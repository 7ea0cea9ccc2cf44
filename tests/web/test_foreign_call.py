"""Somebody else's call: whatever address an agent tries, it is neither told nor changed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from screenpop.store.tables import metadata
from tests.web.admin.test_users import id_of
from tests.web.conftest import SignIn
from tests.web.recorded import recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

RIGHTS = ("listen_recordings", "download_recordings", "share_recordings", "listen_live")
"""What an admin may give an agent who still sees own calls only."""
SECRETS = ("Zenobia", "4477001", "44 77001", "brightwater", "brass wheels", "zebrafish", "quagga", "r1.opus")
LISTS = (
    *("/calls", "/calls?q=zebrafish", "/calls?q=brass+wheels", "/calls?q=4477001", "/calls?number=4477001"),
    *("/calls?agent=101", "/calls?tag=quagga", "/calls?tracker=t1", "/calls?recorded=yes", "/calls?sort=-talk"),
    *("/calls/totals?q=zebrafish", "/calls/totals", "/calls/missed", "/calls/missed?all=1", "/calls/follow-ups"),
    *("/calls/follow-ups?all=1", "/api/missed", "/api/follow-ups", "/api/pops", "/api/state", "/calls?calls=all", "/"),
    *("/calls?q=Zenobia", "/reports", "/reports?agent=101", "/reports/agents", "/reports/customers"),
    *("/reports/customers?agent=101", "/reports/customers.csv", "/reports/customers.xlsx", "/reports/trackers"),
)
HARMLESS = {"audit", "session", "user", "sign_in"}
"""Tables in which a refused request may leave its trace."""


@pytest.fixture(autouse=True)
async def call(services: Services, tmp_path: Path) -> None:
    """An unanswered call and a recorded one, both of 101 alone."""
    await log_call(services, "c1", "+49304477001", name="Zenobia")
    await log_call(services, "c2", "+49304477001", result="missed", name="Zenobia")
    await recorded(services.store, tmp_path / "recordings", "c1", found=report())
    for id_ in ("c1", "c2"):
        await services.calls.set_note(id_, "zebrafish", "system")
        await services.work.add_tag(id_, "quagga", id_of(services, "101"))


async def stored(services: Services) -> dict[str, list[Any]]:
    """Everything that is in the store."""
    async with services.store.read() as tx:
        tables = [table for table in metadata.sorted_tables if table.name not in HARMLESS]
        return {table.name: [tuple(row) for row in await tx.execute(sa.select(table))] for table in tables}


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def addresses(app: web.Application) -> Iterator[tuple[str, str]]:
    """Every route that takes the id of a call, with theirs."""
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if re.match(r"/(calls|api/calls)/(missed/|follow-ups/)?\{id\}", path) and route.method != "HEAD":
            for id_ in ("c1", "c2"):
                whole = path.replace("{id}", id_).replace("{recording}", "r1")
                yield route.method, re.sub(r"\{\w+\}", "x", whole)


@pytest.mark.feature("CALL-31", "CALL+13")
async def test_agent_neither_reads_nor_changes_a_call_of_somebody_else(
    app: web.Application, sign_in: SignIn, services: Services
) -> None:
    await services.users.entitle(id_of(services, "102"), dict.fromkeys(RIGHTS, True))
    client, before = await sign_in("102"), await stored(services)
    form = {"text": "x", "note": "x", "tag": "x", "hours": "1", "at": "1", "due": "2030-01-01", "mode": "listen"}
    tried = list(addresses(app))
    assert len(tried) > 40, tried
    for method, path in tried:
        for data, json in ((form, None), (None, form)) if method == "POST" else ((None, None),):
            answer = await client.request(method, path, data=data, json=json, allow_redirects=False)
            assert 400 <= answer.status < 500, (method, path, answer.status)
            assert told(await answer.text()) == [], (method, path)
    assert await stored(services) == before


@pytest.mark.feature("CALL-31", "REP-04")
async def test_lists_searches_and_reports_of_an_agent_tell_nothing_of_it(sign_in: SignIn, services: Services) -> None:
    await services.users.entitle(id_of(services, "102"), dict.fromkeys(RIGHTS, True))
    mine, foreign = await sign_in("101"), await sign_in("102")
    assert "Zenobia" in await (await mine.get("/calls?q=zebrafish")).text()
    for path in LISTS:
        asked = path.partition("?")[2].replace("+", " ")
        text = await (await foreign.get(path)).text(errors="replace")
        assert [secret for secret in told(text) if secret not in asked] == [], path
