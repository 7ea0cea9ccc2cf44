"""`AGI(agi://host/lookup[,callerid][,number=NUMBER])`: who calls?

Sets RINGDESK_FOUND (how many customers have the number), RINGDESK_CUSTOMER (id), RINGDESK_NAME, RINGDESK_CATEGORY,
RINGDESK_RESPONSIBLE (extension) and RINGDESK_VIP (1 or 0); `callerid` also puts the name on the phone's display.
"""

from collections.abc import Mapping

from agi.commands import dialled
from agi.request import Request
from screenpop.callers import CallerLookup


async def lookup(request: Request, callers: CallerLookup) -> Mapping[str, str]:
    """The channel variables that describe the caller."""
    caller = await callers.look_up(request.options.get("number") or request.caller_number)
    variables = {
        "RINGDESK_FOUND": str(caller.matches),
        "RINGDESK_CUSTOMER": caller.customer_id,
        "RINGDESK_NAME": caller.name,
        "RINGDESK_CATEGORY": caller.category,
        "RINGDESK_RESPONSIBLE": dialled(caller.responsible),
        "RINGDESK_VIP": "1" if caller.vip else "0",
    }
    if "callerid" in request.options and caller.name:
        variables["CALLERID(name)"] = caller.name
    return variables
