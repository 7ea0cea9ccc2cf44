"""How things stand now, for a page that has just been opened; and the user's own presence."""

from dataclasses import asdict

from aiohttp import web

from screenpop.agents.model import CHOICES
from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from web.api.body import read_body
from web.keys import services, user_of
from web.security import requires


@requires(Permission.USE_PANEL)
async def state(request: web.Request) -> web.StreamResponse:
    """The PBX link, who is there, and the id of the last event in it."""
    house, me = services(request), user_of(request)
    people = house.users.all() if me.may(Permission.SEE_PRESENCE) else (me,)
    shown = [
        {
            "user_id": user.id,
            "name": user.name,
            "presence": house.presences.of(user),
            "on_call": house.presences.on_call(user),
            "extensions": user.extensions,
        }
        for user in people
        if user.active
    ]
    return web.json_response({"last_id": house.hub.last_id, "pbx": asdict(house.pbx.state), "presence": shown})


@requires(Permission.USE_PANEL)
async def choose_presence(request: web.Request) -> web.StreamResponse:
    """`presence`: available, busy or away."""
    wanted = (await read_body(request)).get("presence", "")
    chosen = next((choice for choice in CHOICES if choice == wanted), None)
    if chosen is None:
        raise BadInput("Presence is available, busy or away.", "presence")
    await services(request).presences.choose(user_of(request).id, chosen)
    return web.json_response({"presence": chosen})


def routes() -> list[web.RouteDef]:
    """State and presence."""
    return [web.get("/api/state", state), web.post("/api/presence", choose_presence)]
