"""The sign-in page, and the way out."""

import time
from math import ceil

from aiohttp import web

from screenpop.agents.rights import Permission
from web.auth.limits import LoginLimit
from web.i18n import gettext as _
from web.i18n import ngettext
from web.keys import SESSION, USER, services
from web.render import reading, render
from web.security import address_of, cookie_name, is_https, public, requires
from web.sessions import LONGEST

LIMIT = web.AppKey("login_limit", LoginLimit)


@public
async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """The form; who is signed in already goes on."""
    if request.get(USER):
        raise web.HTTPSeeOther(_local(request.query.get("next", "/")))
    return render(request, "auth/sign_in.html", login="", error="", next=_local(request.query.get("next", "/")))


@public
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check login and password; a new token each time, so that a planted one is worth nothing."""
    form = await request.post()
    login, password = str(form.get("login", "")).strip().casefold()[:64], str(form.get("password", ""))[:1024]
    target, address = _local(str(form.get("next", "/"))), address_of(request)
    limit = request.app[LIMIT]
    wait = limit.wait(login, address, time.monotonic())
    if wait:
        return _again(request, login, target, 429, wait)
    limit.failed(login, address, time.monotonic())  # counted before the slow part: many at once gain nothing
    user = await services(request).users.verify(login, password)
    if user is None:
        return _again(request, login, target, 401)
    limit.succeeded(login, address)
    await _end_session(request)
    token = await services(request).sessions.start(user.id, request.headers.get("User-Agent", ""), address)
    response = web.HTTPSeeOther(target)
    set_cookie(request, response, token)
    raise response


@requires(Permission.USE_PANEL)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this session and its streams."""
    await _end_session(request)
    response = web.HTTPSeeOther("/sign-in")
    set_cookie(request, response, "")
    raise response


def set_cookie(request: web.Request, response: web.Response, token: str) -> None:
    """Put the session's cookie on `response`; an empty token takes it away."""
    https = is_https(services(request).config.server)
    name = cookie_name(services(request).config.server)
    if not token:
        response.del_cookie(name, path="/", secure=https, httponly=True, samesite="Lax")
        return
    response.set_cookie(name, token, max_age=int(LONGEST), path="/", secure=https, httponly=True, samesite="Lax")


async def _end_session(request: web.Request) -> None:
    session = request.get(SESSION)
    if session:
        await services(request).sessions.end(session.key)
        services(request).hub.disconnect(session=session.key)


def _again(request: web.Request, login: str, target: str, status: int, wait: float = 0.0) -> web.Response:
    with reading(request):
        error = _wait_words(wait) if wait else _("Login or password is not right.")
    headers = {"Retry-After": str(ceil(wait))} if wait else None
    return render(request, "auth/sign_in.html", status=status, headers=headers, login=login, error=error, next=target)


def _wait_words(wait: float) -> str:
    minutes = ceil(wait / 60)
    return ngettext(
        "Too many wrong tries. Wait %(num)d minute, then try again.",
        "Too many wrong tries. Wait %(num)d minutes, then try again.",
        minutes,
    ) % {"num": minutes}


def _local(target: str) -> str:
    """`target` where it is a path of ours; anything else is the home page (no open redirect)."""
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if local and "\\" not in target else "/"


def routes() -> list[web.RouteDef]:
    """Sign in, sign out."""
    return [
        web.get("/sign-in", sign_in_page),
        web.post("/sign-in", sign_in),
        web.post("/sign-out", sign_out),
    ]
