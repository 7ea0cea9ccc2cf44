"""What every request must pass: is somebody signed in, may he, and does the request come from our own pages?"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from screenpop.agents.rights import Permission
from screenpop.config import Server
from screenpop.errors import NotAllowed
from web.changes import CHANGES
from web.keys import SERVICES, SESSION, USER
from web.sessions import COOKIE, HOST_COOKIE

H = TypeVar("H", bound=Callable[..., Awaitable[web.StreamResponse]])
PUBLIC = "public"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
STRICT_TRANSPORT = "max-age=31536000"


class NotSignedIn(NotAllowed):
    """The request needs somebody who is signed in."""


class ForeignRequest(NotAllowed):
    """The request comes from another site's page."""


def requires(permission: Permission) -> Callable[[H], H]:
    """The handler is for those whose role covers `permission`."""

    def declare(handler: H) -> H:
        _declare(handler, permission)
        return handler

    return declare


def public(handler: H) -> H:
    """The handler is for everybody, signed in or not."""
    _declare(handler, PUBLIC)
    return handler


def permission_of(handler: Any) -> Permission | str | None:
    """What was declared for `handler`; None where nothing was, which a test does not let pass."""
    permission: Permission | str | None = getattr(handler, "ringdesk_permission", None)
    return permission


def _declare(handler: Any, permission: Permission | str) -> None:
    handler.ringdesk_permission = permission


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through to its handler where origin, session and role allow it."""
    if request.match_info.http_exception is not None:
        await _recognise(request)
        return await handler(request)
    check_origin(request)
    await _recognise(request)
    check_right(request)
    if request.method in SAFE_METHODS:
        return await handler(request)
    return await request.app[CHANGES].carry_through(handler(request))


def check_right(request: web.Request) -> None:
    """Raise NotSignedIn or NotAllowed unless the handler is for everybody, or the user's role covers it."""
    permission = permission_of(request.match_info.handler)
    if permission == PUBLIC or isinstance(request.match_info.route.resource, web.StaticResource):
        return
    user = request.get(USER)
    if user is None:
        raise NotSignedIn("Sign in first.")
    if not isinstance(permission, Permission) or not user.may(permission):
        raise NotAllowed("Your role does not allow this.")


def check_origin(request: web.Request) -> None:
    """Refuse a changing request that a browser sent from a page that is not ours (CSRF).

    Sec-Fetch-Site decides where the browser sends it, else Origin. A request with neither is no browser's, so
    nobody's cookie was abused. Raises ForeignRequest.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        allowed = origin is None or origin.lower() in own_origins(request)
    if not allowed:
        raise ForeignRequest("This request came from another site.")


def own_origins(request: web.Request) -> frozenset[str]:
    """The origins that are ours: the configured public one, else the address the request was sent to."""
    server = request.app[SERVICES].config.server
    if server.public_url:
        return frozenset({_origin(server.public_url)})
    return frozenset({f"http://{request.host}".lower(), f"http://{server.host}:{server.port}".lower()})


def address_of(request: web.Request) -> str:
    """Where the request comes from; behind a proxy on this machine, where the proxy says it does."""
    peer = request.remote or ""
    if peer not in ("127.0.0.1", "::1"):
        return peer
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:64] or peer


def is_https(server: Server) -> bool:
    """Do browsers come by https?"""
    return urlsplit(server.public_url).scheme == "https"


def cookie_name(server: Server) -> str:
    """The session's cookie. By https only the one that nobody else can set counts: a planted one would be a sign-in
    in another's name."""
    return HOST_COOKIE if is_https(server) else COOKIE


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def _recognise(request: web.Request) -> None:
    services = request.app[SERVICES]
    token = request.cookies.get(cookie_name(services.config.server), "")
    session = await services.sessions.find(token) if token else None
    user = services.users.get(session.user_id) if session else None
    if session and user and user.active:
        request[SESSION], request[USER] = session, user


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The security headers of every answer, streams and errors too."""
    response.headers["Server"] = "Ringdesk"  # aiohttp has put its own and Python's version there
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https(request.app[SERVICES].config.server):
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    response.headers.setdefault("Cache-Control", _caching(request))


def _caching(request: web.Request) -> str:
    if not request.path.startswith("/static/"):
        return "no-store"
    return "public, max-age=31536000, immutable" if request.path.startswith("/static/v-") else "no-cache"
