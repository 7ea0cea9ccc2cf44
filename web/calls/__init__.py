"""The recent calls, and the demo's sample calls."""

from aiohttp import web

from web.calls import pages, sample


def routes() -> list[web.RouteDef]:
    """Calls."""
    return [*pages.routes(), *sample.routes()]
