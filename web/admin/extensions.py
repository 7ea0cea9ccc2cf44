"""Extensions and the devices of each."""

from collections.abc import Mapping

from aiohttp import web

from screenpop.agents.rights import Permission
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

FIELDS = ("number", "name", "devices")
ADDRESS = "/admin/extensions"


@requires(Permission.MANAGE_USERS)
async def page(request: web.Request) -> web.StreamResponse:
    """The list, and beside it the form: empty, or of the extension that the address names."""
    asked = request.query.get("number", "")
    found = next((each for each in services(request).extensions.all() if each.number == asked), None)
    form = {"number": found.number, "name": found.name, "devices": " ".join(found.devices)} if found else {}
    return _page(request, form, {})


@requires(Permission.MANAGE_USERS)
async def put(request: web.Request) -> web.StreamResponse:
    """Keep an extension, or change it."""
    form = await read_form(request)
    number, name, devices = (form.get(field, "") for field in FIELDS)
    try:
        await services(request).extensions.put(number, name, devices, user_of(request).id)
    except REFUSALS as error:
        known = ("number", "devices")
        errors = {("number" if key == "extensions" else key): text for key, text in errors_of(request, error).items()}
        errors = {(key if key in known else ""): text for key, text in errors.items()}
        return _page(request, form, errors, status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.MANAGE_USERS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget an extension."""
    await services(request).extensions.remove(request.match_info["number"], user_of(request).id)
    raise back_to(ADDRESS)


def _page(request: web.Request, form: Mapping[str, str], errors: Errors, status: int = 200) -> web.Response:
    house = services(request)
    rows = [(each, house.users.at(each.number)) for each in house.extensions.all()]
    return render(request, "admin/extensions.html", status=status, rows=rows, form=form, errors=errors)


def routes() -> list[web.RouteDef]:
    """Extensions."""
    return [web.get(ADDRESS, page), web.post(ADDRESS, put), web.post(f"{ADDRESS}/{{number}}/remove", remove)]
