"""The verbs of the dialplan: `agi://host/VERB`, one module each.

A handler answers with the channel variables to set; it says nothing itself and knows nothing of the connection.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from agi.handlers.lookup import lookup
from agi.request import Request
from screenpop.callers import CallerLookup

Handler = Callable[[Request], Awaitable[Mapping[str, str]]]


def handlers(callers: CallerLookup) -> Mapping[str, Handler]:
    """Every verb, ready to be asked."""
    return {"lookup": partial(lookup, callers=callers)}
