"""The page of one customer; a customer made and changed."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.customer_figures import customer_figures
from screenpop.customers.model import Customer, NewCustomer
from screenpop.errors import BadInput, Conflict
from web.called import seat_names
from web.calls.tone import kind
from web.calls.whose import seen_of
from web.customers.choices import choices
from web.customers.conversations import conversations_with
from web.customers.history import FIELD_NAMES, tell
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import reading, render
from web.security import requires

FIELDS = ("name", "company", "category", "responsible", "city", "country", "timezone", "record", "note")
CALLS = 25


@requires(Permission.SEE_CUSTOMERS)
async def show(request: web.Request) -> web.StreamResponse:
    """One customer; a merged one leads to the one kept."""
    asked = request.match_info["id"]
    customer = await services(request).customers.get(asked)
    if customer.id != asked:
        raise back_to(f"/customers/{customer.id}")
    return await page(request, customer)


async def page(
    request: web.Request,
    customer: Customer,
    errors: Errors | None = None,
    form: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """The page of `customer`, with what was typed in `form` and what is wrong with it."""
    house = services(request)
    orders = await house.customers.orders(customer.id)
    calls = await house.calls.recent(customer_id=customer.id, limit=CALLS)
    entries = await house.customers.history(customer.id) if user_of(request).may(Permission.SEE_AUDIT) else []
    with reading(request):
        history = tell(entries, await _names(request))
    return render(
        request,
        "customers/page.html",
        status=status,
        customer=customer,
        owned=await _owned(request, customer),
        countries={each.id: house.numbers.parse(each.e164).country for each in customer.numbers if each.e164},
        orders=orders,
        calls=calls,
        seen=await seen_of(house, user_of(request), [call.id for call in calls]),
        figures=await customer_figures(house.store, customer.id),
        **await conversations_with(request, customer.id),
        hears_all=_hears_all(user_of(request)),
        tone_kind=kind,
        names=seat_names(house),
        history=history,
        responsible=responsible_name(request, customer.responsible),
        debt=(await house.customers.debts([customer.id])).get(customer.id, {}),
        errors=errors or {},
        form=form or {},
    )


def _hears_all(me: User) -> bool:
    """May this user know what was said in anybody's calls?"""
    return me.may(Permission.SEE_ALL_CALLS) and me.may(Permission.LISTEN_RECORDINGS)


@requires(Permission.EDIT_CUSTOMERS)
async def new_form(request: web.Request) -> web.StreamResponse:
    """The empty form; the address may bring a number and a name."""
    given = {name: request.query.get(name, "")[:200] for name in (*FIELDS, "number", "mail")}
    return await _form(request, "customers/new.html", given, {})


@requires(Permission.EDIT_CUSTOMERS)
async def create(request: web.Request) -> web.StreamResponse:
    """Make a customer; a number that somebody has already is asked about once."""
    form = await read_form(request)
    owners = [] if form.get("shared") else await _owners(request, form.get("number", ""))
    if owners:
        return await _form(request, "customers/new.html", form, {}, owners=owners, status=409)
    try:
        made = await services(request).customers.create(_new(form), user_of(request).id)
    except REFUSALS as error:
        errors = errors_of(request, error, (*FIELDS, "number", "mail"))
        return await _form(request, "customers/new.html", form, errors, status=status_for(error))
    raise back_to(f"/customers/{made.id}")


@requires(Permission.EDIT_CUSTOMERS)
async def edit_form(request: web.Request) -> web.StreamResponse:
    """The form of a customer's fields."""
    customer = await services(request).customers.get(request.match_info["id"])
    return await _edit_form(request, customer, values_of(customer), {})


@requires(Permission.EDIT_CUSTOMERS)
async def edit(request: web.Request) -> web.StreamResponse:
    """Write what the person changed. What somebody else changed meanwhile is never overwritten unseen."""
    form = await read_form(request)
    customers, asked = services(request).customers, request.match_info["id"]
    changes = {name: form[name] for name in FIELDS if name in form and form[name] != form.get(f"was_{name}")}
    now = await customers.get(asked)
    meanwhile = _meanwhile(form, values_of(now))
    clash = {name: was for name, was in meanwhile.items() if name in changes and changes[name] != was[1]}
    if clash:
        return await _clashed(request, now, form, meanwhile)
    try:
        await customers.update(asked, changes, now.version, user_of(request).id)
    except Conflict:
        return await _clashed(request, await customers.get(asked), form, meanwhile)
    except BadInput as error:
        return await _edit_form(request, now, values_of(now) | changes, errors_of(request, error, FIELDS), status=422)
    raise back_to(f"/customers/{now.id}")


