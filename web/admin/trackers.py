"""The trackers: words and phrases that are looked for in every transcript, and what one of them finds in a text."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.analysis.model import Side
from screenpop.analysis.trackers import checked_phrases
from screenpop.analysis.tracking import KINDS, Kind, Tracker, marked
from screenpop.errors import BadInput, NotFound
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for, whole_number
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/trackers"
FIELDS = ("name", "kind", "side", "phrases", "within_s")
AGAIN_DAYS = 30
LONGEST_TRY = 5_000
EMPTY = {"kind": "words", "active": "1"}


@requires(Permission.EDIT_ANALYSIS)
async def page(request: web.Request) -> web.StreamResponse:
    """The list, and beside it the form: empty, or of the tracker that the address names."""
    asked = request.query.get("id", "")
    form = _form_of(services(request).trackers.get(asked)) if asked else EMPTY
    return await _page(request, form, {})


@requires(Permission.EDIT_ANALYSIS)
async def put(request: web.Request) -> web.StreamResponse:
    """Make a tracker, or change the one of the form's id."""
    form = await read_form(request)
    try:
        await services(request).trackers.put(_draft(form), user_of(request).id)
    except REFUSALS as error:
        return await _page(request, form, errors_of(request, error, FIELDS), status_for(error))
    raise back_to(f"{ADDRESS}?changed=1")


@requires(Permission.EDIT_ANALYSIS)
async def attempt(request: web.Request) -> web.StreamResponse:
    """The form as it stands, and what its phrases find in the text beside it; nothing is kept. With `X-Part` only the
    find is wanted."""
    form = await read_form(request)
    text = form.get("text", "")[:LONGEST_TRY]
    try:
        tried = await asyncio.to_thread(marked, checked_phrases(_lines(form)), text)
    except BadInput as error:
        return await _page(request, form, errors_of(request, error, FIELDS), status_for(error))
    return await _page(request, form, {}, tried=tried)


@requires(Permission.EDIT_ANALYSIS)
async def apply(request: web.Request) -> web.StreamResponse:
    """Listen for the trackers, as they are now, in the transcripts of the latest calls."""
    now = datetime.now(UTC)
    since = now - timedelta(days=AGAIN_DAYS)
    count = await services(request).analyses.again_in(since, now, "words", user_of(request).id)
    raise back_to(f"{ADDRESS}?again={count}")


@requires(Permission.EDIT_ANALYSIS)
async def move(request: web.Request) -> web.StreamResponse:
    """One place up (`by` is -1) or down (1)."""
    form, trackers = await read_form(request), services(request).trackers
    ids, asked = [each.id for each in trackers.all()], request.match_info["id"]
    if asked not in ids or form.get("by") not in ("-1", "1"):
        raise NotFound("There is no such tracker.")
    at = ids.index(asked)
    ids.insert(min(max(at + int(form["by"]), 0), len(ids) - 1), ids.pop(at))
    await trackers.reorder(ids, user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_ANALYSIS)
async def remove_form(request: web.Request) -> web.StreamResponse:
    """What goes with it?"""
    trackers = services(request).trackers
    tracker = trackers.get(request.match_info["id"])
    heard = (await trackers.calls_heard()).get(tracker.id, 0)
    return render(request, "admin/tracker_remove.html", tracker=tracker, heard=heard)


@requires(Permission.EDIT_ANALYSIS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a tracker."""
    await services(request).trackers.remove(request.match_info["id"], user_of(request).id)
    raise back_to(f"{ADDRESS}?changed=1")


async def _page(
    request: web.Request,
    form: Mapping[str, str],
    errors: Errors,
    status: int = 200,
    tried: list[tuple[str, bool]] | None = None,
) -> web.Response:
    house = services(request)
    context: dict[str, Any] = {"form": form, "errors": errors, "tried": tried, "kinds": KINDS, "days": AGAIN_DAYS}
    return render(
        request,
        "admin/trackers.html",
        status=status,
        trackers=house.trackers.all(),
        heard={} if "X-Part" in request.headers else await house.trackers.calls_heard(),
        changed="changed" in request.query,
        again=whole_number(request.query.get("again", "")),
        **context,
    )


def _form_of(tracker: Tracker) -> dict[str, str]:
    return {
        "id": tracker.id,
        "name": tracker.name,
        "kind": tracker.kind,
        "side": tracker.side,
        "phrases": "\n".join(tracker.phrases),
        "within_s": str(tracker.within_s or ""),
        "alert": "1" if tracker.alert else "",
        "active": "1" if tracker.active else "",
    }


def _draft(form: Mapping[str, str]) -> Tracker:
    """The tracker that a form means; the service checks its values."""
    return Tracker(
        id=form.get("id", ""),
        name=form.get("name", ""),
        kind=cast(Kind, form.get("kind", "")),
        side=cast(Side, form.get("side", "")),
        phrases=_lines(form),
        within_s=_seconds(form.get("within_s", "").strip()),
        alert="alert" in form,
        active="active" in form,
    )


def _lines(form: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in form.get("phrases", "").splitlines() if line.strip())


def _seconds(text: str) -> int:
    """What was typed, 0 for nothing, and -1, which the service refuses, for what is no number."""
    seconds = whole_number(text or "0")
    return -1 if seconds is None else seconds


def routes() -> list[web.RouteDef]:
    """Trackers."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, put),
        web.post(f"{ADDRESS}/try", attempt),
        web.post(f"{ADDRESS}/apply", apply),
        web.post(f"{ADDRESS}/{{id}}/move", move),
        web.get(f"{ADDRESS}/{{id}}/remove", remove_form),
        web.post(f"{ADDRESS}/{{id}}/remove", remove),
    ]
