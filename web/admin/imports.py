"""Customers from a CSV file: first what would be done, then, if that is wanted, done."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.customers.csv_import import Report, import_csv
from screenpop.errors import BadInput, NotFound
from web.forms import Errors, errors_of, read_form
from web.keys import services, user_of
from web.render import render
from web.security import requires

MAX_BYTES = 10 * 1024 * 1024
KEPT_SECONDS = 1800.0
MOST_KEPT = 5
ADDRESS = "/admin/import"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at and waits for a yes."""

    user_id: str
    name: str
    data: bytes
    at: float


class Uploads:
    """The files that wait, a few, for half an hour; one for each user."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, Upload] = {}

    def keep(self, user_id: str, name: str, data: bytes) -> str:
        """Keep a file; returns the token it is fetched by. The user's earlier one goes."""
        now = self._clock()
        kept = {token: each for token, each in self._kept.items() if now - each.at < KEPT_SECONDS}
        kept = {token: each for token, each in kept.items() if each.user_id != user_id}
        token = token_urlsafe(16)
        self._kept = dict(list(kept.items())[-MOST_KEPT + 1 :]) | {token: Upload(user_id, name, data, now)}
        return token

    def take(self, token: str, user_id: str) -> Upload:
        """The file, which is no longer kept. Raises NotFound."""
        found = self._kept.get(token)
        if found is None or found.user_id != user_id or self._clock() - found.at > KEPT_SECONDS:
            raise NotFound("This file is no longer at hand: choose it again.")
        del self._kept[token]
        return found


UPLOADS = web.AppKey("uploads", Uploads)


@requires(Permission.IMPORT_CUSTOMERS)
async def form(request: web.Request) -> web.StreamResponse:
    """Choose a file."""
    return _page(request)


@requires(Permission.IMPORT_CUSTOMERS)
async def preview(request: web.Request) -> web.StreamResponse:
    """Tell what the file would do; nothing is written."""
    try:
        name, data = await _uploaded(request)
        report = await _run(request, data, dry_run=True)
    except BadInput as error:
        words = next(iter(errors_of(request, error).values()))
        return _page(request, errors={"file": words}, status=422)
    token = request.app[UPLOADS].keep(user_of(request).id, name, data) if report.created + report.updated else ""
    return _page(request, report=report, name=name, token=token)


@requires(Permission.IMPORT_CUSTOMERS)
async def write(request: web.Request) -> web.StreamResponse:
    """Import the file that was looked at."""
    sent = await read_form(request)
    try:
        upload = request.app[UPLOADS].take(sent.get("token", ""), user_of(request).id)
    except NotFound as error:
        words = next(iter(errors_of(request, error).values()))
        return _page(request, errors={"file": words}, status=404)
    report = await _run(request, upload.data, dry_run=False)
    return _page(request, report=report, name=upload.name)


async def _run(request: web.Request, data: bytes, dry_run: bool) -> Report:
    house = services(request)
    seats = {extension.number for extension in house.extensions.all()}
    return await import_csv(data, house.customers, house.numbers, dry_run, user_of(request).id, seats=seats)


async def _uploaded(request: web.Request) -> tuple[str, bytes]:
    try:
        sent = (await request.post()).get("file")
    except web.HTTPRequestEntityTooLarge as error:
        raise BadInput("The file is larger than 10 MB: use “ringdesk import customers” for it.", "file") from error
    data = await asyncio.to_thread(sent.file.read, MAX_BYTES + 1) if isinstance(sent, web.FileField) else b""
    if not isinstance(sent, web.FileField) or not data:
        raise BadInput("Choose a file first.", "file")
    if len(data) > MAX_BYTES:
        raise BadInput("The file is larger than 10 MB: use “ringdesk import customers” for it.", "file")
    return sent.filename[:120], data


def _page(
    request: web.Request,
    report: Report | None = None,
    name: str = "",
    token: str = "",
    errors: Errors | None = None,
    status: int = 200,
) -> web.Response:
    context = {"report": report, "name": name, "token": token, "errors": errors or {}}
    return render(request, "admin/import.html", status=status, headers=None, **context)


def routes() -> list[web.RouteDef]:
    """Import."""
    return [web.get(ADDRESS, form), web.post(ADDRESS, preview), web.post(f"{ADDRESS}/write", write)]
