"""Recordings for programs: pause one while it is made, and go on."""

import msgspec
from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput, NotFound, PbxAway
from web.keys import services, user_of
from web.security import requires


class Pause(msgspec.Struct, frozen=True):
    """What is asked for."""

    paused: bool


@requires(Permission.PAUSE_RECORDINGS)
async def pause(request: web.Request) -> web.StreamResponse:
    """`{"paused": true}`: leave out what is said in this call from now on; false goes on. An agent: of own calls."""
    house, me, call_id = services(request), user_of(request), request.match_info["id"]
    talkers = house.recorder.talkers(call_id) if house.recorder else ()
    if not me.may(Permission.SEE_ALL_CALLS) and not set(talkers) & set(me.extensions):
        raise NotFound("There is no such call.")
    await set_paused(request, call_id)
    return web.Response(status=204)


async def set_paused(request: web.Request, call_id: str) -> None:
    """Do what the body says. Raises BadInput, PbxError."""
    house = services(request)
    try:
        paused = msgspec.json.decode(await request.read(), type=Pause).paused
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BadInput("Say whether it is paused: true or false.", "paused") from None
    if house.recorder is None:
        raise PbxAway("There is no connection to the PBX.")
    await house.recorder.pause_recording(call_id, paused)


def routes() -> list[web.RouteDef]:
    """Pausing."""
    return [web.post("/api/calls/{id}/recording/pause", pause)]
