"""Pops for programs and for the panel's scripts; the shapes are told in `screenpop.pops.wire`."""

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput, PbxAway
from web.api.body import read_body
from web.api.recordings import set_paused
from web.formats import at_home
from web.keys import services, user_of
from web.security import requires

CANDIDATES = 8


@requires(Permission.USE_PANEL)
async def snapshot(request: web.Request) -> web.StreamResponse:
    """All pops on the asker's screen."""
    return _json(services(request).pops.snapshot(user_of(request).id))


@requires(Permission.USE_PANEL)
async def dismiss(request: web.Request) -> web.StreamResponse:
    """Take a pop off the asker's screen."""
    services(request).pops.dismiss(request.match_info["id"], user_of(request).id)
    return web.Response(status=204)


@requires(Permission.USE_PANEL)
async def choose(request: web.Request) -> web.StreamResponse:
    """Which of several customers it is."""
    body = await read_body(request)
    await services(request).pops.choose(request.match_info["id"], user_of(request).id, body.get("customer_id", ""))
    return await _settled(request)


@requires(Permission.USE_PANEL)
async def write(request: web.Request) -> web.StreamResponse:
    """The asker's note on the call, and its result."""
    body, pop_id = await read_body(request), request.match_info["id"]
    await services(request).pops.write(pop_id, user_of(request).id, body.get("text"), body.get("result"))
    return _json(b'{"pop":%b}' % services(request).pops.payload(pop_id, user_of(request).id))


@requires(Permission.EDIT_CUSTOMERS)
async def new_customer(request: web.Request) -> web.StreamResponse:
    """A customer with the card's number."""
    body = await read_body(request)
    await services(request).pops.new_customer(request.match_info["id"], user_of(request).id, body)
    return await _settled(request)


@requires(Permission.EDIT_CUSTOMERS)
async def add_number(request: web.Request) -> web.StreamResponse:
    """The card's number for a customer there is."""
    body = await read_body(request)
    await services(request).pops.add_number(request.match_info["id"], user_of(request).id, body.get("customer_id", ""))
    return await _settled(request)


@requires(Permission.USE_PANEL)
async def call_back(request: web.Request) -> web.StreamResponse:
    """Ring the phone of this card; once it is taken up, call the card's number."""
    house = services(request)
    card = house.pops.shown(request.match_info["id"], user_of(request).id)
    if not card.number.dial:
        raise BadInput("This is not a number that can be called.")
    if house.control is None:
        raise PbxAway("There is no connection to the PBX.")
    await house.control.originate(card.extension, card.number.dial, card.title)
    return web.Response(status=204)


@requires(Permission.PAUSE_RECORDINGS)
async def pause_recording(request: web.Request) -> web.StreamResponse:
    """`{"paused": true}`: leave out of the recording what is said on this card's call, or go on."""
    house = services(request)
    call_id = house.pops.call_of(request.match_info["id"], user_of(request).id)
    await set_paused(request, call_id)
    return web.Response(status=204)


@requires(Permission.SEE_CUSTOMERS)
async def candidates(request: web.Request) -> web.StreamResponse:
    """Customers to add the number to, or to say who it is, as one types."""
    house = services(request)
    page = await house.customers.search(request.query.get("q", "")[:200], CANDIDATES)
    rows = [
        {
            "id": row.id,
            "name": row.name,
            "company": row.company,
            "number": at_home(row.e164, row.number, house.numbers.country),
            "city": row.city,
        }
        for row in page.rows
    ]
    return web.json_response({"rows": rows})


async def _settled(request: web.Request) -> web.Response:
    pop = await services(request).pops.settled(request.match_info["id"], user_of(request).id)
    return _json(b'{"pop":%b}' % pop)


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


def routes() -> list[web.RouteDef]:
    """The snapshot and the actions."""
    return [
        web.get("/api/pops", snapshot),
        web.post("/api/pops/{id}/dismiss", dismiss),
        web.post("/api/pops/{id}/choose", choose),
        web.post("/api/pops/{id}/note", write),
        web.post("/api/pops/{id}/customer", new_customer),
        web.post("/api/pops/{id}/number", add_number),
        web.post("/api/pops/{id}/call", call_back),
        web.post("/api/pops/{id}/recording", pause_recording),
        web.get("/api/pops/{id}/candidates", candidates),
    ]
