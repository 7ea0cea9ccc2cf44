"""Orders of a customer: added, changed, closed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.codes import currency_of
from screenpop.customers.model import NewOrder, Order
from screenpop.customers.orders import clean
from screenpop.errors import BadInput
from web.customers.amounts import parse_money, plain_money
from web.customers.choices import currency_choices
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import reading, render
from web.security import requires

TEXTS = ("number", "title", "stage", "responsible", "currency", "url")
FIELDS = dict.fromkeys((*TEXTS, "amount", "paid"))


@requires(Permission.EDIT_CUSTOMERS)
async def new_form(request: web.Request) -> web.StreamResponse:
    """The empty form; the currency is that of the customer's last order, else the site's own."""
    house = services(request)
    orders = await house.customers.orders(request.match_info["id"])
    latest = max(orders, key=lambda order: order.created_at, default=None)
    currency = (latest.currency if latest else "") or currency_of(house.config.site.country)
    form = {"currency": currency, "responsible": user_of(request).name}
    return await _form(request, request.match_info["id"], form, {})


@requires(Permission.EDIT_CUSTOMERS)
async def create(request: web.Request) -> web.StreamResponse:
    """Add an order."""
    form, customer_id = await read_form(request), request.match_info["id"]
    values, wrong = _values(form)
    if wrong:
        return await _form(request, customer_id, form, _all_errors(request, wrong), status=422)
    try:
        made = await services(request).customers.add_order(customer_id, NewOrder(**values), user_of(request).id)
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
    values, wrong = _values(form)
    if wrong:
        return await _form(request, order.customer_id, form, _all_errors(request, wrong), order=order, status=422)
    if form.get("was") and form["was"] != order.updated_at.isoformat():
        return await _clashed(request, order, form)
    try:
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
    site_currency = currency_of(house.config.site.country)
    with reading(request):
        currencies = currency_choices((form.get("currency", "").strip().upper(), site_currency))
    return render(
        request,
        "customers/order.html",
        status=status,
        customer=await house.customers.get(customer_id),
        form=form,
        errors=errors,
        people=[user.name for user in house.users.all() if user.active],
        currencies=currencies,
        **context,
    )


def _values(form: Mapping[str, str]) -> tuple[dict[str, Any], list[BadInput]]:
    """What `NewOrder` takes, and all that is wrong with it."""
    wrong: list[BadInput] = []
    texts = {name: form.get(name, "") for name in TEXTS}
    sums = dict.fromkeys(("amount", "paid"), 0)
    for name, text in texts.items():
        with _noting(wrong):
            clean({name: text})
    for name in sums:
        with _noting(wrong):
            sums[name] = parse_money(form.get(name, ""), texts["currency"], name)
    if not (texts["number"].strip() or texts["title"].strip()):
        wrong.append(BadInput("An order needs a number or a title.", "number"))
    if any(sums.values()) and not texts["currency"].strip():
        wrong.append(BadInput("Choose the currency.", "currency"))
    return texts | sums | ({"open": form["open"] == "1"} if "open" in form else {}), wrong


@contextmanager
def _noting(wrong: list[BadInput]) -> Iterator[None]:
    """Go on after an error: the person is told all of them at once."""
    try:
        yield
    except BadInput as error:
        wrong.append(error)


def _all_errors(request: web.Request, wrong: Iterable[BadInput]) -> Errors:
    errors: Errors = {}
    for error in wrong:
        errors = errors_of(request, error, FIELDS) | errors
    return errors


def _typed(order: Order) -> dict[str, str]:
    texts = {name: getattr(order, name) for name in TEXTS}
    return texts | {name: plain_money(getattr(order, name), order.currency) for name in ("amount", "paid")}


def _place(order: Order) -> str:
    return f"/customers/{order.customer_id}#order-{order.id}"
