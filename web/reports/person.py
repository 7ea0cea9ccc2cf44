"""A person's conversations: what the analyses say of the calls of one of us, and the calls reviewed last."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.errors import NotFound
from screenpop.reports.asking import may_see_person
from web.called import seat_names
from web.keys import Services, services, user_of
from web.render import reading, render
from web.reports.asking import Question, conversations
from web.reports.names import PERIODS
from web.reports.pages import counted_in_time, tools
from web.security import requires

ADDRESS = "/people/{id}"
NEWEST = 10
TAKEN = ("period", "from", "to", "compare")
"""What the address says of the period; whose calls it is about stands in its path."""


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """One person, for those who see everybody's reports, and for that person. Like every report, what takes long comes
    after the page."""
    house, me = services(request), user_of(request)
    person = house.users.get(request.match_info["id"])
    if person is None or not may_see_person(me, person.id):
        raise NotFound("There is no such person.")
    asking = _asking(request, house, me, person)
    report = await counted_in_time(request, asking)
    context = await _beside(house, me, person, asking) if report else {}
    return render(
        request,
        "reports/person.html",
        person=person,
        asking=asking,
        report=report,
        nothing=report is not None and not any(each.n for key, each in report.totals.items() if key != "talked"),
        periods=PERIODS,
        slow=f"{request.path}?{urlencode({**dict(_given(request)), 'whole': '1'})}",
        **context,
        **tools(asking),
    )


def _given(request: web.Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(request.query_string) if name in TAKEN and value]


def _asking(request: web.Request, house: Services, me: User, person: User) -> Question:
    with reading(request):
        return conversations(house, me, urlencode([*_given(request), ("agent", person.id)]))


async def _beside(house: Services, me: User, person: User, asking: Question) -> dict[str, Any]:
    """The calls that were reviewed last."""
    period = asking.asked.period
    newest = await house.quality.reviews.newest(person.id, period.start, period.end, NEWEST)
    return {
        "reviewed": await house.finder.these(newest),
        "hidden": await house.quality.reviews.hidden_from(me, newest),
        "names": seat_names(house),
    }


def routes() -> list[web.RouteDef]:
    """The page."""
    return [web.get(ADDRESS, show)]
