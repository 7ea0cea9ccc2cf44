"""Who may hear a call: by one right all that he sees, by another his own."""

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls.finder import CallFinder
from screenpop.calls.search_sql import Whose


async def may_hear(finder: CallFinder, user: User, call_id: str) -> bool:
    """May this user see the call, and hear it?"""
    own = call_id in await finder.among([call_id], Whose(user=user.id, agents=user.extensions))
    hears = user.may(Permission.LISTEN_RECORDINGS) or (own and user.may(Permission.LISTEN_OWN_RECORDINGS))
    return hears and (own or user.may(Permission.SEE_ALL_CALLS))
