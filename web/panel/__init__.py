"""The agent's own pages: home, settings, and the search of the command palette."""

from collections.abc import Iterable

from aiohttp import web

from web.panel import find, home, settings


def routes() -> Iterable[web.RouteDef]:
    """All of them."""
    return [*home.routes(), *settings.routes(), *find.routes()]
