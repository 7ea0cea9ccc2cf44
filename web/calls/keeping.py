"""What becomes of a recording: held, let go, deleted for ever, analysed again."""

from collections.abc import Awaitable
from urllib.parse import quote

from aiohttp import web

from screenpop.agents.rights import Permission
from web.calls.hearing import part_of
from web.calls.whose import seen_call
from web.forms import back_to, read_form
from web.keys import services, user_of
from web.security import requires

ADDRESS = "/calls/{id}/recordings/{recording}"


@requires(Permission.HOLD_RECORDINGS)
async def hold(request: web.Request) -> web.StreamResponse:
    """Nobody deletes it, and no rule: for a reason."""
    recording, form = await _asked(request), await read_form(request)
    return await _done(request, services(request).recordings.hold(recording, form.get("why", ""), user_of(request).id))


@requires(Permission.HOLD_RECORDINGS)
async def let_go(request: web.Request) -> web.StreamResponse:
    """It may go again."""
    recording = await _asked(request)
    return await _done(request, services(request).recordings.unhold(recording, user_of(request).id))


@requires(Permission.DELETE_RECORDINGS)
async def delete(request: web.Request) -> web.StreamResponse:
    """Delete the sound and what was made of it; who did it, when and why stays."""
    recording, form = await _asked(request), await read_form(request)
    why = form.get("why", "")
    return await _done(request, services(request).recordings.delete(recording, why, user_of(request).id))


@requires(Permission.REVIEW_CALLS)
async def analyse(request: web.Request) -> web.StreamResponse:
    """Make the analysis anew."""
    recording = await _asked(request)
    return await _done(request, services(request).analyses.again(recording, user_of(request).id))


async def _asked(request: web.Request) -> str:
    """The recording of the address. Raises NotFound where it is none of this call's."""
    call = await seen_call(request)
    return (await part_of(services(request), call.id, request.match_info["recording"])).id


async def _done(request: web.Request, act: Awaitable[object]) -> web.StreamResponse:
    await act
    call, recording = (quote(request.match_info[name]) for name in ("id", "recording"))
    raise back_to(f"/calls/{call}?part={recording}")


def routes() -> list[web.RouteDef]:
    """What can be done."""
    acts = {"hold": hold, "let-go": let_go, "delete": delete, "analyse": analyse}
    return [web.post(f"{ADDRESS}/{name}", act) for name, act in acts.items()]
