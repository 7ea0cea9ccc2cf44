"""The live board over HTTP: its figures, its stream, and who is let into calls."""

import asyncio
import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallView,
    ListenerLeft,
    Party,
    PbxLinkChanged,
    QueueJoined,
    QueueLeft,
)
from screenpop.pbx import Ear, Troubles
from screenpop.store.tables import audit
from tests.noon import place_at_noon
from tests.until import until
from tests.web.conftest import Client, SignIn
from tests.web.live import Panel
from web.keys import Services

NUMBER = "+442079460001"


@dataclass
class EarSpy:
    """The PBX's ear, as a test wants it: takes the phone up when `answer` is set."""

    asked: list[tuple[str, str, str, Ear]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def join_in(self, listener_id: str, extension: str, call_id: str, agent: str, how: Ear) -> None:
        self.ids.append(listener_id)
        self.asked.append((extension, call_id, agent, how))
        await self.answer.wait()


@dataclass
class Care:
    """Looks after a link that is not there."""

    retried: int = 0
    troubles: Troubles = field(default_factory=lambda: Troubles(failures=3, dropped=0, half_seen=7))

    def retry_now(self) -> None:
        self.retried += 1


@pytest.fixture
def timezone() -> str:
    return place_at_noon()


@pytest.fixture
async def services(services: Services) -> Services:
    return dataclasses.replace(services, ear=EarSpy(), care=Care())


@pytest.fixture
async def sue(sign_in: SignIn, services: Services) -> Client:
    me = services.users.by_login("sue")
    assert me
    await services.users.sit(me.id, ["105"])
    return await sign_in("sue")


def view(call: str = "c1", **more: Any) -> CallView:
    party = Party(NUMBER, "Ada <b>L</b>")
    fields: dict[str, Any] = {"direction": "incoming", "caller": party, "to": ("101",), "started_at": time.time()}
    return CallView(id=call, remote=party, **(fields | more))


def talk(services: Services, call: str = "c1") -> None:
    talking = view(call, queue="support", agents=("101",), talking=("101",), answered_at=time.time())
    services.bus.publish(CallAnswered(call=talking, at=time.time(), agent="101"))


async def snapshot(client: Client) -> dict[str, Any]:
    answer = await client.get("/api/board")
    assert answer.status == 200
    found: dict[str, Any] = await answer.json()
    return found


async def test_board_is_for_those_who_may_see_it(sue: Client, sign_in: SignIn) -> None:
    page = await (await sue.get("/board")).text()
    assert 'href="/board"' in page
    agent = await sign_in("101")
    assert (await agent.get("/board")).status == 403
    assert (await agent.get("/api/board")).status == 403
    assert (await agent.post("/api/calls/c1/listen", data={"agent": "102", "how": "listen"})).status == 403
    assert 'href="/board"' not in await (await agent.get("/")).text()


@pytest.mark.feature("RATE-06", "RATE-07")
async def test_changes_on_the_stream_lead_to_a_fresh_snapshot(sue: Client, services: Services) -> None:
    panel = await Panel.open(sue)
    before = await snapshot(sue)
    waiting = view("w", queue="support")
    services.bus.publish(QueueJoined(call=waiting, at=time.time(), queue="support"))
    talk(services)
    await until(lambda: panel.of("board"))
    services.bus.publish(QueueLeft(call=waiting, at=time.time(), queue="support", waited=12, reason="abandoned"))
    services.bus.publish(CallEnded(call=waiting, at=time.time(), result="abandoned"))
    await until(lambda: any("w" in change.get("gone", {}).get("calls", []) for change in panel.of("board")))
    seen = {part: {row["id"]: row for row in before[part]} for part in ("calls", "queues", "agents")}
    sums = before["totals"]
    for change in panel.of("board"):
        for part, changed in change.get("put", {}).items():
            seen[part] |= {row["id"]: row for row in changed}
        for part, ids in change.get("gone", {}).items():
            for each in ids:
                del seen[part][each]
        sums = change.get("totals", sums)
    fresh = await snapshot(sue)
    assert seen == {part: {row["id"]: row for row in fresh[part]} for part in seen}
    assert (sums, sums["abandoned"], sums["given_up"]) == (fresh["totals"], 1, 1)
    assert fresh["calls"][0]["who"] == "Ada <b>L</b>"
    await panel.close()


async def test_agents_stream_tells_nothing_of_the_board(sue: Client, sign_in: SignIn, services: Services) -> None:
    agent = await Panel.open(await sign_in("101"))
    boss = await Panel.open(sue)
    await snapshot(sue)
    talk(services)
    await until(lambda: boss.of("board"))
    assert agent.of("board") == []
    await agent.close()
    await boss.close()


async def test_supervisor_is_let_in_the_agent_is_told_and_it_is_written_down(
    sue: Client, sign_in: SignIn, services: Services
) -> None:
    agent = await Panel.open(await sign_in("101"))
    talk(services)
    await until(lambda: agent.pops)
    ear = services.ear
    assert isinstance(ear, EarSpy)
    asked = asyncio.create_task(sue.post("/api/calls/c1/listen", data={"agent": "101", "how": "whisper"}))
    await until(lambda: ear.asked)
    assert ear.asked == [("105", "c1", "101", "whisper")]
    assert "Listened to" not in next(iter(agent.pops.values()))["html"]
    ear.answer.set()
    assert (await asked).status == 204
    await until(lambda: "Listened to" in next(iter(agent.pops.values()))["html"])
    services.bus.publish(ListenerLeft(listener_id=ear.ids[0]))
    await until(lambda: "Listened to" not in next(iter(agent.pops.values()))["html"])
    async with services.store.read() as tx:
        row = (await tx.execute(select(audit).where(audit.c.action == "whisper"))).one()
    me = services.users.by_login("sue")
    assert me
    assert (row.actor, row.object_id, row.changes["agent"]) == (me.id, "c1", ["", "101"])
    await agent.close()


async def test_agent_is_not_told_where_that_is_switched_off(sue: Client, sign_in: SignIn, services: Services) -> None:
    await services.board_settings.put("20", "5", False, "system")
    agent = await Panel.open(await sign_in("101"))
    talk(services)
    assert isinstance(services.ear, EarSpy)
    services.ear.answer.set()
    assert (await sue.post("/api/calls/c1/listen", data={"agent": "101", "how": "listen"})).status == 204
    assert not services.listeners.heard("c1", "101")
    await agent.close()


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"agent": "101", "how": "spy"}, 422, "One can listen, whisper or barge in."),
        ({"agent": "102", "how": "listen"}, 409, "This agent does not talk in this call any more."),
        ({"agent": "105", "how": "listen"}, 422, "This is your own call."),
    ],
)
async def test_what_cannot_be_listened_to_is_refused_in_words(
    sue: Client, services: Services, form: dict[str, str], status: int, words: str
) -> None:
    talk(services)
    answer = await sue.post("/api/calls/c1/listen", data=form, headers={"Accept": "application/json"})
    assert (answer.status, (await answer.json())["error"]["message"]) == (status, words)


