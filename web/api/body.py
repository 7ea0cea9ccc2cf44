"""What a request carries."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from screenpop.errors import BadInput


async def read_body(request: web.Request) -> Mapping[str, str]:
    """The texts of a JSON object or of a form. Raises BadInput for anything else."""
    if request.content_type != "application/json":
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    try:
        return msgspec.json.decode(await request.read(), type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadInput("Send one JSON object whose values are texts.") from None
