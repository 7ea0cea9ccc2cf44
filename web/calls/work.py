"""What people write on a call: note, result, tags, and when to come back to it (templates/calls/work.html).

Every form answers with the part drawn anew, for `js/parts.js`; to a browser without scripts with the call's page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.calls.log import CallNote, LoggedCall
from screenpop.errors import BadInput, NotFound
from web.calls.whose import seen_call
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.i18n import reader
from web.keys import Services, services, user_of
from web.render import reading, render
from web.security import requires

ADDRESS = "/calls/{id}"
FIELDS = ("note", "disposition", "tag", "at", "user")
MORNING = time(9, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPart:
    """What the part shows. `note` is the reader's own, `notes` those of others; `people` whom it can be given to."""

    note: str
    notes: tuple[CallNote, ...]
    dispositions: tuple[str, ...]
    tags: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    at: str
    """When to come back, as the form's field has it: local time of the reader."""
    soon: tuple[tuple[str, datetime], ...]
    """Times that one often means: the field's value and the moment."""
    overdue: bool = False
    form: dict[str, str] = field(default_factory=dict)
    """What was typed and could not be taken."""
    errors: Errors = field(default_factory=dict)


async def work_of(
    request: web.Request, call: LoggedCall, form: dict[str, str] | None = None, errors: Errors | None = None
) -> dict[str, Any]:
    """What `calls/work.html` needs besides the call."""
    house, me = services(request), user_of(request)
    with reading(request):
        zone = reader().zone
    own = next((note.text for note in call.notes if note.author == me.id), "")
    part = WorkPart(
        note=own,
        notes=tuple(note for note in call.notes if note.author != me.id),
        dispositions=offered(house, call.disposition),
        tags=tuple(tag for tag in house.work.tags_in_use() if tag not in call.tags),
        people=_people(request),
        at=_local(call.follow_up_at, zone) if call.follow_up_at else "",
        soon=tuple((_local(at, zone), at) for at in soon(datetime.now(UTC), zone)),
        overdue=is_overdue(call),
        form=form or {},
        errors=errors or {},
    )
    return {"work": part}


def offered(house: Services, now: str) -> tuple[str, ...]:
    """The results to choose from; what the call says already is among them."""
    listed = house.work.dispositions.all()
    return (*listed, now) if now and now not in listed else listed


def is_overdue(call: LoggedCall) -> bool:
    """Should somebody have come back to it by now?"""
    return bool(call.follow_up_at and not call.follow_up_done_at and call.follow_up_at <= datetime.now(UTC))


