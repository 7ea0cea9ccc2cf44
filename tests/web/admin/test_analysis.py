"""The admin's page of analyses: how they get on, what failed, and making them anew."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from screenpop.store.tables import analysis, audit, call, recording, transcript
from tests.web.conftest import Client, SignIn
from web.keys import Services

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date().isoformat()
pytestmark = pytest.mark.feature("ANAL-01")


@pytest.fixture
async def admin(sign_in: SignIn) -> Client:
    return await sign_in("admin")


async def analysed(services: Services, id_: str, state: str, said: bool = False, **values: Any) -> None:
    """A call with a recording and its analysis."""
    async with services.store.begin() as tx:
        await tx.execute(sa.insert(call).values(id=id_, direction="incoming", started_at=NOW))
        row = {"id": id_, "call_id": id_, "state": "stored", "name": id_, "started_at": NOW, "seconds": 125}
        await tx.execute(sa.insert(recording).values(row))
        order = {"recording_id": id_, "call_id": id_, "state": state, "asked_at": NOW}
        await tx.execute(sa.insert(analysis).values(order | values))
        if said:
            words = {"recording_id": id_, "call_id": id_, "segments": [], "created_at": NOW}
            await tx.execute(sa.insert(transcript).values(words))


async def states(services: Services) -> dict[str, tuple[str, str]]:
    async with services.store.read() as tx:
        rows = await tx.execute(sa.select(analysis.c.recording_id, analysis.c.state, analysis.c.part))
        return {row[0]: (row[1], row[2]) for row in rows}


async def test_page_shows_what_runs_and_what_failed_with_its_reason(admin: Client, services: Services) -> None:
    await analysed(services, "c1", "running", progress=0.4)
    await analysed(services, "c2", "failed", problem="the file <b>breaks</b> off")
    await analysed(services, "c3", "waiting")
    text = await (await admin.get("/admin/analysis")).text()
    assert 'value="0.4"' in text
    assert "The file &lt;b&gt;breaks&lt;/b&gt; off." in text
    assert 'href="/calls/c1"' in text
    assert "2:05" in text
    assert "faster-whisper" in text


async def test_page_without_work_says_that_nothing_failed(admin: Client) -> None:
    assert "Nothing failed" in await (await admin.get("/admin/analysis")).text()


async def test_failed_one_is_analysed_again(admin: Client, services: Services) -> None:
    await analysed(services, "c2", "failed", problem="away", tries=3)
    await admin.post("/admin/analysis/recordings/c2/again")
    assert await states(services) == {"c2": ("waiting", "all")}
    async with services.store.read() as tx:
        entry = (await tx.execute(sa.select(audit).where(audit.c.action == "analyse"))).one()
    assert (entry.object_type, entry.object_id) == ("recording", "c2")


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("words", {"c1": ("waiting", "words"), "c2": ("failed", "all")}),
        ("failed", {"c1": ("done", "all"), "c2": ("waiting", "all")}),
        ("all", {"c1": ("waiting", "all"), "c2": ("waiting", "all")}),
    ],
)
async def test_period_is_analysed_again(
    admin: Client, services: Services, part: str, expected: dict[str, tuple[str, str]]
) -> None:
    await analysed(services, "c1", "done", said=True)
    await analysed(services, "c2", "failed")
    await admin.post("/admin/analysis/again", data={"since": TODAY, "until": TODAY, "part": part})
    assert await states(services) == expected


async def test_period_that_is_none_is_refused_beside_its_field(admin: Client) -> None:
    answer = await admin.post("/admin/analysis/again", data={"since": "today", "until": TODAY, "part": "all"})
    assert answer.status == 422
    assert "This is not a date." in await answer.text()
    answer = await admin.post("/admin/analysis/again", data={"since": TODAY, "until": "2001-01-01", "part": "all"})
    assert "The period ends before it begins." in await answer.text()


async def test_supervisor_does_not_see_the_page(sign_in: SignIn) -> None:
    supervisor = await sign_in("sue")
    assert (await supervisor.get("/admin/analysis")).status == 403
