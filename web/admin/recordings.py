"""Recordings for the admin: how much is kept, and what went wrong with which."""

from aiohttp import web

from screenpop.agents.rights import Permission
from web.called import seat_names
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/recordings"


@requires(Permission.EDIT_RECORDING_RULES)
async def page(request: web.Request) -> web.StreamResponse:
    """The figures, and every recording of which something is to be said."""
    house = services(request)
    return render(
        request,
        "admin/recordings.html",
        figures=await house.recordings.figures(),
        problems=await house.recordings.problems(),
        policy=house.recording_settings.policy,
        names=seat_names(house),
    )


@requires(Permission.EDIT_RECORDING_RULES)
async def try_again(request: web.Request) -> web.StreamResponse:
    """Collect one once more."""
    await services(request).recordings.try_again(request.match_info["id"], user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.DELETE_RECORDINGS)
async def delete(request: web.Request) -> web.StreamResponse:
    """Take one off the list for good, with a reason."""
    form = await read_form(request)
    await services(request).recordings.delete(request.match_info["id"], form.get("why", ""), user_of(request).id)
    raise back_to(ADDRESS)


def routes() -> list[web.RouteDef]:
    """The list and what can be done about it."""
    return [
        web.get(ADDRESS, page),
        web.post(f"{ADDRESS}/{{id}}/try", try_again),
        web.post(f"{ADDRESS}/{{id}}/delete", delete),
    ]
