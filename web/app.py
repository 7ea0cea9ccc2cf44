"""The panel: one aiohttp application made of the feature folders' routes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from screenpop.facts import UserChanged
from web import admin, auth, board, calls, customers, panel, reports, stream
from web.admin.imports import UPLOADS, Uploads
from web.api import health, pops, recordings, state
from web.auth.limits import LoginLimit
from web.auth.pages import LIMIT
from web.calls.exports import AT_ONCE, TURN
from web.calls.shared import VISITS, Visits
from web.changes import CHANGES, Changes
from web.errors import errors
from web.keys import SERVICES, TEMPLATES, Services
from web.render import STATIC, build_environment, static_root
from web.reports.counting import COUNTING, Counting
from web.security import add_headers, guard

MAX_BODY = 11 * 1024 * 1024
"""Bytes of one request: a photo of 10 MB and its form."""

SWEEP_SECONDS = 30.0
log = structlog.get_logger(__name__)

Routes = Callable[[], Iterable[web.AbstractRouteDef]]
FEATURES: tuple[Routes, ...] = (
    stream.routes,
    auth.routes,
    health.routes,
    pops.routes,
    recordings.routes,
    state.routes,
    panel.routes,
    customers.routes,
    calls.routes,
    board.routes,
    reports.routes,
    admin.routes,
)
"""Every feature folder's `routes`; each handler in them declares its permission."""


def build_app(services: Services) -> web.Application:
    """The application on `services`; it owns none of them. Reads templates from disk: not for a running loop."""
    app = web.Application(middlewares=[errors, guard], client_max_size=MAX_BODY)
    app[SERVICES] = services
    app[TEMPLATES] = build_environment()
    app[LIMIT] = LoginLimit()
    app[UPLOADS] = Uploads()
    app[CHANGES] = Changes()
    app[TURN] = asyncio.Semaphore(AT_ONCE)
    app[VISITS] = Visits()
    app[COUNTING] = Counting()
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_end_streams)
    app.on_cleanup.append(_finish_changes)
    app.on_cleanup.append(_end_counting)
    app.cleanup_ctx.append(_follow_users)
    app.cleanup_ctx.append(_sweep_sessions)
    for routes in FEATURES:
        app.add_routes(routes())
    app.router.add_static(static_root(), STATIC)
    app.router.add_static("/static/", STATIC)
    return app


async def _end_streams(app: web.Application) -> None:
    app[SERVICES].hub.close()


async def _end_counting(app: web.Application) -> None:
    await app[COUNTING].end()


async def _finish_changes(app: web.Application) -> None:
    await app[CHANGES].finish()


async def _follow_users(app: web.Application) -> AsyncIterator[None]:
    """Who was signed out loses the open streams as well."""
    services = app[SERVICES]

    def changed(fact: UserChanged) -> None:
        if fact.signed_out:
            services.sessions.forget(fact.user_id)
            services.hub.disconnect(fact.user_id)

    unsubscribe = services.bus.subscribe(UserChanged, changed)
    yield
    unsubscribe()


async def _sweep_sessions(app: web.Application) -> AsyncIterator[None]:
    """Streams end with their session, also with one that ran out."""
    sweeping = asyncio.create_task(_sweep_for_ever(app[SERVICES]))
    yield
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


async def _sweep_for_ever(services: Services) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            for key in await services.sessions.sweep():
                services.hub.disconnect(session=key)
        except SQLAlchemyError as error:
            log.error("sessions could not be written", error=str(error))
