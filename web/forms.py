"""Forms: what was sent as texts, and what was wrong with it beside its field."""

from collections.abc import Container
from http import HTTPStatus

from aiohttp import web

from screenpop.errors import BadInput, Conflict, RingdeskError
from web.errors import status_of
from web.render import in_words

LONGEST = 20_000
REFUSALS = (BadInput, Conflict)
"""What a person can mend in the form itself."""

Errors = dict[str, str]
"""Field name -> words; "" is for the form as a whole."""


async def read_form(request: web.Request) -> dict[str, str]:
    """The text fields of the form, files left out; of a name sent twice the last."""
    sent = await request.post()
    return {name: value[:LONGEST] for name, value in sent.items() if isinstance(value, str)}


def errors_of(request: web.Request, error: RingdeskError, known: Container[str] | None = None) -> Errors:
    """The error in the reader's words, under the field it names if that is one of `known`."""
    field = getattr(error, "field", "")
    return {field if known is None or field in known else "": in_words(request, error)}


def status_for(error: RingdeskError) -> HTTPStatus:
    """The status of the form shown again."""
    return status_of(error)[0]


def back_to(address: str) -> web.HTTPSeeOther:
    """Go there by GET; to be raised."""
    return web.HTTPSeeOther(address)


def whole_number(text: str) -> int | None:
    """The number that was typed, from 0 to eight digits; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 else None
