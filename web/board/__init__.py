"""The live board: who talks with whom, who waits, who is there."""

from aiohttp import web

from web.board import pages


def routes() -> list[web.RouteDef]:
    """The board."""
    return pages.routes()
