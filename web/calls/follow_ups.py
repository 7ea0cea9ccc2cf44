"""Calls that somebody is to come back to: a list, and the count of those that are due."""

from aiohttp import web

from screenpop.agents.rights import Permission
from web.called import line_names, seat_names
from web.calls.whose import own_calls, seen_call
from web.customers.lists import page_number
from web.forms import back_to
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/follow-ups"
PAGE = 50


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """What is to be done, the most urgent first; with `?show=done` what was."""
    house, number, done = services(request), page_number(request), request.query.get("show") == "done"
    found = await house.work.follow_ups(
        own_calls(user_of(request)), which="done" if done else "open", limit=PAGE + 1, offset=(number - 1) * PAGE
    )
    here = ADDRESS + ("?show=done" if done else "")
    return render(
        request,
        "calls/follow_ups.html",
        found=found[:PAGE],
        done=done,
        lines=line_names(house, [each.call for each in found]),
        names=seat_names(house),
        people={user.id: user.name for user in house.users.all()},
        here=here,
        first=(number - 1) * PAGE + 1,
        before=_address(here, number - 1) if number > 1 else "",
        after=_address(here, number + 1) if len(found) > PAGE else "",
    )


@requires(Permission.USE_PANEL)
async def count(request: web.Request) -> web.StreamResponse:
    """`{"due": 3}`: how many are due now; 100 stands for that many or more."""
    return web.json_response({"due": await services(request).work.due_count(own_calls(user_of(request)))})


@requires(Permission.USE_PANEL)
async def finish(request: web.Request) -> web.StreamResponse:
    """Somebody came back to it."""
    return await _set(request, done=True)


@requires(Permission.USE_PANEL)
async def unfinish(request: web.Request) -> web.StreamResponse:
    """It is to be done again."""
    return await _set(request, done=False)


async def _set(request: web.Request, *, done: bool) -> web.StreamResponse:
    call = await seen_call(request)
    await services(request).work.finish_follow_up(call.id, user_of(request).id, done=done)
    raise back_to(ADDRESS + ("?show=done" if request.query.get("show") == "done" else ""))


def _address(here: str, number: int) -> str:
    return here if number <= 1 else f"{here}{'&' if '?' in here else '?'}page={number}"


def routes() -> list[web.RouteDef]:
    """The list, its count, and what can be done in it."""
    return [
        web.get(ADDRESS, show),
        web.get("/api/follow-ups", count),
        web.post(f"{ADDRESS}/{{id}}/done", finish),
        web.post(f"{ADDRESS}/{{id}}/open", unfinish),
    ]
