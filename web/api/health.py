"""For whoever watches the service: `/health` (the process answers), `/ready` (and is of use)."""

from aiohttp import web

from web.keys import services
from web.security import public


@public
async def health(request: web.Request) -> web.StreamResponse:
    """The process is alive."""
    return web.json_response({"status": "ok"})


@public
async def ready(request: web.Request) -> web.StreamResponse:
    """200 when calls are seen, 503 while the link to the PBX is not up; the words are for signed-in eyes only."""
    state = services(request).pbx.state
    body = {"status": "ok" if state.up else "waiting", "pbx": state.state}
    return web.json_response(body, status=200 if state.up else 503)


def routes() -> list[web.RouteDef]:
    """Both."""
    return [web.get("/health", health), web.get("/ready", ready)]
