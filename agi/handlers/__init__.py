"""The verbs of the dialplan: `agi://host/VERB`, one module each.

A handler answers with the channel variables to set; it says nothing itself and knows nothing of the connection.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from agi.handlers.lookup import lookup
from agi.handlers.record import record
from agi.request import Request
from screenpop.callers import CallerLookup
from screenpop.recordings.asking import RecordingDesk

Handler = Callable[[Request], Awaitable[Mapping[str, str]]]


def handlers(callers: CallerLookup, desk: RecordingDesk | None = None) -> Mapping[str, Handler]:
    """Every verb, ready to be asked; that about recording where there is a `desk` for it."""
    verbs: dict[str, Handler] = {"lookup": partial(lookup, callers=callers)}
    if desk is not None:
        verbs["record"] = partial(record, desk=desk)
    return verbs
