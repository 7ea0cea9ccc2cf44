"""The live board as a page, for the desk and for the wall, and as JSON."""

import msgspec
from aiohttp import web

from screenpop.agents.rights import Permission
from web.api.body import read_body
from web.keys import services, user_of
from web.render import render, static_root
from web.security import requires

ADDRESS = "/board"


@requires(Permission.SEE_BOARD)
async def page(request: web.Request) -> web.StreamResponse:
    """`?wall=1` fills a screen on the wall; `queue` and `team` (each may come again) show only these."""
    house = services(request)
    return render(
        request,
        "board/board.html",
        wall=request.query.get("wall") == "1",
        settings=house.board_settings.now,
        pbx=house.pbx.state,
    )


@requires(Permission.SEE_BOARD)
async def snapshot(request: web.Request) -> web.StreamResponse:
    """How everything stands; `screenpop.board` tells the shape. Changes follow on the stream."""
    house = services(request)
    found = await house.board.snapshot(user_of(request))
    pbx = house.pbx.state
    state = {"last_id": house.hub.last_id, "page": static_root(), "pbx": {"up": pbx.up, "since": pbx.since}}
    return web.Response(body=msgspec.json.encode({**state, **found}), content_type="application/json")


@requires(Permission.LISTEN_LIVE)
async def listen(request: web.Request) -> web.StreamResponse:
    """`agent` (an extension), `how` (listen, whisper, barge): rings the asker's phone; 204 once it was taken up."""
    house, body = services(request), await read_body(request)
    call_id, agent = request.match_info["id"], body.get("agent", "")
    await house.listeners.join(house.ear, user_of(request), call_id, agent, body.get("how", ""))
    return web.Response(status=204)


def routes() -> list[web.RouteDef]:
    """The page and its figures."""
    return [
        web.get(ADDRESS, page),
        web.get("/api/board", snapshot),
        web.post("/api/calls/{id}/listen", listen),
    ]
