"""A supervisor listens, whispers and barges in on a real Asterisk; tones tell who hears whom."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from ari_app.demo.lab import Lab
from ari_app.demo.phonecall import Call
from ari_app.demo.softphone import Phone
from screenpop.core import opened, store_url
from screenpop.store.engine import Store
from screenpop.store.tables import audit
from tests.pbx.desk import ADA_NUMBER, PASSWORD, Desk, config_of, make_desk, rows, until
from tests.pbx.tones import AGENT, AUDIBLE, CUSTOMER, SUPERVISOR, loudness, write_tone

LIMIT = 60.0


@dataclass
class Scene:
    """A call between a customer and agent 101, and the phone of Sue at 105, who is a supervisor."""

    desk: Desk
    session: aiohttp.ClientSession
    customer: Call
    agent: Call
    sue: Phone

    async def board(self) -> dict[str, Any]:
        async with self.session.get(f"{self.desk.url}/api/board") as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def the_call(self) -> str:
        async def talking() -> str:
            calls = (await self.board())["calls"]
            return next((call["id"] for call in calls if call["state"] == "talking"), "")

        return await until(talking, "the call is on the board")

    async def ask(self, call_id: str, how: str, agent: str = "101") -> tuple[int, str]:
        body = {"agent": agent, "how": how}
        async with self.session.post(f"{self.desk.url}/api/calls/{call_id}/listen", json=body) as answer:
            return answer.status, await answer.text()

    async def join(self, call_id: str, how: str) -> Call:
        asked = asyncio.create_task(self.ask(call_id, how))
        leg = await self.sue.next_call(LIMIT)
        leg.ring()
        await leg.answer()
        assert await asked == (204, "")
        return leg


def hears(call: Call, *tones: int) -> bool:
    """Hears this phone exactly these tones of the three, its own left out?"""
    assert call.voice is not None
    heard = {tone for tone in (CUSTOMER, AGENT, SUPERVISOR) if loudness(call.voice.lately, tone) > AUDIBLE}
    return heard == set(tones)


async def until_heard(call: Call, *tones: int) -> None:
    async def heard() -> bool:
        return hears(call, *tones)

    await until(heard, f"the tones {tones} and no other")


async def phone(lab: Lab, folder: Path, user: str, tone: int, **more: Any) -> Phone:
    recording = await asyncio.to_thread(write_tone, folder / f"{tone}.ul", tone)
    return await Phone(user, lab.sip_port, recording=recording, **more).open()


@pytest.fixture
async def scene(asterisk: Lab, tmp_path: Path) -> AsyncIterator[Scene]:
    desk = await make_desk(asterisk, tmp_path / "desk")
    async with opened(config_of(desk.folder)) as core:
        sue = core.users.by_login("sue")
        assert sue
        await core.users.sit(sue.id, ["105"])
    await desk.start()
    secret = asterisk.access.sip_password
    agent = await phone(asterisk, tmp_path, "101", AGENT, secret=secret)
    supervisor = await phone(asterisk, tmp_path, "105", SUPERVISOR, secret=secret)
    caller = await phone(asterisk, tmp_path, ADA_NUMBER, CUSTOMER)
    await asyncio.gather(agent.register(), supervisor.register())
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        sign_in = {"login": "sue", "password": PASSWORD}
        async with session.post(f"{desk.url}/sign-in", data=sign_in) as answer:
            assert answer.status == 200
        outside = await caller.dial("101")
        inside = await agent.next_call(LIMIT)
        inside.ring()
        await inside.answer()
        yield Scene(desk, session, outside, inside, supervisor)
    for each in (caller, agent, supervisor):
        await each.close()
    await desk.kill()


async def until_told(desk: Desk) -> None:
    """Until the agent's card says that somebody listens."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.post(f"{desk.url}/sign-in", data={"login": "101", "password": PASSWORD})

        async def told() -> bool:
            async with session.get(f"{desk.url}/api/pops") as answer:
                return "Listened to" in await answer.text()

        await until(told, "the agent is told of the listener")


async def audited(desk: Desk, call_id: str) -> list[tuple[str, Any]]:
    store = Store.open(store_url(config_of(desk.folder)))
    try:
        async with store.read() as tx:
            found = await tx.execute(select(audit).where(audit.c.object_id == call_id).order_by(audit.c.at))
            return [(row.action, row.changes["agent"][1]) for row in found]
    finally:
        await store.close()


async def refusals(scene: Scene, call_id: str) -> None:
    """What cannot be listened to, and a supervisor's phone that is not taken up."""
    status, text = await scene.ask(call_id, "listen", agent="102")
    assert (status, "does not talk in this call" in text) == (409, True)
    assert (await scene.ask(call_id, "eavesdrop"))[0] == 422
    asked = asyncio.create_task(scene.ask(call_id, "listen"))
    (await scene.sue.next_call(LIMIT)).refuse(486)
    status, text = await asked
    assert (status, "105" in text) == (502, True)


async def test_supervisor_is_heard_by_nobody_by_the_agent_or_by_both(scene: Scene) -> None:
    call_id = await scene.the_call()
    await refusals(scene, call_id)
    await until_heard(scene.customer, AGENT)
    listening = await scene.join(call_id, "listen")
    await until_heard(listening, AGENT, CUSTOMER)
    assert hears(scene.agent, CUSTOMER)
    assert hears(scene.customer, AGENT)
    await listening.hang_up()
    whispering = await scene.join(call_id, "whisper")
    await until_heard(scene.agent, CUSTOMER, SUPERVISOR)
    await until_heard(whispering, AGENT, CUSTOMER)
    assert hears(scene.customer, AGENT)
    await whispering.hang_up()
    await until_heard(scene.agent, CUSTOMER)
    barging = await scene.join(call_id, "barge")
    await until_heard(scene.customer, AGENT, SUPERVISOR)
    await until_heard(scene.agent, CUSTOMER, SUPERVISOR)
    await until_heard(barging, AGENT, CUSTOMER)
    seen = await scene.board()
    assert [(call["id"], [each["extension"] for each in call["agents"]]) for call in seen["calls"]] == [
        (call_id, ["101"])
    ]
    assert {row["name"]: row["state"] for row in seen["agents"]}["Sue"] != "talking"
    await scene.desk.kill()
    await scene.desk.start()
    await until_told(scene.desk)
    await scene.agent.hang_up()
    await asyncio.wait_for(barging.ended.wait(), LIMIT)
    await scene.customer.hang_up()
    (row,) = await rows(scene.desk, 1, ended=True)
    assert (row["id"], row["agent"], row["result"]) == (call_id, "101", "answered")
    assert (await scene.ask(call_id, "listen"))[0] == 409
    tried = [("listen_live", "101")]
    done = [("listen_live", "101"), ("whisper", "101"), ("barge_in", "101")]
    assert await audited(scene.desk, call_id) == tried + done