async def test_who_has_no_phone_cannot_listen(sign_in: SignIn, services: Services) -> None:
    talk(services)
    client = await sign_in("admin")
    answer = await client.post("/api/calls/c1/listen", json={"agent": "101", "how": "listen"})
    assert answer.status == 422
    assert "Choose your extension" in await answer.text()


@pytest.mark.feature("RATE-06")
async def test_target_is_set_by_an_admin_and_boards_follow(sue: Client, sign_in: SignIn, services: Services) -> None:
    joined = view("q", queue="support")
    services.bus.publish(QueueLeft(call=joined, at=time.time(), queue="support", waited=25, reason="answered"))
    panel = await Panel.open(sue)
    assert (await snapshot(sue))["queues"][0]["level"] == 0
    admin = await sign_in("admin")
    bad = await admin.post("/admin/board", data={"answer_within": "soon", "short_abandon": "5"})
    assert bad.status == 422
    assert "Write seconds, from 0 to 3600." in await bad.text()
    page = await admin.post("/admin/board", data={"answer_within": "30", "short_abandon": "5", "tell_agents": "1"})
    assert "Open boards follow at once." in await page.text()
    await until(lambda: panel.of("board"))
    assert panel.of("board")[-1]["put"]["queues"][0]["level"] == 1
    assert (await sue.get("/admin/board")).status == 403
    await panel.close()
    await services.board_settings.load()
    assert services.board_settings.now.answer_within == 30


async def test_pbx_page_tries_again_at_once_and_shows_what_went_wrong(sue: Client, services: Services) -> None:
    services.pbx.state = PbxLinkChanged(up=False, state="away", reason="no link")  # type: ignore[misc]
    page = await (await sue.get("/admin/pbx")).text()
    assert "Try again now" in page
    assert "Events that could not be applied" in page
    await sue.post("/admin/pbx/retry")
    assert isinstance(services.care, Care)
    assert services.care.retried == 1
