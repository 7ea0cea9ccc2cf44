"""What a request carries."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from screenpop.errors import BadInput


async def read_body(request: web.Request) -> Mapping[str, str]:
    """The texts of a JSON object or of a form. Raises BadInput for anything else."""
    if request.content_type != "application/json":
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    try:
        body: Any = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise BadInput("Send one JSON object whose values are texts.")
    return body
