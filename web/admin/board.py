"""What an admin sets for the live board."""

from collections.abc import Mapping

from aiohttp import web

from screenpop.agents.rights import Permission
from web.forms import REFUSALS, Errors, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/board"
FIELDS = ("answer_within", "short_abandon")


@requires(Permission.EDIT_BOARD)
async def page(request: web.Request) -> web.StreamResponse:
    """The target of the service level, and whether agents are told of listeners."""
    now = services(request).board_settings.now
    form = {"answer_within": str(now.answer_within), "short_abandon": str(now.short_abandon)}
    return _page(request, form | ({"tell_agents": "1"} if now.tell_agents else {}), {})


@requires(Permission.EDIT_BOARD)
async def put(request: web.Request) -> web.StreamResponse:
    """Set them anew; every board follows at once."""
    form, settings = await read_form(request), services(request).board_settings
    seconds = form.get("answer_within", ""), form.get("short_abandon", "")
    try:
        await settings.put(*seconds, form.get("tell_agents") == "1", user_of(request).id)
    except REFUSALS as error:
        return _page(request, form, errors_of(request, error, FIELDS), status=status_for(error))
    return _page(request, form, {}, saved=True)


def _page(
    request: web.Request, form: Mapping[str, str], errors: Errors, status: int = 200, saved: bool = False
) -> web.Response:
    return render(request, "admin/board.html", status=status, form=form, errors=errors, saved=saved)


def routes() -> list[web.RouteDef]:
    """Both."""
    return [web.get(ADDRESS, page), web.post(ADDRESS, put)]
