"""Missed calls as a to-do list, and the count that stands in the rail (CALL+06)."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput, PbxAway
from web.called import line_names, seat_names
from web.calls.whose import seen_of
from web.customers.lists import page_number
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/missed"
PAGE = 50


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """One page of what is to be done, or with `?show=all` of all missed calls. Whose, the service decides."""
    house, me, number, everything = services(request), user_of(request), page_number(request), _everything(request)
    now = datetime.now(UTC)
    shown = await house.missed.page(me, everything=everything, limit=PAGE, offset=(number - 1) * PAGE)
    return render(
        request,
        "calls/missed.html",
        shown=shown,
        seen=await seen_of(house, me, [each.call.id for each in shown.calls]),
        everything=everything,
        lines=line_names(house, [each.call for each in shown.calls]),
        names=seat_names(house),
        dials=_dials(request),
        since=now.isoformat(),
        here=_query(everything, number),
        first=(number - 1) * PAGE + 1,
        before=ADDRESS + _query(everything, number - 1) if number > 1 else "",
        after=ADDRESS + _query(everything, number + 1) if shown.more else "",
    )


@requires(Permission.USE_PANEL)
async def count(request: web.Request) -> web.StreamResponse:
    """`{"open": 3}`: how many are to be done; 100 stands for that many or more."""
    return web.json_response({"open": await services(request).missed.open_count(user_of(request))})


@requires(Permission.USE_PANEL)
async def see(request: web.Request) -> web.StreamResponse:
    """Take one off the list."""
    await services(request).missed.see(user_of(request), request.match_info["id"])
    raise _back(request)


@requires(Permission.USE_PANEL)
async def unsee(request: web.Request) -> web.StreamResponse:
    """Put one back on the list."""
    await services(request).missed.unsee(user_of(request), request.match_info["id"])
    raise _back(request)


@requires(Permission.USE_PANEL)
async def see_all(request: web.Request) -> web.StreamResponse:
    """Take off all that were on the list at the moment `until`."""
    form = await read_form(request)
    await services(request).missed.see_all(user_of(request), _moment(form, "until"))
    raise _back(request)


@requires(Permission.USE_PANEL)
async def unsee_all(request: web.Request) -> web.StreamResponse:
    """Undo that: what the asker took off since the page with `until` was made, which is at `since`."""
    form = await read_form(request)
    since, until = _moment(form, "since"), _moment(form, "until")
    await services(request).missed.unsee_all(user_of(request), since, until)
    raise _back(request)


@requires(Permission.USE_PANEL)
async def call_back(request: web.Request) -> web.StreamResponse:
    """Ring the asker's phone, then call the number; answered once the asker has taken the call."""
    house, me = services(request), user_of(request)
    missed = await house.missed.get(me, request.match_info["id"])
    if not missed.call.number:
        raise BadInput("The number was withheld.")
    if not me.extensions:
        raise BadInput("Choose your extension first.")
    if house.control is None:
        raise PbxAway("There is no connection to the PBX.")
    name = missed.call.customer_name or missed.call.shown_name
    await house.control.originate(me.extensions[0], missed.call.number, name)
    raise _back(request)


def _dials(request: web.Request) -> bool:
    """Can the PBX place the asker's calls? If not, the browser's own phone is asked (`tel:`)."""
    house = services(request)
    return house.control is not None and house.pbx.state.up and bool(user_of(request).extensions)


def _moment(form: dict[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(form.get(name, ""))
    except ValueError:
        raise BadInput("This is not a time.", name) from None
    if moment.tzinfo is None:
        raise BadInput("This is not a time.", name)
    return moment


def _everything(request: web.Request) -> bool:
    return request.query.get("show") == "all"


def _query(everything: bool, number: int) -> str:
    pairs = {"show": "all" if everything else "", "page": str(number) if number > 1 else ""}
    query = urlencode({name: value for name, value in pairs.items() if value})
    return f"?{query}" if query else ""


def _back(request: web.Request) -> web.HTTPSeeOther:
    return back_to(ADDRESS + _query(_everything(request), page_number(request)))


def routes() -> list[web.RouteDef]:
    """The list, what can be done with it, and its count."""
    return [
        web.get(ADDRESS, show),
        web.get("/api/missed", count),
        web.post(f"{ADDRESS}/seen", see_all),
        web.post(f"{ADDRESS}/unseen", unsee_all),
        web.post(f"{ADDRESS}/{{id}}/seen", see),
        web.post(f"{ADDRESS}/{{id}}/unseen", unsee),
        web.post(f"{ADDRESS}/{{id}}/call", call_back),
    ]
