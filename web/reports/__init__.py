"""Reports: figures from the call log as pages, sheets, prints and mails."""

from collections.abc import Iterable

from aiohttp import web

from web.reports import pages


def routes() -> Iterable[web.RouteDef]:
    """All of them."""
    return pages.routes()
