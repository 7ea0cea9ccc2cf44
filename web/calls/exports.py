"""The calls of a search as a file: the same calls in the same order as on the page, a few at a time."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from screenpop import audit
from screenpop.agents.rights import Permission
from screenpop.calls.log_store import LoggedCall
from screenpop.calls.search import to_query
from screenpop.calls.search_plan import Asked
from screenpop.errors import BadInput
from web.called import line_names, seat_names
from web.calls.export_files import Workbook, csv_text
from web.calls.export_rows import Names, cells, head
from web.calls.hearing import heard_of
from web.calls.listing import asked_of
from web.formats import count
from web.i18n import gettext, reader
from web.keys import services, user_of
from web.render import reading
from web.security import requires

MOST: Final = 500_000
"""Calls of one file."""
CHUNK: Final = 1_000
PIECE: Final = 256 * 1024
AT_ONCE: Final = 2
"""Exports that are made at the same time; others wait for their turn."""
TURN = web.AppKey("export turn", asyncio.Semaphore)


@requires(Permission.EXPORT_CALLS)
async def as_csv(request: web.Request) -> web.StreamResponse:
    """CSV, sent while it is made."""
    async with request.app[TURN]:
        with reading(request):
            asked = await _allowed(request, "csv")
            answer = await _begin(request, "csv", "text/csv; charset=utf-8")
            await answer.write(csv_text([head()], first=True))
            async for calls in _calls(request, asked):
                await answer.write(await asyncio.to_thread(_csv, calls, await _names(request, calls)))
    await answer.write_eof()
    return answer


@requires(Permission.EXPORT_CALLS)
async def as_xlsx(request: web.Request) -> web.StreamResponse:
    """XLSX: it can only be sent when it is whole, so it is made on disk."""
    async with request.app[TURN]:
        with reading(request):
            asked = await _allowed(request, "xlsx")
            async with _temporary() as file:
                await _fill(request, asked, file)
                return await _send(request, file)


async def _allowed(request: web.Request, form: str) -> Asked:
    """The question, once it is known to be small enough, and who asked it written down. Raises BadInput."""
    asked, house = asked_of(request), services(request)
    number = await house.finder.count(asked, MOST)
    if number > MOST:
        raise BadInput("These are more than %(most)s calls. Choose a shorter period.", most=count(MOST))
    changes = {"query": ("", to_query(asked.search)), "format": ("", form), "calls": ("", number)}
    async with house.store.begin() as tx:
        await audit.record(tx, user_of(request).id, "export", "call_log", form, changes)
    return asked


async def _calls(request: web.Request, asked: Asked) -> AsyncIterator[list[LoggedCall]]:
    """All of them, in order; what comes while they are read is left out after MOST."""
    place, left = "", MOST
    while left > 0:
        page = await services(request).finder.page(asked, min(CHUNK, left), after=place)
        if page.calls:
            yield list(page.calls)
        place, left = page.after, left - CHUNK
        if not place:
            return


def _csv(calls: list[LoggedCall], names: Names) -> bytes:
    return csv_text(cells(calls, names))


@asynccontextmanager
async def _temporary() -> AsyncIterator[tempfile.SpooledTemporaryFile[bytes]]:
    """A file that is gone when it was sent; a small one is never on disk."""
    file = await asyncio.to_thread(tempfile.SpooledTemporaryFile, 4 * 1024 * 1024)
    try:
        yield file
    finally:
        await asyncio.to_thread(file.close)


async def _fill(request: web.Request, asked: Asked, file: tempfile.SpooledTemporaryFile[bytes]) -> None:
    book = await asyncio.to_thread(Workbook, file, gettext("Calls"))
    try:
        await asyncio.to_thread(book.head, head())
        async for calls in _calls(request, asked):
            rows = await asyncio.to_thread(cells, calls, await _names(request, calls))
            await asyncio.to_thread(book.add, rows)
    finally:
        await asyncio.to_thread(book.close)


async def _send(request: web.Request, file: tempfile.SpooledTemporaryFile[bytes]) -> web.StreamResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    await asyncio.to_thread(file.seek, 0)
    answer = await _begin(request, "xlsx", kind)
    while piece := await asyncio.to_thread(file.read, PIECE):
        await answer.write(piece)
    await answer.write_eof()
    return answer


async def _begin(request: web.Request, form: str, kind: str) -> web.StreamResponse:
    name = f"calls-{datetime.now(UTC).astimezone(reader().zone):%Y-%m-%d-%H%M}.{form}"
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    answer = web.StreamResponse(headers=headers)
    await answer.prepare(request)
    return answer


async def _names(request: web.Request, calls: list[LoggedCall]) -> Names:
    house = services(request)
    people = {user.id: user.name for user in house.users.all()}
    me, ids = user_of(request), [call.id for call in calls]
    hidden, heard = await house.quality.reviews.hidden_from(me, ids), await heard_of(house, me, ids)
    return Names(seat_names(house), line_names(house, calls), people, hidden, heard)


def routes() -> list[web.RouteDef]:
    """The files."""
    return [web.get("/calls/export.csv", as_csv), web.get("/calls/export.xlsx", as_xlsx)]
