"""The front page of the admin's section, and what the configuration file says."""

from aiohttp import web

from screenpop.agents.rights import Permission
from web.render import render
from web.security import requires


@requires(Permission.SEE_PBX)
async def overview(request: web.Request) -> web.StreamResponse:
    """Every page with a word on what it is for."""
    return render(request, "admin/overview.html")


@requires(Permission.SEE_PBX)
async def site(request: web.Request) -> web.StreamResponse:
    """What is set outside of the panel; never a secret."""
    return render(request, "admin/site.html")


def routes() -> list[web.RouteDef]:
    """Both."""
    return [web.get("/admin", overview), web.get("/admin/site", site)]