def values_of(customer: Customer) -> dict[str, str]:
    """The fields as the form has them."""
    values = {name: getattr(customer, name) for name in FIELDS if name != "category"}
    return values | {"category": customer.category.id if customer.category else ""}


def responsible_name(request: web.Request, responsible: str) -> str:
    """The name of the user whose id this is, else the text itself."""
    user = services(request).users.get(responsible)
    return user.name if user else responsible


def _meanwhile(form: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What differs from what the form was made of: field -> (then, now)."""
    then = {name: form[f"was_{name}"].replace("\r\n", "\n") for name in FIELDS if f"was_{name}" in form}
    return {name: (was, now[name]) for name, was in then.items() if was != now[name]}


async def _clashed(
    request: web.Request, now: Customer, form: Mapping[str, str], meanwhile: Mapping[str, tuple[str, str]]
) -> web.Response:
    """The form again: what was typed stays, what the other changed is told and taken where nothing was typed."""
    current = values_of(now)
    typed = {name: form[name] for name in FIELDS if name in form and form[name] != form.get(f"was_{name}")}
    who = await services(request).customers.history(now.id, 1)
    names = await _names(request)
    with reading(request):
        told = [(FIELD_NAMES[name](), *pair) for name, pair in _named(meanwhile, names).items()]
    return await _edit_form(
        request, now, current | typed, {}, status=409, meanwhile=told, by=names(who[0].actor) if who else ""
    )


def _named(changes: Mapping[str, tuple[str, str]], names: Any) -> dict[str, tuple[str, str]]:
    words = ("category", "responsible")
    return {name: (names(a), names(b)) if name in words else (a, b) for name, (a, b) in changes.items()}


async def _edit_form(
    request: web.Request, customer: Customer, form: Mapping[str, str], errors: Errors, status: int = 200, **more: Any
) -> web.Response:
    context = {"meanwhile": (), "by": "", "customer": customer, "was": values_of(customer)} | more
    return await _form(request, "customers/edit.html", form, errors, status=status, **context)


async def _form(
    request: web.Request, template: str, form: Mapping[str, str], errors: Errors, status: int = 200, **more: Any
) -> web.Response:
    context: dict[str, Any] = {"owners": (), "choices": await choices(request)} | more
    return render(request, template, status=status, form=form, errors=errors, **context)


def _new(form: Mapping[str, str]) -> NewCustomer:
    numbers = ((form["number"], form.get("kind", "")),) if form.get("number", "").strip() else ()
    mails = (form["mail"],) if form.get("mail", "").strip() else ()
    return NewCustomer(**{name: form.get(name, "") for name in FIELDS}, numbers=numbers, mails=mails)


async def _owners(request: web.Request, raw: str, but: str = "") -> list[Customer]:
    """Other customers who have exactly this number."""
    house = services(request)
    found = await house.customers.match(house.numbers.parse(raw)) if raw.strip() else []
    ids = [match.customer_id for match in found if match.confidence == "exact" and match.customer_id != but]
    return [await house.customers.get(id_) for id_ in ids[:5]]


async def _owned(request: web.Request, customer: Customer) -> dict[str, list[Customer]]:
    """Number id -> who else has it."""
    owned = {each.id: await _owners(request, each.key, customer.id) for each in customer.numbers[:10]}
    return {id_: others for id_, others in owned.items() if others}


async def _names(request: web.Request) -> Any:
    """A function that names an actor, a category or a responsible person by its id."""
    house = services(request)
    kinds = {kind.id: kind.name for kind in await house.categories.all()}
    people = {user.id: user.name for user in house.users.all()}
    return lambda id_: people.get(id_) or kinds.get(id_) or id_
