"""Comments at a second of a recording, by those who may hear it."""

from urllib.parse import quote

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from web.calls.hearing import heard_part
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.security import requires

ADDRESS = "/calls/{id}/recordings/{recording}/comments"


@requires(Permission.USE_PANEL)
async def add(request: web.Request) -> web.StreamResponse:
    """Write `text` at the second `at`."""
    (call, part), form = await heard_part(request), await read_form(request)
    at = min(_second(form.get("at", "")), part.seconds)
    await services(request).comments.add(call.id, part.id, user_of(request).id, at, form.get("text", ""))
    raise _back(request)


@requires(Permission.USE_PANEL)
async def change(request: web.Request) -> web.StreamResponse:
    """Write another text in an own comment."""
    (call, _), form = await heard_part(request), await read_form(request)
    comment = request.match_info["comment"]
    await services(request).comments.change(call.id, comment, user_of(request).id, form.get("text", ""))
    raise _back(request)


@requires(Permission.USE_PANEL)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take an own comment away."""
    call, _ = await heard_part(request)
    await services(request).comments.remove(call.id, request.match_info["comment"], user_of(request).id)
    raise _back(request)


def _second(text: str) -> float:
    """Raises BadInput for what is no second of a recording."""
    try:
        second = float(text or 0)
    except ValueError:
        second = -1.0
    if not 0 <= second < float("inf"):
        raise BadInput("This is not a second of the recording.", "at")
    return second


def _back(request: web.Request) -> web.HTTPSeeOther:
    call, recording = (quote(request.match_info[name]) for name in ("id", "recording"))
    return back_to(f"/calls/{call}?part={recording}#comments")


def routes() -> list[web.RouteDef]:
    """Comments."""
    return [
        web.post(ADDRESS, add),
        web.post(f"{ADDRESS}/{{comment}}", change),
        web.post(f"{ADDRESS}/{{comment}}/remove", remove),
    ]
