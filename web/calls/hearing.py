"""Who may hear a call: all calls by one right, the own ones by another."""

from dataclasses import replace

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.log import LoggedCall
from screenpop.calls.recent import Wanted, find
from screenpop.calls.sheet import Part, parts
from screenpop.errors import NotAllowed, NotFound
from screenpop.store.tables import recording
from web.calls.whose import own_calls
from web.keys import Services, services, user_of


async def seen_call(request: web.Request) -> LoggedCall:
    """The call of the address. Raises NotFound where there is none, or none of the user's business."""
    house, wanted = services(request), own_calls(user_of(request))
    found = await find(house.store, house.numbers, replace(wanted, id=request.match_info["id"]), 1, 0)
    if not found:
        raise NotFound("There is no such call.")
    return found[0]


async def may_hear(house: Services, me: User, call_id: str) -> bool:
    """May this user hear the call, and read what was said? The call is one that the user sees."""
    if me.may(Permission.LISTEN_RECORDINGS):
        return True
    if not me.may(Permission.LISTEN_OWN_RECORDINGS):
        return False
    own = Wanted(id=call_id, only_user=me.id, only_agents=me.extensions)
    return bool(await find(house.store, house.numbers, own, 1, 0))


async def heard_part(request: web.Request) -> tuple[LoggedCall, Part]:
    """The call and the recorded part of the address, for somebody who may hear them.

    Raises NotFound where there is none (or it is another call's), NotAllowed where it is not for this user's ears.
    """
    house, call = services(request), await seen_call(request)
    if not await may_hear(house, user_of(request), call.id):
        raise NotAllowed("You may not listen to this call.")
    return call, await part_of(house, call.id, request.match_info["recording"])


async def part_of(house: Services, call_id: str, recording_id: str) -> Part:
    """This part of this call. Raises NotFound."""
    async with house.store.read() as tx:
        found = await parts(tx, recording.c.id == recording_id, recording.c.call_id == call_id)
    if not found:
        raise NotFound("There is no such recording.")
    return found[0]
