"""Calibration: how far reviewers of the same calls lie apart."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import NotAllowed
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/calibration"
PERIODS = (30, 90, 365)
"""Days that can be chosen."""
SHOWN = 100
"""Calls of the list; the figures count all."""


@requires(Permission.REVIEW_CALLS)
async def page(request: web.Request) -> web.StreamResponse:
    """Questions, reviewers and calls of the period that the address names. Raises NotAllowed for one who is not to
    see everybody's calls."""
    if not user_of(request).may(Permission.SEE_ALL_CALLS):
        raise NotAllowed("Your role does not allow this.")
    asked = request.query.get("days", "")
    days = next((each for each in PERIODS if str(each) == asked), PERIODS[1])
    now = datetime.now(UTC)
    house, me = services(request), user_of(request)
    found = await house.quality.calibrations.between(now - timedelta(days=days), now)
    hidden = await house.quality.reviews.hidden_from(me, [each.call_id for each in found.calls])
    # Hidden ones come last, the newest first: their place would say how disputed they are.
    calls = sorted(found.calls, key=lambda each: 1.0 if each.call_id in hidden else -each.spread)[:SHOWN]
    return render(
        request, "admin/calibration.html", found=found, calls=calls, hidden=hidden, days=days, periods=PERIODS
    )


def routes() -> list[web.RouteDef]:
    """Calibration."""
    return [web.get(ADDRESS, page)]
