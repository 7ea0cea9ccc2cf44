"""Sessions: how long they live, and that an ended one stays ended."""

import asyncio

import pytest

import web.app
from screenpop.agents.passwords import Passwords
from screenpop.agents.users import WRITTEN_OUTSIDE, Users
from screenpop.bus import Bus
from screenpop.store.engine import Store
from screenpop.store.outside import set_mark
from tests.until import until
from tests.web.conftest import SignIn
from tests.web.live import Panel
from web.keys import Services
from web.sessions import IDLE, LONGEST, TOUCH_EVERY, Session, Sessions


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(store: Store, clock: Clock) -> Sessions:
    return Sessions(store, clock)


@pytest.fixture
def user_id(services: Services) -> str:
    user = services.users.by_login("101")
    assert user
    return user.id


async def test_session_lives_on_while_it_is_used_and_not_longer_than_a_week(
    sessions: Sessions, clock: Clock, user_id: str, store: Store
) -> None:
    token = await sessions.start(user_id)
    for _ in range(int(LONGEST / IDLE)):
        clock.now += IDLE - 1
        assert await sessions.find(token)
        await sessions.sweep()
        assert await Sessions(store, clock).find(token)
    clock.now += IDLE - 1
    assert await sessions.find(token) is None


async def test_session_that_was_not_used_runs_out(sessions: Sessions, clock: Clock, user_id: str) -> None:
    token = await sessions.start(user_id)
    clock.now += IDLE
    assert len(await sessions.sweep()) == 1
    assert await sessions.find(token) is None


async def test_session_ended_while_it_is_looked_up_is_not_remembered(
    sessions: Sessions, user_id: str, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, read = await Sessions(store, clock).start(user_id), sessions._load

    async def ended_meanwhile(key: str) -> Session | None:
        session = await read(key)
        await sessions.end(key)
        return session

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "_load", ended_meanwhile)
        await sessions.find(token)
    assert await sessions.find(token) is None


async def test_page_is_shown_while_the_store_is_being_written(
    sessions: Sessions, clock: Clock, user_id: str, store: Store
) -> None:
    token = await sessions.start(user_id)
    clock.now += TOUCH_EVERY + 1
    async with store.begin(), asyncio.timeout(60):
        assert await sessions.find(token)


@pytest.fixture
def swept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.app, "SWEEP_SECONDS", 0.02)


async def test_stream_ends_when_its_session_runs_out(swept_often: None, sign_in: SignIn, services: Services) -> None:
    panel = await Panel.open(await sign_in("101"))
    services.sessions._clock = lambda: 4e9
    await until(lambda: panel.ended)
    await panel.close()


async def test_password_set_by_a_command_ends_sessions_and_streams_of_that_user_only(
    sign_in: SignIn, services: Services, store: Store
) -> None:
    own, other = await sign_in("101"), await sign_in("102")
    panels = [await Panel.open(own), await Panel.open(other)]
    command = Users(store, Bus(), Passwords(cost=1, memory_kib=64))
    await command.load()
    user = command.by_login("101")
    assert user
    await command.set_password(user.id, "another horse")
    await set_mark(store, WRITTEN_OUTSIDE)
    await services.users.refresh()
    assert [(await client.get("/api/state")).status for client in (own, other)] == [401, 200]
    await until(lambda: panels[0].ended)
    assert not panels[1].ended
    for panel in panels:
        await panel.close()
