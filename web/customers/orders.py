"""Orders of a customer: added, changed, closed."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.model import NewOrder, Order
from screenpop.errors import BadInput
from web.customers.amounts import parse_money, plain_money
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

TEXTS = ("number", "title", "stage", "responsible", "currency", "url")
FIELDS = dict.fromkeys((*TEXTS, "amount", "paid"))
COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "GEL", "AED", "INR", "JPY")


@requires(Permission.EDIT_CUSTOMERS)
async def new_form(request: web.Request) -> web.StreamResponse:
    """The empty form; the currency is that of the customer's last order."""
    customers = services(request).customers
    orders = await customers.orders(request.match_info["id"])
    latest = max(orders, key=lambda order: order.created_at, default=None)
    form = {"currency": latest.currency if latest else "", "responsible": user_of(request).name}
    return await _form(request, request.match_info["id"], form, {})


@requires(Permission.EDIT_CUSTOMERS)
async def create(request: web.Request) -> web.StreamResponse:
    """Add an order."""
    form, customer_id = await read_form(request), request.match_info["id"]
    try:
        made = await services(request).customers.add_order(customer_id, NewOrder(**_values(form)), user_of(request).id)
    except REFUSALS as error:
        return await _form(request, customer_id, form, errors_of(request, error, FIELDS), status=status_for(error))
    raise back_to(_place(made))


@requires(Permission.SEE_CUSTOMERS)
async def edit_form(request: web.Request) -> web.StreamResponse:
    """One order."""
    order = await services(request).customers.order(request.match_info["order"])
    return await _form(request, order.customer_id, _typed(order), {}, order=order)


@requires(Permission.EDIT_CUSTOMERS)
async def edit(request: web.Request) -> web.StreamResponse:
    """Write an order; one that somebody else wrote meanwhile is shown first."""
    customers, form = services(request).customers, await read_form(request)
    order = await customers.order(request.match_info["order"])
    try:
        values = _values(form)
        if form.get("was") and form["was"] != order.updated_at.isoformat():
            return await _clashed(request, order, form)
        written = await customers.update_order(order.id, values, user_of(request).id)
    except REFUSALS as error:
        errors = errors_of(request, error, FIELDS)
        return await _form(request, order.customer_id, form, errors, order=order, status=status_for(error))
    raise back_to(_place(written))


@requires(Permission.EDIT_CUSTOMERS)
async def set_open(request: web.Request) -> web.StreamResponse:
    """Close an order, or open it again: `open` is 1 or nothing."""
    form = await read_form(request)
    changes = {"open": form.get("open") == "1"}
    written = await services(request).customers.update_order(request.match_info["order"], changes, user_of(request).id)
    raise back_to(_place(written))


@requires(Permission.DELETE_CUSTOMERS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Remove an order that should never have been."""
    customers = services(request).customers
    order = await customers.order(request.match_info["order"])
    await customers.remove_order(order.id, user_of(request).id)
    raise back_to(f"/customers/{order.customer_id}#orders")


async def _clashed(request: web.Request, order: Order, form: Mapping[str, str]) -> web.Response:
    theirs = [(name, value) for name, value in _typed(order).items() if value != form.get(name, "")]
    return await _form(request, order.customer_id, form, {}, order=order, theirs=theirs, status=409)


async def _form(
    request: web.Request, customer_id: str, form: Mapping[str, str], errors: Errors, status: int = 200, **more: Any
) -> web.Response:
    house = services(request)
    context = {"order": None, "theirs": ()} | more
    return render(
        request,
        "customers/order.html",
        status=status,
        customer=await house.customers.get(customer_id),
        form=form,
        errors=errors,
        people=[user.name for user in house.users.all() if user.active],
        currencies=COMMON_CURRENCIES,
        **context,
    )


def _values(form: Mapping[str, str]) -> dict[str, Any]:
    """What `NewOrder` takes. Raises BadInput."""
    texts = {name: form.get(name, "") for name in TEXTS}
    if not (texts["number"].strip() or texts["title"].strip()):
        raise BadInput("An order needs a number or a title.", "number")
    sums = {name: parse_money(form.get(name, ""), texts["currency"], name) for name in ("amount", "paid")}
    return texts | sums | ({"open": form["open"] == "1"} if "open" in form else {})


def _typed(order: Order) -> dict[str, str]:
    texts = {name: getattr(order, name) for name in TEXTS}
    return texts | {name: plain_money(getattr(order, name), order.currency) for name in ("amount", "paid")}


def _place(order: Order) -> str:
    return f"/customers/{order.customer_id}#order-{order.id}"
