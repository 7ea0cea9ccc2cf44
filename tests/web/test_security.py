"""What every request must pass, and the shape of every refusal."""

import asyncio
from dataclasses import replace
from io import BytesIO

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from screenpop.agents.rights import Permission
from screenpop.config import Server
from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound, PbxAway, PbxRefused, RingdeskError
from tests.until import until
from web.app import build_app
from web.errors import status_of
from web.keys import Services
from web.security import HEADERS, NotSignedIn, permission_of, public, requires
from web.sessions import COOKIE, HOST_COOKIE


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://desk.example"}, False),
        ({"Origin": "https://desk.example"}, True),
        ({"Origin": "HTTPS://DESK.example"}, True),
        ({"Origin": "http://desk.example"}, False),
        ({"Origin": "https://desk.example.evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
async def test_changing_request_is_taken_from_our_own_pages_only(services: Services, headers, allowed) -> None:
    config = replace(services, config=_public(services, "https://desk.example/"))
    async with TestClient(TestServer(await asyncio.to_thread(build_app, config))) as client:
        answer = await client.post("/sign-in", data={"login": "x", "password": "x"}, headers=headers)
        assert answer.status == (401 if allowed else 403)


async def test_without_a_public_address_the_one_asked_for_is_ours(anonymous, server: TestServer) -> None:
    form = {"login": "x", "password": "x"}
    own = await anonymous.post("/sign-in", data=form, headers={"Origin": f"http://127.0.0.1:{server.port}"})
    other = await anonymous.post("/sign-in", data=form, headers={"Origin": f"http://127.0.0.1:{server.port + 1}"})
    assert (own.status, other.status) == (401, 403)


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/health", "/api/pops", "/static/css/tokens.css"])
async def test_every_answer_has_the_security_headers(anonymous, path: str) -> None:
    answer = await anonymous.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Server"] == "Ringdesk"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


async def test_page_for_nobody_leads_to_the_sign_in(services: Services, server: TestServer) -> None:
    async with TestClient(server) as client:
        answer = await client.get("/settings?x=1", allow_redirects=False)
        assert (answer.status, answer.headers.get("Location")) == (303, "/sign-in?next=%2Fsettings%3Fx%3D1")


async def test_unknown_address_is_a_page_for_people_and_json_for_programs(sign_in) -> None:
    client = await sign_in("101")
    page, program = await client.get("/nowhere"), await client.get("/api/nowhere")
    assert (page.status, page.content_type) == (404, "text/html")
    assert "There is nothing at this address." in await page.text()
    expected = {"code": "not_found", "message": "There is nothing at this address.", "field": ""}
    assert (program.status, await program.json()) == (404, {"error": expected})


async def test_wrong_method_and_too_much_are_refused_in_words(sign_in) -> None:
    client = await sign_in("101")
    assert (await client.put("/api/pops")).status == 405
    body = BytesIO(b"{" + b" " * 12_000_000)
    much = await client.post("/api/presence", data=body, headers={"Content-Type": "application/json"})
    assert (much.status, (await much.json())["error"]["message"]) == (413, "That is too large.")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"presence": 1}', b"\xff\xfe", b'"away"', b"[" * 100_000])
async def test_body_that_is_no_object_of_texts_is_refused(sign_in, body: bytes) -> None:
    client = await sign_in("101")
    answer = await client.post("/api/presence", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 422


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotSignedIn("x"), 401),
        (NotAllowed("x"), 403),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (BadInput("x", "name"), 422),
        (PbxAway("x"), 503),
        (PbxRefused("x"), 502),
        (RingdeskError("x"), 400),
    ],
)
def test_every_error_of_the_tree_has_a_status(error: RingdeskError, status: int) -> None:
    assert status_of(error)[0] == status


async def test_unexpected_error_says_nothing_of_itself(services: Services, sign_in) -> None:
    @public
    async def broken(request: web.Request) -> web.StreamResponse:
        raise RuntimeError("secret detail")

    app = await asyncio.to_thread(build_app, services)
    app.router.add_get("/broken", broken)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/broken")
        assert answer.status == 500
        assert "secret detail" not in await answer.text()


async def test_handler_without_a_permission_lets_nobody_in(services: Services) -> None:
    async def undeclared(request: web.Request) -> web.StreamResponse:
        return web.Response(text="in")

    app = await asyncio.to_thread(build_app, services)
    app.router.add_get("/undeclared", undeclared)
    admin = services.users.by_login("admin")
    assert admin
    token = await services.sessions.start(admin.id)
    async with TestClient(TestServer(app), cookies={"ringdesk": token}) as client:
        assert (await client.get("/undeclared")).status == 403


async def test_role_decides_on_the_server(services: Services) -> None:
    @requires(Permission.MANAGE_USERS)
    async def for_admins(request: web.Request) -> web.StreamResponse:
        return web.Response(text="in")

    assert permission_of(for_admins) is Permission.MANAGE_USERS
    app = await asyncio.to_thread(build_app, services)
    app.router.add_get("/for-admins", for_admins)
    answers = []
    async with TestClient(TestServer(app)) as client:
        for login in ("101", "sue", "admin"):
            user = services.users.by_login(login)
            assert user
            token = await services.sessions.start(user.id)
            answers.append((await client.get("/for-admins", cookies={COOKIE: token})).status)
    assert answers == [403, 403, 200]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_change_goes_on_when_the_browser_leaves_and_a_page_does_not(services: Services, method: str) -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    @public
    async def slow(request: web.Request) -> web.StreamResponse:
        begun.set()
        try:
            await go_on.wait()
        finally:
            done.append(go_on.is_set())
        return web.Response()

    app = await asyncio.to_thread(build_app, services)
    app.router.add_route(method, "/slow", slow)
    async with TestClient(TestServer(app, handler_cancellation=True)) as client:
        asking = asyncio.create_task(client.request(method, "/slow"))
        await begun.wait()
        asking.cancel()
        if method == "GET":
            await until(lambda: done)
        go_on.set()
        await until(lambda: done)
    assert done == [method == "POST"]


async def test_cookie_that_anybody_can_plant_counts_for_nothing_where_browsers_come_by_https(
    services: Services,
) -> None:
    user = services.users.by_login("101")
    assert user
    token = await services.sessions.start(user.id)
    secure = replace(services, config=_public(services, "https://desk.example"))
    async with TestClient(TestServer(await asyncio.to_thread(build_app, secure))) as client:
        planted = await client.get("/api/state", headers={"Cookie": f"{COOKIE}={token}"})
        own = await client.get("/api/state", headers={"Cookie": f"{HOST_COOKIE}={token}"})
    assert (planted.status, own.status) == (401, 200)


async def test_health_is_open_and_ready_follows_the_pbx(anonymous, services: Services) -> None:
    assert (await (await anonymous.get("/health")).json()) == {"status": "ok"}
    assert (await anonymous.get("/ready")).status == 200
    services.pbx.state = replace(services.pbx.state, up=False, state="away", reason="10.0.0.9 refused")
    answer = await anonymous.get("/ready")
    assert (answer.status, await answer.json()) == (503, {"status": "waiting", "pbx": "away"})


def _public(services: Services, url: str):
    return msgspec.structs.replace(services.config, server=Server(public_url=url))


def test_error_speaks_another_language_with_its_values() -> None:
    error = BadInput("A note has at most %(most)d characters.", "text", most=10)
    assert str(error) == "A note has at most 10 characters."
    assert error.in_words({error.text: "Höchstens %(most)d Zeichen."}.__getitem__) == "Höchstens 10 Zeichen."
    assert str(BadInput("100 % wrong")) == "100 % wrong"
