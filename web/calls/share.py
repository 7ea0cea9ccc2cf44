"""Links to a recording, made, listed and ended by those who may share it."""

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import NotAllowed
from screenpop.recordings.model import Recording
from web.calls.hearing import heard_part
from web.forms import read_form
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/{id}/recordings/{recording}/shares"
SHARED = "/shared"


@requires(Permission.SHARE_RECORDINGS)
async def make(request: web.Request) -> web.StreamResponse:
    """A new link for `hours`, with `download` or without. It is shown now, and never again."""
    house, me, (_, part), form = (
        services(request),
        user_of(request),
        await heard_part(request),
        await read_form(request),
    )
    may_download = form.get("download") == "1"
    if may_download and not me.may(Permission.DOWNLOAD_RECORDINGS):
        raise NotAllowed("You may not give away what you may not download.")
    hours = form.get("hours", "")
    token = await house.shares.make(
        part.id, me.id, int(hours) if hours.isdecimal() and len(hours) < 5 else 0, may_download=may_download
    )
    return await _part(request, part, f"{origin(request)}{SHARED}/{token}")


@requires(Permission.SHARE_RECORDINGS)
async def revoke(request: web.Request) -> web.StreamResponse:
    """End a link now."""
    _, part = await heard_part(request)
    await services(request).shares.revoke(request.match_info["share"], part.id, user_of(request).id)
    return await _part(request, part, "")


def origin(request: web.Request) -> str:
    """Where people reach the panel: the configured address, else the one that was asked."""
    return services(request).config.server.public_url.rstrip("/") or f"{request.scheme}://{request.host}"


async def _part(request: web.Request, part: Recording, link: str) -> web.Response:
    house = services(request)
    return render(
        request,
        "calls/call_shares_part.html",
        part=part,
        here=request.path.partition("/recordings/")[0],
        link=link,
        shares=await house.shares.of([part.id]),
        people={user.id: user.name for user in house.users.all()},
    )


def routes() -> list[web.RouteDef]:
    """Links."""
    return [web.post(ADDRESS, make), web.post(f"{ADDRESS}/{{share}}/revoke", revoke)]
