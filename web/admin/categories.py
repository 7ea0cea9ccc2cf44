"""The list of categories: named, coloured, flagged, ordered, removed."""

from collections.abc import Mapping
from typing import cast

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.categories import FLAGS
from screenpop.customers.model import Category, Flag
from screenpop.errors import BadInput, NotFound
from web.formats import colour_name
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

FIELDS = ("name", "colour", "flag")
ADDRESS = "/admin/categories"
COLOURS = {
    "grey": "#6b7280",
    "teal": "#0b7a87",
    "green": "#1a7c3c",
    "amber": "#c98a00",
    "orange": "#c2560c",
    "red": "#c33027",
    "pink": "#c2257a",
    "violet": "#7440c4",
    "blue": "#2468bd",
}
"""What an admin chooses from: each is the colour of tokens.css of this name."""


@requires(Permission.EDIT_CATEGORIES)
async def page(request: web.Request) -> web.StreamResponse:
    """The list, and beside it the form: empty, or of the category that the address names."""
    form: dict[str, str] = {"colour": "grey", "flag": "ordinary"}
    if request.query.get("id"):
        found = await _load(request, request.query["id"])
        form = {"id": found.id, "name": found.name, "colour": colour_name(found.colour), "flag": found.flag}
    return await _page(request, form, {})


@requires(Permission.EDIT_CATEGORIES)
async def put(request: web.Request) -> web.StreamResponse:
    """Make a category, or change the one of the form's id."""
    form, categories, actor = await read_form(request), services(request).categories, user_of(request).id
    name, flag = form.get("name", ""), cast(Flag, form.get("flag", ""))
    try:
        if form.get("colour") not in COLOURS:
            raise BadInput("Choose a colour.", "colour")
        colour = COLOURS[form["colour"]]
        if form.get("id"):
            await categories.update(form["id"], name, colour, flag, actor)
        else:
            await categories.create(name, colour, flag, actor)
    except REFUSALS as error:
        errors = errors_of(request, error, FIELDS)
        return await _page(request, form, errors, status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.EDIT_CATEGORIES)
async def move(request: web.Request) -> web.StreamResponse:
    """One place up (`by` is -1) or down (1)."""
    form, categories = await read_form(request), services(request).categories
    ids = [each.id for each in await categories.all()]
    asked = request.match_info["id"]
    if asked not in ids or form.get("by") not in ("-1", "1"):
        raise NotFound("There is no such category.")
    at = ids.index(asked)
    to = min(max(at + int(form["by"]), 0), len(ids) - 1)
    ids.insert(to, ids.pop(at))
    await categories.reorder(ids, user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_CATEGORIES)
async def remove_form(request: web.Request) -> web.StreamResponse:
    """Which category do its customers get instead?"""
    return await _remove_form(request, {})


@requires(Permission.EDIT_CATEGORIES)
async def remove(request: web.Request) -> web.StreamResponse:
    """Remove a category; one in use asks for the one that takes its place first."""
    form, categories = await read_form(request), services(request).categories
    try:
        await categories.delete(request.match_info["id"], user_of(request).id, form.get("replacement"))
    except REFUSALS as error:
        errors = {} if "replacement" not in form else {"replacement": next(iter(errors_of(request, error).values()))}
        return await _remove_form(request, errors, status_for(error))
    raise back_to(ADDRESS)


async def _load(request: web.Request, category_id: str) -> Category:
    found = next((each for each in await services(request).categories.all() if each.id == category_id), None)
    if found is None:
        raise NotFound("There is no such category.")
    return found


async def _page(request: web.Request, form: Mapping[str, str], errors: Errors, status: int = 200) -> web.Response:
    categories = services(request).categories
    return render(
        request,
        "admin/categories.html",
        status=status,
        categories=await categories.all(),
        in_use=await categories.in_use(),
        form=form,
        errors=errors,
        colours=tuple(COLOURS),
        flags=FLAGS,
    )


async def _remove_form(request: web.Request, errors: Errors, status: int = 200) -> web.Response:
    category = await _load(request, request.match_info["id"])
    categories = services(request).categories
    others = [each for each in await categories.all() if each.id != category.id]
    count = (await categories.in_use()).get(category.id, 0)
    return render(
        request,
        "admin/category_remove.html",
        status=status,
        category=category,
        others=others,
        customers=count,
        errors=errors,
    )


def routes() -> list[web.RouteDef]:
    """Categories."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, put),
        web.post(f"{ADDRESS}/{{id}}/move", move),
        web.get(f"{ADDRESS}/{{id}}/remove", remove_form),
        web.post(f"{ADDRESS}/{{id}}/remove", remove),
    ]
