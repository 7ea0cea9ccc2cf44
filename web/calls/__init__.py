"""The recent calls, the missed ones, a call's page, and the demo's sample calls."""

from aiohttp import web

from web.calls import audio, call, comments, keeping, missed, pages, review, sample, share, shared, whose


def routes() -> list[web.RouteDef]:
    """Calls."""
    return [
        *pages.routes(),
        *missed.routes(),
        *sample.routes(),
        *whose.routes(),
        *call.routes(),
        *review.routes(),
        *audio.routes(),
        *comments.routes(),
        *keeping.routes(),
        *share.routes(),
        *shared.routes(),
    ]
