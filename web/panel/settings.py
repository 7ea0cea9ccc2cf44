"""A user's own settings: phone, alerts, look and language, password."""

import time
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from babel.core import get_global
from multidict import MultiDictProxy

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from web.auth.pages import LIMIT, set_cookie
from web.keys import services, user_of
from web.render import render
from web.security import address_of, requires

THEMES = ("", "light", "dark")
DENSITIES = ("", "compact", "roomy")
PARTS = ("phone", "alerts", "look", "password")
Form = MultiDictProxy[Any]


def timezones() -> Sequence[str]:
    """The IANA zones that Unicode's tables name, by name."""
    return sorted(get_global("zone_territories"))


@requires(Permission.USE_PANEL)
async def page(request: web.Request) -> web.StreamResponse:
    """The page; `?saved=PART` says what was saved."""
    saved = request.query.get("saved", "")
    house = services(request)
    return render(
        request,
        "panel/settings.html",
        saved=saved if saved in PARTS else "",
        extensions=house.extensions.all(),
        sitting={seat: user.name for user in house.users.all() if user.active for seat in user.extensions},
        timezones=timezones(),
    )


@requires(Permission.USE_PANEL)
async def save_phone(request: web.Request) -> web.StreamResponse:
    """Where the user sits, and whether cards pop up."""
    form, me, users = await request.post(), user_of(request), services(request).users
    other = str(form.get("other", "")).replace(",", " ").split()
    await users.sit(me.id, [*map(str, form.getall("extension", [])), *other], me.id)
    await users.prefer(me.id, {"popups_on": "popups_on" in form})
    return _saved("phone")


@requires(Permission.USE_PANEL)
async def save_alerts(request: web.Request) -> web.StreamResponse:
    """Sound, its volume, desktop notifications."""
    form = await request.post()
    changes = {"sound": "sound" in form, "desktop": "desktop" in form, "volume": _volume(form)}
    await services(request).users.prefer(user_of(request).id, changes)
    return _saved("alerts")


@requires(Permission.USE_PANEL)
async def save_look(request: web.Request) -> web.StreamResponse:
    """Theme, density, language, time zone."""
    form, me, users = await request.post(), user_of(request), services(request).users
    look = {"theme": _one_of(form, "theme", THEMES), "density": _one_of(form, "density", DENSITIES)}
    await users.prefer(me.id, look)
    zone = _one_of(form, "timezone", ("", *timezones()))
    await users.change(me.id, locale=str(form.get("locale", ""))[:16], timezone=zone)
    return _saved("look")


@requires(Permission.USE_PANEL)
async def save_password(request: web.Request) -> web.StreamResponse:
    """A new password; the user's other browsers are signed out, this one goes on."""
    form, me, house = await request.post(), user_of(request), services(request)
    await _check_current(request, str(form.get("current", ""))[:1024])
    if form.get("new") != form.get("again"):
        raise BadInput("The two new passwords are not the same.", "again")
    await house.users.set_password(me.id, str(form.get("new", "")), me.id)
    token = await house.sessions.start(me.id, request.headers.get("User-Agent", ""), address_of(request))
    response = _saved("password")
    set_cookie(request, response, token)
    return response


async def _check_current(request: web.Request, password: str) -> None:
    """Raise BadInput where this is not the user's password: whoever finds a panel open may not guess on."""
    login, address, limit = user_of(request).login, address_of(request), request.app[LIMIT]
    if limit.wait(login, address, time.monotonic()):
        raise BadInput("Too many wrong tries. Wait a few minutes, then try again.", "current")
    limit.failed(login, address, time.monotonic())
    if await services(request).users.verify(login, password) is None:
        raise BadInput("The current password is not right.", "current")
    limit.succeeded(login, address)


def _saved(part: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/settings?saved={part}#{part}"})


def _one_of(form: Form, name: str, choices: Sequence[str]) -> str:
    value = str(form.get(name, ""))
    if value not in choices:
        raise BadInput("Choose one of the list.", name)
    return value


def _volume(form: Form) -> int:
    text = str(form.get("volume", "60"))
    return min(int(text), 100) if text.isascii() and text.isdigit() and len(text) < 4 else 60


def routes() -> list[web.RouteDef]:
    """The page and its forms."""
    return [
        web.get("/settings", page),
        web.post("/settings/phone", save_phone),
        web.post("/settings/alerts", save_alerts),
        web.post("/settings/look", save_look),
        web.post("/settings/password", save_password),
    ]
