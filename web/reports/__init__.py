"""Reports: figures from the call log as pages, sheets, prints and mails."""

from collections.abc import Iterable

from aiohttp import web

from web.reports import export, pages, person, schedules


def routes() -> Iterable[web.RouteDef]:
    """All of them."""
    return [*export.routes(), *schedules.routes(), *pages.routes(), *person.routes()]
