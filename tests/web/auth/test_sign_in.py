"""Signing in and out."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from screenpop.config import Config, Server
from screenpop.store.engine import Store
from screenpop.store.tables import session
from web.app import build_app
from web.auth.limits import LOGIN_ANYWHERE, PER_ADDRESS, PER_LOGIN, WINDOW, LoginLimit
from web.keys import Services
from web.sessions import COOKIE, HOST_COOKIE


def cookie_of(client, name=COOKIE):
    return next((c for c in client.session.cookie_jar if c.key == name), None)


async def test_sign_in_with_the_right_password_opens_the_panel(sign_in, server) -> None:
    client = await sign_in("101")
    cookie = cookie_of(client)
    assert cookie is not None
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


async def test_sign_in_keeps_only_the_hash_of_the_token(sign_in, store: Store) -> None:
    token = cookie_of(await sign_in("101")).value
    async with store.read() as tx:
        keys = list(await tx.scalars(select(session.c.id)))
    assert len(keys) == 1
    assert token not in keys[0]


@pytest.mark.parametrize(("login", "password"), [("101", "wrong horse"), ("nobody", "correct horse"), ("", "")])
async def test_sign_in_with_a_wrong_password_is_refused_in_one_wording(anonymous, login, password) -> None:
    answer = await anonymous.post("/sign-in", data={"login": login, "password": password}, allow_redirects=False)
    assert answer.status == 401
    assert "Login or password is not right." in await answer.text()
    assert cookie_of(anonymous) is None


async def test_sign_in_rotates_the_token(sign_in, anonymous) -> None:
    client = await sign_in("101")
    first = cookie_of(client).value
    await client.post("/sign-in", data={"login": "101", "password": "correct horse"}, allow_redirects=False)
    assert cookie_of(client).value != first
    old = await anonymous.get("/stream", headers={"Cookie": f"{COOKIE}={first}"})
    assert old.status == 401


async def test_sign_out_ends_the_session(sign_in, anonymous) -> None:
    client = await sign_in("101")
    token = cookie_of(client).value
    assert (await client.post("/sign-out", allow_redirects=False)).status == 303
    old = await anonymous.get("/stream", headers={"Cookie": f"{COOKIE}={token}"})
    assert old.status == 401


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y"]
)
async def test_sign_in_never_leads_to_another_site(anonymous, target) -> None:
    form = {"login": "101", "password": "correct horse", "next": target}
    answer = await anonymous.post("/sign-in", data=form, allow_redirects=False)
    assert answer.headers["Location"] == "/"


async def test_sign_in_leads_to_the_page_that_was_asked_for(anonymous) -> None:
    form = {"login": "101", "password": "correct horse", "next": "/customers?q=ann"}
    answer = await anonymous.post("/sign-in", data=form, allow_redirects=False)
    assert answer.headers["Location"] == "/customers?q=ann"


async def test_sign_in_after_too_many_wrong_tries_says_how_long_to_wait(anonymous) -> None:
    for _ in range(PER_LOGIN):
        await anonymous.post("/sign-in", data={"login": "101", "password": "wrong"})
    answer = await anonymous.post("/sign-in", data={"login": "101", "password": "correct horse"})
    assert answer.status == 429
    assert "Wait 5 minutes" in await answer.text()
    other = await anonymous.post("/sign-in", data={"login": "102", "password": "correct horse"}, allow_redirects=False)
    assert other.status == 303


async def test_tries_are_counted_for_the_address_that_a_proxy_names(anonymous) -> None:
    wrong, right = {"login": "101", "password": "wrong"}, {"login": "101", "password": "correct horse"}
    for _ in range(PER_LOGIN):
        await anonymous.post("/sign-in", data=wrong, headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.9"})
    there = await anonymous.post("/sign-in", data=right, headers={"X-Forwarded-For": "203.0.113.9"})
    here = await anonymous.post("/sign-in", data=right, allow_redirects=False)
    assert (there.status, here.status) == (429, 303)


def test_guessing_from_ever_new_addresses_is_stopped_as_well() -> None:
    limit = LoginLimit()
    for number in range(LOGIN_ANYWHERE):
        assert limit.wait("101", f"10.0.0.{number}", 100.0) == 0
        limit.failed("101", f"10.0.0.{number}", 100.0)
    assert limit.wait("101", "10.0.1.1", 100.0) == WINDOW
    assert limit.wait("102", "10.0.1.1", 100.0) == 0


def test_right_passwords_do_not_count_against_an_address() -> None:
    limit = LoginLimit()
    for number in range(PER_ADDRESS * 2):
        limit.failed(f"u{number}", "10.0.0.1", 100.0)
        limit.succeeded(f"u{number}", "10.0.0.1")
    assert limit.wait("101", "10.0.0.1", 100.0) == 0


def test_login_limit_lets_in_again_after_the_window() -> None:
    limit = LoginLimit()
    for _ in range(PER_LOGIN):
        limit.failed("101", "10.0.0.1", 100.0)
    assert limit.wait("101", "10.0.0.1", 101.0) == WINDOW - 1
    assert limit.wait("101", "10.0.0.1", 100.0 + WINDOW) == 0
    assert limit.wait("101", "10.0.0.2", 101.0) == 0


async def test_cookie_is_bound_to_the_host_where_browsers_come_by_https(services: Services) -> None:
    secure = replace(services, config=Config(server=Server(public_url="https://desk.example")))
    async with TestClient(TestServer(await asyncio.to_thread(build_app, secure))) as client:
        answer = await client.post(
            "/sign-in",
            data={"login": "101", "password": "correct horse"},
            headers={"Origin": "https://desk.example"},
            allow_redirects=False,
        )
        cookie = answer.cookies[HOST_COOKIE]
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_new_password_ends_every_session(sign_in, services: Services) -> None:
    client = await sign_in("101")
    user = services.users.by_login("101")
    assert user
    await services.users.set_password(user.id, "another horse")
    assert (await client.get("/stream")).status == 401


async def test_deactivated_user_is_out_at_once(sign_in, services: Services) -> None:
    client = await sign_in("101")
    user = services.users.by_login("101")
    assert user
    await services.users.change(user.id, active=False)
    assert (await client.get("/stream")).status == 401
