"""Where Ringdesk runs as its own demo: real calls at the press of a button."""

from collections.abc import Mapping

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput, NotFound, PbxError
from screenpop.numbers import Numbers
from screenpop.pbx import SampleCalls
from web.forms import Errors, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/sample"
OFFERED = 40
SECONDS = range(601)


@requires(Permission.PLACE_DEMO_CALLS)
async def form(request: web.Request) -> web.StreamResponse:
    """The form: who calls whom. NotFound where this is no demo."""
    _demo(request)
    seats = user_of(request).extensions
    given = {"to": seats[0] if seats else "", "ring": "6", "talk": "20", "answer": "1"}
    return await _page(request, given | dict(request.query), {})


@requires(Permission.PLACE_DEMO_CALLS)
async def place(request: web.Request) -> web.StreamResponse:
    """Place the call."""
    demo, given = _demo(request), await read_form(request)
    try:
        times = {name: _seconds(given, name) for name in ("ring", "talk")}
        await demo.place(
            _caller(services(request).numbers, given),
            given.get("to", "").strip(),
            name=given.get("name", ""),
            answer=given.get("answer") == "1",
            **times,
        )
    except (BadInput, NotFound, PbxError) as error:
        errors = errors_of(request, error, ("from", "to", "name", "ring", "talk"))
        return await _page(request, given, errors, status=status_for(error))
    return await _page(request, given, {}, placed=True)


def _demo(request: web.Request) -> SampleCalls:
    demo = services(request).demo
    if demo is None:
        raise NotFound("Sample calls can be placed in the demo only.")
    return demo


def _caller(numbers: Numbers, given: Mapping[str, str]) -> str:
    """Who calls: the number that was typed, in any notation, else the chosen customer's."""
    typed = given.get("from", "").strip() or given.get("customer", "").strip()
    if not typed:
        raise BadInput("Choose a customer, or write a number.", "from")
    number = numbers.parse(typed)
    if not (number.key or number.withheld):
        raise BadInput("This is not a phone number.", "from")
    return number.key or "anonymous"


def _seconds(given: Mapping[str, str], name: str) -> float:
    text = given.get(name, "").strip()
    if not text.isdecimal() or len(text) > 3 or int(text) not in SECONDS:
        raise BadInput("Write seconds, from 0 to 600.", name)
    return float(text)


async def _page(
    request: web.Request, given: Mapping[str, str], errors: Errors, status: int = 200, placed: bool = False
) -> web.Response:
    house = services(request)
    rows = (await house.customers.search("", OFFERED)).rows
    callers = [(row.e164, row.name or row.company) for row in rows if row.e164]
    return render(
        request,
        "calls/sample.html",
        status=status,
        form=given,
        errors=errors,
        callers=callers,
        places=_demo(request).places,
        placed=placed,
    )


def routes() -> list[web.RouteDef]:
    """The sample call."""
    return [web.get(ADDRESS, form), web.post(ADDRESS, place)]
