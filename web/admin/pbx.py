"""How the link to the PBX stands, and what is missing for a good attachment."""

from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.pbx import Finding
from web.forms import back_to
from web.keys import services
from web.render import render
from web.security import requires


@requires(Permission.SEE_PBX)
async def state(request: web.Request) -> web.StreamResponse:
    """The link as it is now; the findings follow, as they take a moment."""
    return _page(request, None)


@requires(Permission.SEE_PBX)
async def findings(request: web.Request) -> web.StreamResponse:
    """The same page with the findings in it."""
    check = services(request).check
    return _page(request, await check.look() if check else ())


@requires(Permission.SEE_PBX)
async def retry(request: web.Request) -> web.StreamResponse:
    """Try to attach now rather than at the next turn."""
    care = services(request).care
    if care is not None:
        care.retry_now()
    raise back_to("/admin/pbx")


def _page(request: web.Request, found: Sequence[Finding] | None) -> web.Response:
    house = services(request)
    counts = Counter(finding.level for finding in found or ())
    can_look, state = house.check is not None, house.pbx.state
    return render(
        request, "admin/pbx.html", state=state, found=found, counts=counts, can_look=can_look, care=house.care
    )


def routes() -> list[web.RouteDef]:
    """The state, the findings, and another try."""
    return [
        web.get("/admin/pbx", state),
        web.get("/admin/pbx/check", findings),
        web.post("/admin/pbx/retry", retry),
    ]
