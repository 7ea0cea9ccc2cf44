"""Called numbers of ours, and the company each stands for."""

from collections.abc import Mapping

from aiohttp import web

from screenpop.agents.rights import Permission
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

FIELDS = ("number", "name", "company")
ADDRESS = "/admin/lines"


@requires(Permission.EDIT_LINES)
async def page(request: web.Request) -> web.StreamResponse:
    """The list, and beside it the form: empty, or of the line that the address names."""
    asked = request.query.get("id", "")
    found = next((line for line in services(request).lines.all() if line.id == asked), None)
    form = {"id": found.id, "number": found.raw, "name": found.name, "company": found.company} if found else {}
    return _page(request, form, {})


@requires(Permission.EDIT_LINES)
async def put(request: web.Request) -> web.StreamResponse:
    """Name a line; one whose number was changed in the form takes the place of the old one."""
    form, lines, actor = await read_form(request), services(request).lines, user_of(request).id
    try:
        made = await lines.put(form.get("number", ""), form.get("name", ""), form.get("company", ""), actor)
    except REFUSALS as error:
        return _page(request, form, errors_of(request, error, FIELDS), status_for(error))
    if form.get("id") and form["id"] != made.id and any(line.id == form["id"] for line in lines.all()):
        await lines.remove(form["id"], actor)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_LINES)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a line."""
    await services(request).lines.remove(request.match_info["id"], user_of(request).id)
    raise back_to(ADDRESS)


def _page(request: web.Request, form: Mapping[str, str], errors: Errors, status: int = 200) -> web.Response:
    lines = services(request).lines.all()
    return render(request, "admin/lines.html", status=status, lines=lines, form=form, errors=errors)


def routes() -> list[web.RouteDef]:
    """Lines."""
    return [web.get(ADDRESS, page), web.post(ADDRESS, put), web.post(f"{ADDRESS}/{{id}}/remove", remove)]
