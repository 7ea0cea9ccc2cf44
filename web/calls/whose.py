"""Whose call was it? Where several customers share the number, a person says."""

from collections.abc import Collection

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.log import LoggedCall
from screenpop.calls.search_sql import EVERYBODY, Whose
from screenpop.customers.model import Customer
from screenpop.errors import NotFound
from web.forms import back_to, read_form
from web.keys import Services, services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/{id}/customer"


def own_calls(me: User, *, only: bool = False) -> Whose:
    """What this user may see of the calls; his own ones `only`, also where he sees more."""
    return EVERYBODY if me.may(Permission.SEE_ALL_CALLS) and not only else Whose(user=me.id, agents=me.extensions)


async def seen_of(house: Services, me: User, call_ids: Collection[str]) -> Collection[str]:
    """Those of the calls whose page this user may open."""
    whose = own_calls(me)
    return call_ids if whose == EVERYBODY else await house.finder.among(call_ids, whose)


async def seen_call(request: web.Request) -> LoggedCall:
    """The call of the address, also by the id it had before it was merged into another. Raises NotFound where there is
    none, or none of the user's business."""
    house = services(request)
    found = await house.finder.get(await house.calls.kept_as(request.match_info["id"]), own_calls(user_of(request)))
    if found is None:
        raise NotFound("There is no such call.")
    return found


@requires(Permission.SEE_CUSTOMERS)
async def choose(request: web.Request) -> web.StreamResponse:
    """The customers who have the number of the call."""
    house, call = services(request), await seen_call(request)
    return render(request, "calls/whose.html", call=call, people=await _owners(house, call.number))


@requires(Permission.SEE_CUSTOMERS)
async def put(request: web.Request) -> web.StreamResponse:
    """Write down who it was."""
    house, call, form = services(request), await seen_call(request), await read_form(request)
    await house.customers.get(form.get("customer", ""))
    await house.calls.assign_customer(call.id, form["customer"], user_of(request).id)
    raise back_to("/calls")


async def _owners(house: Services, number: str) -> list[Customer]:
    found = await house.customers.match(house.numbers.parse(number))
    return [await house.customers.get(match.customer_id) for match in found if match.confidence == "exact"]


def routes() -> list[web.RouteDef]:
    """The choice."""
    return [web.get(ADDRESS, choose), web.post(ADDRESS, put)]
