"""`GET /find?q=`: customers for the command palette, as options of its list."""

from aiohttp import web

from screenpop.agents.rights import Permission
from web.keys import services
from web.render import render
from web.security import requires

MOST = 8


@requires(Permission.SEE_CUSTOMERS)
async def find(request: web.Request) -> web.StreamResponse:
    """Customers by name, company or any part of a number."""
    page = await services(request).customers.search(request.query.get("q", "")[:200], MOST)
    return render(request, "panel/found.html", rows=page.rows)


def routes() -> list[web.RouteDef]:
    """The search."""
    return [web.get("/find", find)]
