"""Who may hear a call: all calls by one right, the own ones by another."""

from collections.abc import Collection

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.log import LoggedCall
from screenpop.calls.search_sql import Whose
from screenpop.errors import NotAllowed, NotFound
from screenpop.recordings.model import Recording
from web.calls.whose import seen_call
from web.keys import Services, services, user_of


async def may_hear(house: Services, me: User, call_id: str) -> bool:
    """May this user hear the call, and read what was said? The call is one that the user sees."""
    return call_id in await heard_of(house, me, [call_id])


def hears_all(me: User, *, own: bool) -> bool:
    """May this user hear all calls, or (`own`) all own ones?"""
    return me.may(Permission.LISTEN_RECORDINGS) or (own and me.may(Permission.LISTEN_OWN_RECORDINGS))


async def heard_of(house: Services, me: User, call_ids: Collection[str]) -> set[str]:
    """Those of the calls, all of which the user sees, that he may hear."""
    if me.may(Permission.LISTEN_RECORDINGS):
        return set(call_ids)
    if not me.may(Permission.LISTEN_OWN_RECORDINGS):
        return set()
    return await house.finder.among(call_ids, Whose(user=me.id, agents=me.extensions))


async def heard_part(request: web.Request) -> tuple[LoggedCall, Recording]:
    """The call and the recorded part of the address, for somebody who may hear them.

    Raises NotFound where there is none (or it is another call's), NotAllowed where it is not for this user's ears.
    """
    house, call = services(request), await seen_call(request)
    if not await may_hear(house, user_of(request), call.id):
        raise NotAllowed("You may not listen to this call.")
    return call, await part_of(house, call.id, request.match_info["recording"])


async def part_of(house: Services, call_id: str, recording_id: str) -> Recording:
    """This recorded part of this call. Raises NotFound."""
    found = await house.recordings.get(recording_id)
    if found.call_id != call_id:
        raise NotFound("There is no such recording.")
    return found
