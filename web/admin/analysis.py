"""The analysis of recordings for the admin: how it gets on, what failed and why, and making it anew."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from web.called import seat_names
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/analysis"
FIELDS = ("since", "until", "part")
WEEK = timedelta(days=7)


@requires(Permission.EDIT_ANALYSIS)
async def page(request: web.Request) -> web.StreamResponse:
    """How the work stands."""
    today = datetime.now(_zone(request)).date()
    return await _page(request, {"since": (today - WEEK).isoformat(), "until": today.isoformat()}, {})


@requires(Permission.EDIT_ANALYSIS)
async def again(request: web.Request) -> web.StreamResponse:
    """Analyse one recording again."""
    await services(request).analyses.again(request.match_info["id"], user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_ANALYSIS)
async def again_in(request: web.Request) -> web.StreamResponse:
    """Analyse a period again."""
    form = await read_form(request)
    try:
        since, until = _day(request, form, "since"), _day(request, form, "until") + timedelta(days=1)
        await services(request).analyses.again_in(
            since,
            until,
            "words" if form.get("part") == "words" else "all",
            user_of(request).id,
            failed=form.get("part") == "failed",
        )
    except REFUSALS as error:
        return await _page(request, form, errors_of(request, error, FIELDS), status_for(error))
    raise back_to(ADDRESS)


async def _page(request: web.Request, form: dict[str, str], errors: Errors, status: int = 200) -> web.StreamResponse:
    house = services(request)
    return render(
        request,
        "admin/analysis.html",
        overview=await house.analyses.overview(),
        settings=house.config.analysis,
        names=seat_names(house),
        form=form,
        errors=errors,
        status=status,
    )


def _day(request: web.Request, form: dict[str, str], name: str) -> datetime:
    """The begin of the day that was entered, where the house is."""
    try:
        day = date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise BadInput("This is not a date.", name) from None
    return datetime.combine(day, time(), _zone(request)).astimezone(UTC)


def _zone(request: web.Request) -> ZoneInfo:
    return ZoneInfo(services(request).config.site.timezone)


def routes() -> list[web.RouteDef]:
    """The page and what can be asked for."""
    return [
        web.get(ADDRESS, page),
        web.post(f"{ADDRESS}/again", again_in),
        web.post(f"{ADDRESS}/recordings/{{id}}/again", again),
    ]
