"""Customers for programs and scripts, as JSON."""

from typing import Any, TypeVar

import msgspec
from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.model import Customer, NewCustomer, Row
from screenpop.errors import BadInput
from web.customers.lists import asked
from web.keys import services, user_of
from web.security import requires

MOST = 50
T = TypeVar("T")


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer as a program gives it."""

    name: str = ""
    company: str = ""
    category: str = ""
    note: str = ""
    city: str = ""
    country: str = ""
    timezone: str = ""
    responsible: str = ""
    record: str = ""
    numbers: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()


class GivenNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number for a customer."""

    number: str
    kind: str = ""


@requires(Permission.SEE_CUSTOMERS)
async def search(request: web.Request) -> web.StreamResponse:
    """`?q=TEXT&limit=N`: `{"rows": [{id, name, company, number, city, country, category}], "more": bool}`."""
    limit = request.query.get("limit", "10")
    most = min(max(int(limit), 1), MOST) if limit.isdecimal() and len(limit) < 5 else 10
    page = await services(request).customers.search(asked(request), most)
    return _json({"rows": [_row(row) for row in page.rows], "more": page.total > len(page.rows)})


@requires(Permission.SEE_CUSTOMERS)
async def get(request: web.Request) -> web.StreamResponse:
    """One customer; the one kept, where it was merged."""
    return _json(_customer(await services(request).customers.get(request.match_info["id"])))


@requires(Permission.EDIT_CUSTOMERS)
async def create(request: web.Request) -> web.StreamResponse:
    """Make a customer; answers with it."""
    given = await _read(request, Given)
    fields = msgspec.structs.asdict(given) | {"numbers": tuple((raw, "") for raw in given.numbers)}
    made = await services(request).customers.create(NewCustomer(**fields), user_of(request).id)
    return _json(_customer(made), status=201)


@requires(Permission.EDIT_CUSTOMERS)
async def add_number(request: web.Request) -> web.StreamResponse:
    """Add a number to a customer (CALL-28); answers with the customer."""
    given, id_ = await _read(request, GivenNumber), request.match_info["id"]
    made = await services(request).customers.add_number(id_, given.number, given.kind, user_of(request).id)
    return _json(_customer(made), status=201)


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(str(error)) from error


def _row(row: Row) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("id", "name", "company", "number", "city", "country")}
    return same | {"category": row.category.name if row.category else ""}


def _customer(customer: Customer) -> dict[str, Any]:
    return msgspec.to_builtins(customer) | {"title": customer.title}  # type: ignore[no-any-return]


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def routes() -> list[web.RouteDef]:
    """The JSON addresses."""
    return [
        web.get("/api/customers", search),
        web.post("/api/customers", create),
        web.get("/api/customers/{id}", get),
        web.post("/api/customers/{id}/numbers", add_number),
    ]
