"""The only place that turns errors into status codes, pages and JSON.

JSON errors have one shape: `{"error": {"code": "not_found", "message": "…", "field": ""}}`.
"""

from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound, PbxAway, PbxRefused, RingdeskError
from web.render import in_words, render, translate
from web.security import ForeignRequest, NotSignedIn

log = structlog.get_logger(__name__)

STATUS: tuple[tuple[type[RingdeskError], HTTPStatus, str], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED, "not_signed_in"),
    (ForeignRequest, HTTPStatus.FORBIDDEN, "foreign_request"),
    (NotAllowed, HTTPStatus.FORBIDDEN, "not_allowed"),
    (NotFound, HTTPStatus.NOT_FOUND, "not_found"),
    (Conflict, HTTPStatus.CONFLICT, "conflict"),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY, "bad_input"),
    (PbxAway, HTTPStatus.SERVICE_UNAVAILABLE, "pbx_away"),
    (PbxRefused, HTTPStatus.BAD_GATEWAY, "pbx_refused"),
    (RingdeskError, HTTPStatus.BAD_REQUEST, "refused"),
)
WORDS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that kind of request.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too large.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It was noted.",
}


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in the form that the asker reads; an answer that has begun is broken off, so that nobody takes
    it for whole."""
    try:
        return await handler(request)
    except Exception as error:
        if request.writer.output_size:
            raise
        return _answer_to(request, error)


def _answer_to(request: web.Request, error: Exception) -> web.StreamResponse:
    if isinstance(error, RingdeskError):
        return _refusal(request, error)
    if isinstance(error, web.HTTPException):
        if error.status < HTTPStatus.BAD_REQUEST:
            raise error
        status = HTTPStatus(error.status)
        return _answer(request, status, status.name.lower(), translate(request, _words(status)))
    log.error("request failed", method=request.method, path=request.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(request, status, "internal", translate(request, _words(status)))


def status_of(error: RingdeskError) -> tuple[HTTPStatus, str]:
    """The status and the code word of `error`."""
    return next((status, code) for kind, status, code in STATUS if isinstance(error, kind))


def wants_json(request: web.Request) -> bool:
    """Does a program ask (rather than a person's browser for a page)?"""
    return request.path.startswith(("/api/", "/stream")) or "application/json" in request.headers.get("Accept", "")


def _refusal(request: web.Request, error: RingdeskError) -> web.StreamResponse:
    status, code = status_of(error)
    if status is HTTPStatus.UNAUTHORIZED and not wants_json(request):
        return _to_sign_in(request)
    return _answer(request, status, code, in_words(request, error), getattr(error, "field", ""))


def _to_sign_in(request: web.Request) -> web.Response:
    wanted = request.path_qs if request.method == "GET" else "/"
    target = "/sign-in" + (f"?{urlencode({'next': wanted})}" if wanted != "/" else "")
    if request.headers.get("HX-Request"):
        return web.Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/sign-in"})
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})


def _answer(request: web.Request, status: HTTPStatus, code: str, message: str, field: str = "") -> web.Response:
    if wants_json(request):
        return web.json_response({"error": {"code": code, "message": message, "field": field}}, status=status)
    template = "error_part.html" if request.headers.get("HX-Request") else "error.html"
    return render(request, template, status=status, code=code, message=message, field=field)


def _words(status: HTTPStatus) -> str:
    return WORDS.get(status, status.phrase)
