"""The recent calls: an agent's own, everybody's for those who may see them."""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.calls.recent import DIRECTIONS, RESULTS
from screenpop.calls.recent import find as find_calls
from web.called import line_names, seat_names
from web.calls.whose import own_calls
from web.customers.lists import page_number
from web.keys import services, user_of
from web.render import render
from web.security import requires

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for."""

    q: str
    direction: str
    result: str
    agent: str


@requires(Permission.USE_PANEL)
async def recent(request: web.Request) -> web.StreamResponse:
    """One page of calls. What an agent may see is decided here, whatever the address says."""
    house, me, number = services(request), user_of(request), page_number(request)
    chosen = _filter(request)
    sees_all = me.may(Permission.SEE_ALL_CALLS)
    wanted = replace(own_calls(me), text=chosen.q, direction=chosen.direction, result=chosen.result, agent=chosen.agent)
    calls = await find_calls(house.store, house.numbers, wanted, PAGE + 1, (number - 1) * PAGE)
    return render(
        request,
        "calls/list.html",
        calls=calls[:PAGE],
        chosen=chosen,
        filtered=any(asdict(chosen).values()),
        agents=[(user.extensions[0], user.name) for user in house.users.all() if user.extensions] if sees_all else [],
        names=seat_names(house),
        lines=line_names(house, calls),
        directions=DIRECTIONS,
        results=RESULTS,
        first=(number - 1) * PAGE + 1,
        before=_address(chosen, number - 1) if number > 1 else "",
        after=_address(chosen, number + 1) if len(calls) > PAGE else "",
        is_demo=house.demo is not None,
    )


def _filter(request: web.Request) -> Filter:
    query = request.query
    direction, result = query.get("direction", ""), query.get("result", "")
    return Filter(
        q=query.get("q", "").strip()[:200],
        direction=direction if direction in DIRECTIONS else "",
        result=result if result in RESULTS else "",
        agent=query.get("agent", "")[:32],
    )


def _address(chosen: Filter, number: int) -> str:
    query = {name: value for name, value in asdict(chosen).items() if value}
    if number > 1:
        query["page"] = str(number)
    return "/calls" + (f"?{urlencode(query)}" if query else "")


def routes() -> list[web.RouteDef]:
    """The list."""
    return [web.get("/calls", recent)]
