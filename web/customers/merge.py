"""Two customers become one: choose the other, choose what stays, see what moves."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.model import Customer
from screenpop.errors import BadInput
from web.customers.history import FIELD_NAMES
from web.customers.lists import asked
from web.customers.pages import FIELDS, responsible_name, values_of
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.render import reading, render
from web.security import requires

FOUND = 10
CALLS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which the two differ; `chosen` is what stays unless the person says otherwise."""

    name: str
    label: str
    kept: str
    gone: str
    chosen: str


@requires(Permission.MERGE_CUSTOMERS)
async def choose(request: web.Request) -> web.StreamResponse:
    """Search the other one; with `with` in the address, the two side by side."""
    customers = services(request).customers
    keep = await customers.get(request.match_info["id"])
    if request.query.get("with"):
        return await _side_by_side(request, keep, await customers.get(request.query["with"]))
    text = asked(request)
    rows = (await customers.search(text or keep.name or keep.company, FOUND + 1)).rows
    rows = tuple(row for row in rows if row.id != keep.id)[:FOUND]
    return render(request, "customers/merge_choose.html", keep=keep, rows=rows, q=text)


@requires(Permission.MERGE_CUSTOMERS)
async def merge(request: web.Request) -> web.StreamResponse:
    """Merge; then write the values that were chosen of the one that goes."""
    form, customers, actor = await read_form(request), services(request).customers, user_of(request).id
    keep, gone = await customers.get(request.match_info["id"]), await customers.get(form.get("with", ""))
    if keep.id == gone.id:
        raise BadInput("A customer cannot be merged with itself.")
    values = _chosen(form, keep, gone)
    merged = await customers.merge(keep.id, gone.id, actor)
    current = values_of(merged)
    changes = {name: value for name, value in values.items() if value != current[name]}
    if changes:
        await customers.update(merged.id, changes, None, actor)
    raise back_to(f"/customers/{merged.id}")


async def _side_by_side(request: web.Request, keep: Customer, gone: Customer) -> web.Response:
    if keep.id == gone.id:
        raise BadInput("A customer cannot be merged with itself.")
    house = services(request)
    calls = await house.calls.recent(customer_id=gone.id, limit=CALLS)
    kinds = {kind.id: kind.name for kind in await house.categories.all()}
    with reading(request):
        fields = [_choice(request, name, keep, gone, kinds) for name in FIELDS if name != "note"]
    return render(
        request,
        "customers/merge.html",
        keep=keep,
        gone=gone,
        choices=[field for field in fields if field.kept != field.gone],
        moving=_moving(keep, gone) | {"orders": len(await house.customers.orders(gone.id)), "calls": len(calls)},
        most=CALLS,
    )


def _choice(request: web.Request, name: str, keep: Customer, gone: Customer, kinds: Mapping[str, str]) -> Choice:
    one, other = values_of(keep)[name], values_of(gone)[name]
    chosen = "gone" if other and not one else "keep"
    if name == "category":
        one, other = kinds.get(one, ""), kinds.get(other, "")
    elif name == "responsible":
        one, other = responsible_name(request, one), responsible_name(request, other)
    return Choice(name, FIELD_NAMES[name](), one, other, chosen)


def _moving(keep: Customer, gone: Customer) -> dict[str, object]:
    keys, mails = {each.key for each in keep.numbers}, {each.address for each in keep.mails}
    return {
        "numbers": [each for each in gone.numbers if each.key not in keys],
        "mails": [each for each in gone.mails if each.address not in mails],
        "note": gone.note if gone.note and gone.note not in keep.note else "",
        "photo": bool(gone.photo and not keep.photo),
    }


def _chosen(form: Mapping[str, str], keep: Customer, gone: Customer) -> dict[str, str]:
    sides = {"keep": values_of(keep), "gone": values_of(gone)}
    return {name: sides[form[name]][name] for name in FIELDS if form.get(name) in sides}
