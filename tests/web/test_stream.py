"""The stream on real sockets: framing, old clients, panels that do not read, sign-outs and the shutdown."""

import asyncio

import pytest
from aiohttp.test_utils import TestServer

from screenpop.core import Core
from screenpop.facts import PbxLinkChanged
from screenpop.hub import MAX_BACKLOG
from tests.until import until
from tests.web.live import Panel
from web.keys import Services
from web.sessions import COOKIE


async def raw_stream(server: TestServer, token: str, version: str = "1.1") -> tuple:
    """A connection that asked for the stream, with nothing read yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 16)
    request = f"GET /stream HTTP/{version}\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {COOKIE}={token}\r\n\r\n"
    writer.write(request.encode())
    return reader, writer


@pytest.fixture
async def token(services: Services) -> str:
    user = services.users.by_login("101")
    assert user
    return await services.sessions.start(user.id)


async def test_stream_is_chunked_and_not_stored(server: TestServer, token: str, core: Core) -> None:
    reader, writer = await raw_stream(server, token)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert "Content-Type: text/event-stream" in head
    assert "Cache-Control: no-store" in head
    assert "X-Accel-Buffering: no" in head
    await until(lambda: core.hub.streams == 1)
    core.hub.publish("notice", '{"a":1}', None)
    seen = await asyncio.wait_for(reader.readuntil(b'data: {"a":1}\n\n\r\n'), 60)
    assert b"\r\n%x\r\nid: " % len(f'id: {core.hub.last_id}\nevent: notice\ndata: {{"a":1}}\n\n') in seen
    writer.close()
    await writer.wait_closed()


async def test_stream_for_an_old_proxy_is_not_chunked(server: TestServer, token: str, core: Core) -> None:
    reader, writer = await raw_stream(server, token, "1.0")
    assert b"chunked" not in await reader.readuntil(b"\r\n\r\n")
    body = await asyncio.wait_for(reader.readuntil(b"event: hello\ndata: {}\n\n"), 60)
    assert body.startswith(b"retry: 1000\n\nid: ")
    writer.close()
    await writer.wait_closed()


async def test_panel_that_does_not_read_is_cut_and_the_others_go_on(
    server: TestServer, token: str, core: Core, sign_in
) -> None:
    _, stuck = await raw_stream(server, token)
    fine = await Panel.open(await sign_in("102"))
    await until(lambda: core.hub.streams == 2)
    stuck.transport.pause_reading()
    load = '"' + "x" * 60_000 + '"'
    for _ in range(20 * MAX_BACKLOG // len(load)):
        core.hub.publish("notice", load, None)
        await asyncio.sleep(0)
        if core.hub.streams == 1:
            break
    assert core.hub.streams == 1
    core.hub.publish("notice", '"after"', None)
    await until(lambda: "after" in fine.of("notice"))
    await fine.close()
    stuck.transport.abort()


async def test_stream_needs_a_session(anonymous) -> None:
    answer = await anonymous.get("/stream")
    assert answer.status == 401
    assert (await answer.json())["error"]["code"] == "not_signed_in"


async def test_sign_out_ends_the_streams_of_that_session_only(sign_in, core: Core) -> None:
    one, other = await sign_in("101"), await sign_in("101")
    first, second = await Panel.open(one), await Panel.open(other)
    await one.post("/sign-out", allow_redirects=False)
    await until(lambda: first.ended)
    assert not second.ended
    await first.close()
    await second.close()


async def test_new_password_ends_open_streams(sign_in, core: Core) -> None:
    panel = await Panel.open(await sign_in("101"))
    user = core.users.by_login("101")
    assert user
    await core.users.set_password(user.id, "another horse")
    await until(lambda: panel.ended)
    await panel.close()


async def test_shutdown_ends_every_stream(server: TestServer, sign_in) -> None:
    panel = await Panel.open(await sign_in("101"))
    async with asyncio.timeout(60):
        await server.close()
        await until(lambda: panel.ended)
    await panel.close()


async def test_closed_page_leaves_no_subscription(sign_in, core: Core) -> None:
    panel = await Panel.open(await sign_in("101"))
    assert core.hub.streams == 1
    await panel.close()
    await until(lambda: core.hub.streams == 0)


async def test_presence_is_told_to_colleagues(sign_in, core: Core) -> None:
    watching = await Panel.open(await sign_in("102"))
    client = await sign_in("101")
    panel = await Panel.open(client)
    answer = await client.post("/api/presence", json={"presence": "away"})
    assert await answer.json() == {"presence": "away"}
    await until(lambda: ("Name of 101", "away") in [(p["name"], p["presence"]) for p in watching.of("presence")])
    state = await (await client.get("/api/state")).json()
    assert [p["presence"] for p in state["presence"] if p["name"] == "Name of 101"] == ["away"]
    assert (await client.post("/api/presence", json={"presence": "offline"})).status == 422
    await panel.close()
    await watching.close()


async def test_state_of_the_pbx_is_told_to_everybody_and_a_notice_to_one(sign_in, core: Core) -> None:
    mine, theirs = await Panel.open(await sign_in("101")), await Panel.open(await sign_in("102"))
    user = core.users.by_login("101")
    assert user
    core.live.notice(user.id, "call", "Missed call", url="/calls")
    core.bus.publish(PbxLinkChanged(up=False, state="away", reason="connection refused"))
    await until(lambda: mine.of("pbx") and theirs.of("pbx"))
    assert theirs.of("pbx")[0]["reason"] == "connection refused"
    assert ([n["title"] for n in mine.of("notice")], theirs.of("notice")) == (["Missed call"], [])
    await mine.close()
    await theirs.close()
