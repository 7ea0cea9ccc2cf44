"""The sound of a call: played in pieces as the browser asks for them, or downloaded. Every listener is written down."""

import re
from pathlib import Path

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.calls.log import LoggedCall
from screenpop.errors import NotFound
from screenpop.recordings.model import Recording
from web.calls.hearing import heard_part
from web.formats import moment
from web.keys import Services, services, user_of
from web.render import reading
from web.security import requires

ADDRESS = "/calls/{id}/audio/{recording}"
TYPES = {"opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav"}
ENDINGS = {"opus": "opus", "flac": "flac", "wav": "wav"}


@requires(Permission.USE_PANEL)
async def play(request: web.Request) -> web.StreamResponse:
    """The file, or the range of it that is asked for. `?visit=` names the visit of the page: it is one listener."""
    house, (_, part) = services(request), await heard_part(request)
    path = await file_of(house, part)
    if request.method == "GET":
        await house.listens.listened(user_of(request).id, part.id, request.query.get("visit", ""))
    return sound(path, part)


@requires(Permission.DOWNLOAD_RECORDINGS)
async def download(request: web.Request) -> web.StreamResponse:
    """The whole file, under a name that says whose call it was and when."""
    house, (call, part) = services(request), await heard_part(request)
    path = await file_of(house, part)
    if request.method == "GET":
        await house.listens.did(user_of(request).id, "download", part.id)
    with reading(request):
        name = file_name(call, part)
    return sound(path, part, name)


def sound(path: Path, part: Recording, name: str = "") -> web.FileResponse:
    """The file as it is heard, or saved under `name`. Nobody between may keep it."""
    headers = {"Content-Type": TYPES.get(part.format, "application/octet-stream"), "Cache-Control": "private, no-store"}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return web.FileResponse(path, headers=headers)


async def file_of(house: Services, part: Recording) -> Path:
    """The local file of a part. Raises NotFound where there is nothing to hear."""
    if not part.is_stored:
        raise NotFound("There is nothing to hear: the recording is not here.")
    return await house.recordings.path_of(part)


def file_name(call: LoggedCall, part: Recording) -> str:
    """`2026-03-07 14-32 +49301234567 101.opus`: when, with whom, who; of letters that every disk takes."""
    at = f"{moment(part.started_at):%Y-%m-%d %H-%M}"
    words = " ".join(each for each in (at, call.number, part.agent or call.agent) if each)
    return f"{re.sub(r'[^A-Za-z0-9+ _-]', '_', words)}.{ENDINGS.get(part.format, 'bin')}"


def routes() -> list[web.RouteDef]:
    """The sound."""
    return [web.get(ADDRESS, play), web.get(f"{ADDRESS}/download", download)]
