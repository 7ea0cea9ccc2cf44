"""The home page: what must be in place for calls, the latest calls, and who is there."""

from datetime import UTC

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.log import LoggedCall
from screenpop.calls.search import EVERYTHING
from screenpop.calls.search_sql import EVERYBODY, Whose
from web.called import seat_names
from web.keys import Services, services, user_of
from web.render import render
from web.security import requires

SHOWN_CALLS = 30


@requires(Permission.USE_PANEL)
async def home(request: web.Request) -> web.StreamResponse:
    """`?calls=all` shows everybody's calls to those who may see them."""
    house, me = services(request), user_of(request)
    everybody = me.may(Permission.SEE_ALL_CALLS) and (request.query.get("calls") == "all" or not me.extensions)
    calls = await _calls(house, me, everybody)
    return render(
        request,
        "panel/home.html",
        calls=calls,
        seen=[call.id for call in calls],
        names=seat_names(house),
        everybody=everybody,
        people=_people(house, me),
        pbx=house.pbx.state,
    )


async def _calls(house: Services, me: User, everybody: bool) -> list[LoggedCall]:
    """The latest first: everybody's, or the user's own as the page of calls has them."""
    whose = EVERYBODY if everybody else Whose(user=me.id, agents=me.extensions)
    page = await house.finder.page(house.finder.asked(EVERYTHING, UTC, whose), SHOWN_CALLS)
    return list(page.calls)


def _people(house: Services, me: User) -> list[dict[str, object]]:
    """Everybody who has an extension, and how they are."""
    if not me.may(Permission.SEE_PRESENCE):
        return []
    seated = [user for user in house.users.all() if user.active and user.extensions]
    return [
        {"user": user, "presence": house.presences.of(user), "on_call": house.presences.on_call(user)}
        for user in seated
    ]


def routes() -> list[web.RouteDef]:
    """The page at the root."""
    return [web.get("/", home)]