def soon(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """In an hour (on the quarter), tomorrow morning, in a week in the morning: in the zone of whom it is for."""
    here = now.astimezone(zone)
    hour = (here + timedelta(minutes=67, seconds=30)).replace(second=0, microsecond=0)
    quarter = hour.replace(minute=hour.minute - hour.minute % 15)
    mornings = [datetime.combine(here.date() + timedelta(days=days), MORNING, zone) for days in (1, 7)]
    return [quarter, *mornings]


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _people(request: web.Request) -> tuple[tuple[str, str], ...]:
    """Whom the asker may give it to: somebody else only where the asker sees everybody's calls."""
    house, me = services(request), user_of(request)
    everybody = [user for user in house.users.all() if user.active] if me.may(Permission.SEE_ALL_CALLS) else [me]
    return tuple((user.id, user.name) for user in sorted(everybody, key=lambda user: (user.id != me.id, user.name)))


# ---------------------------------------------------------------- what can be done


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """The part alone."""
    return await _part(request, await seen_call(request))


@requires(Permission.USE_PANEL)
async def write(request: web.Request) -> web.StreamResponse:
    """The asker's `note` and the call's `disposition`; what is not sent stays."""
    call, form = await seen_call(request), await read_form(request)
    house, me = services(request), user_of(request)

    async def act() -> None:
        if "disposition" in form:
            await house.calls.set_result(call.id, _disposition(house, form["disposition"], call), me.id)
        if "note" in form:
            await house.calls.set_note(call.id, form["note"], me.id)

    return await _answer(request, call, form, act)


@requires(Permission.USE_PANEL)
async def tag(request: web.Request) -> web.StreamResponse:
    """Put the `tag` on the call."""
    call, form = await seen_call(request), await read_form(request)
    given = form.get("tag", "")
    return await _answer(
        request, call, form, lambda: services(request).work.add_tag(call.id, given, user_of(request).id)
    )


@requires(Permission.USE_PANEL)
async def untag(request: web.Request) -> web.StreamResponse:
    """Take the `tag` off the call."""
    call, form = await seen_call(request), await read_form(request)
    await services(request).work.remove_tag(call.id, form.get("tag", ""), user_of(request).id)
    return await _done(request)


@requires(Permission.USE_PANEL)
async def follow_up(request: web.Request) -> web.StreamResponse:
    """Come back to the call `at` a time of the asker's zone; `user` shall, "" is whoever can."""
    call, form = await seen_call(request), await read_form(request)

    async def act() -> None:
        with reading(request):
            at = _moment(form.get("at", ""), reader().zone)
        user = _user(request, form.get("user", ""))
        await services(request).work.follow_up(call.id, at, user, user_of(request).id)

    return await _answer(request, call, form, act)


@requires(Permission.USE_PANEL)
async def drop_follow_up(request: web.Request) -> web.StreamResponse:
    """Nobody needs to come back to it."""
    call = await seen_call(request)
    await services(request).work.drop_follow_up(call.id, user_of(request).id)
    return await _done(request)


@requires(Permission.USE_PANEL)
async def finish(request: web.Request) -> web.StreamResponse:
    """Somebody came back to it."""
    call = await seen_call(request)
    await services(request).work.finish_follow_up(call.id, user_of(request).id)
    return await _done(request)


@requires(Permission.USE_PANEL)
async def unfinish(request: web.Request) -> web.StreamResponse:
    """Nobody did: it is to be done again."""
    call = await seen_call(request)
    await services(request).work.finish_follow_up(call.id, user_of(request).id, done=False)
    return await _done(request)


def _disposition(house: Services, given: str, call: LoggedCall) -> str:
    if given and given not in offered(house, call.disposition):
        raise BadInput("Choose one of the results.", "disposition")
    return given


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        given = datetime.fromisoformat(text.strip())
        return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("Choose a day and a time.", "at") from None


def _user(request: web.Request, given: str) -> str:
    if given and given not in {user_id for user_id, _ in _people(request)}:
        raise NotFound("There is no such user.")
    return given


# ---------------------------------------------------------------- the answers


async def _answer(
    request: web.Request, call: LoggedCall, form: dict[str, str], act: Callable[[], Awaitable[None]]
) -> web.StreamResponse:
    """Do it; what cannot be taken is said beside its field."""
    try:
        await act()
    except REFUSALS as error:
        context = await work_of(request, call, form, errors_of(request, error, FIELDS))
        return _render(request, call, context, status_for(error))
    return await _done(request)


async def _done(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Sec-Fetch-Dest") == "document":
        raise back_to(f"/calls/{quote(request.match_info['id'])}#work")
    return await _part(request, await seen_call(request))


async def _part(request: web.Request, call: LoggedCall) -> web.Response:
    return _render(request, call, await work_of(request, call))


def _render(request: web.Request, call: LoggedCall, context: dict[str, Any], status: int = 200) -> web.Response:
    here = f"/calls/{quote(call.id)}"
    people = {user.id: user.name for user in services(request).users.all()}
    return render(request, "calls/work_page.html", status=status, call=call, here=here, people=people, **context)


def routes() -> list[web.RouteDef]:
    """The part, and what can be done in it."""
    return [
        web.get(f"{ADDRESS}/work", show),
        web.post(f"{ADDRESS}/note", write),
        web.post(f"{ADDRESS}/tags", tag),
        web.post(f"{ADDRESS}/tags/remove", untag),
        web.post(f"{ADDRESS}/follow-up", follow_up),
        web.post(f"{ADDRESS}/follow-up/remove", drop_follow_up),
        web.post(f"{ADDRESS}/follow-up/done", finish),
        web.post(f"{ADDRESS}/follow-up/open", unfinish),
    ]
