"""The call log: what is looked for stands in the address, see `screenpop.calls.search`."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.calls.search import DIRECTIONS, FOLLOW_UPS, RESULTS, SENTIMENTS
from screenpop.calls.search_sql import BAD, GOOD
from web.calls import columns, listing
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.render import render
from web.security import requires

PERIODS = ("today", "yesterday", "week", "last_week", "month", "last_month", "30d", "90d", "year")


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """One page of calls. What an agent may see is decided here, whatever the address says."""
    seen = await listing.context(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if seen["error"] else HTTPStatus.OK
    return render(
        request,
        "calls/list.html",
        status=status,
        **seen,
        error_words=listing.error_words(request, seen["error"]),
        given=listing.given(seen["search"]),
        shown=columns.shown(user_of(request)),
        columns=columns.COLUMNS,
        always=columns.ALWAYS,
        sorted_address=lambda name: listing.sorted_address(seen["search"], name),
        directions=DIRECTIONS,
        results=RESULTS,
        sentiments=SENTIMENTS,
        follow_ups=FOLLOW_UPS,
        periods=PERIODS,
        bad=BAD,
        good=GOOD,
        is_demo=services(request).demo is not None,
    )


@requires(Permission.USE_PANEL)
async def totals(request: web.Request) -> web.StreamResponse:
    """The sums of what the address asks for, as a part of the page: they come when they are ready."""
    sums = await services(request).finder.totals(listing.asked_of(request))
    return render(request, "calls/totals.html", sums=sums)


@requires(Permission.USE_PANEL)
async def choose_columns(request: web.Request) -> web.StreamResponse:
    """Remember which columns the person wants to see."""
    names = [value for value in (await request.post()).getall("column", []) if isinstance(value, str)]
    wanted = list(columns.chosen(names))
    await services(request).users.prefer(user_of(request).id, {columns.PREFERENCE: wanted})
    raise back_to(listing.ADDRESS + (f"?{request.query_string}" if request.query_string else ""))


@requires(Permission.USE_PANEL)
async def save(request: web.Request) -> web.StreamResponse:
    """Save the search of the address under a name."""
    form = await read_form(request)
    saved = await services(request).filters.save(user_of(request).id, form.get("name", ""), request.query_string)
    raise back_to(f"{listing.ADDRESS}?{saved.query}")


@requires(Permission.USE_PANEL)
async def rename(request: web.Request) -> web.StreamResponse:
    """Give a saved search another name."""
    form = await read_form(request)
    await services(request).filters.rename(user_of(request).id, request.match_info["id"], form.get("name", ""))
    raise _back(request)


@requires(Permission.USE_PANEL)
async def share(request: web.Request) -> web.StreamResponse:
    """Show a saved search to everybody (`shared=1`), or not any more."""
    form = await read_form(request)
    await services(request).filters.share(user_of(request).id, request.match_info["id"], form.get("shared") == "1")
    raise _back(request)


@requires(Permission.USE_PANEL)
async def move(request: web.Request) -> web.StreamResponse:
    """Move a saved search one place on, or (`by=-1`) back."""
    form = await read_form(request)
    places = -1 if form.get("by") == "-1" else 1
    await services(request).filters.move(user_of(request).id, request.match_info["id"], places)
    raise _back(request)


@requires(Permission.USE_PANEL)
async def delete(request: web.Request) -> web.StreamResponse:
    """Delete a saved search."""
    await services(request).filters.delete(user_of(request).id, request.match_info["id"])
    raise _back(request)


@requires(Permission.USE_PANEL)
async def restore(request: web.Request) -> web.StreamResponse:
    """Undo that."""
    form = await read_form(request)
    sort = form.get("sort", "")
    await services(request).filters.restore(
        user_of(request).id,
        request.match_info["id"],
        form.get("name", ""),
        form.get("query", ""),
        shared=form.get("shared") == "1",
        sort=int(sort) if sort.isdecimal() and len(sort) < 6 else 0,
    )
    raise _back(request)


def _back(request: web.Request) -> web.HTTPSeeOther:
    return back_to(listing.ADDRESS + (f"?{request.query_string}" if parse_qsl(request.query_string) else ""))


def routes() -> list[web.RouteDef]:
    """The list, its sums, and what people keep of it."""
    saved = f"{listing.ADDRESS}/filters/{{id}}"
    return [
        web.get(listing.ADDRESS, show),
        web.get(f"{listing.ADDRESS}/totals", totals),
        web.post(f"{listing.ADDRESS}/columns", choose_columns),
        web.post(f"{listing.ADDRESS}/filters", save),
        web.post(f"{saved}/rename", rename),
        web.post(f"{saved}/share", share),
        web.post(f"{saved}/move", move),
        web.post(f"{saved}/delete", delete),
        web.post(f"{saved}/restore", restore),
    ]
