"""The recent calls, the missed ones, a call's page, and the demo's sample calls."""

from aiohttp import web

from web.calls import (
    audio,
    call,
    comments,
    exports,
    follow_ups,
    keeping,
    missed,
    pages,
    review,
    sample,
    share,
    shared,
    whose,
    work,
)


def routes() -> list[web.RouteDef]:
    """Calls."""
    return [
        *pages.routes(),
        *exports.routes(),
        *missed.routes(),
        *follow_ups.routes(),
        *sample.routes(),
        *whose.routes(),
        *call.routes(),
        *work.routes(),
        *review.routes(),
        *audio.routes(),
        *comments.routes(),
        *keeping.routes(),
        *share.routes(),
        *shared.routes(),
    ]
