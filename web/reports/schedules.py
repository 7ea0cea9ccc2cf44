"""Reports by mail: the list, the form, "send now"."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from babel.dates import get_day_names

from screenpop.agents.rights import Permission
from screenpop.errors import N_, NotFound, RingdeskError
from screenpop.reports.schedules import Schedule
from web.forms import REFUSALS, back_to, errors_of, read_form, status_for
from web.i18n import gettext, reader
from web.keys import services, user_of
from web.render import in_words, reading, render
from web.reports.asking import VIEWS, asked_by
from web.reports.names import NAMES, PERIODS, filter_words
from web.security import requires

ADDRESS = "/reports/schedules"
FIELDS = (
    "name",
    "view",
    "query",
    "period",
    "filters",
    "format",
    "recipients",
    "every",
    "at",
    "weekday",
    "day",
    "active",
)
EVERY = {"day": N_("Every day"), "week": N_("Every week"), "month": N_("Every month")}


@requires(Permission.SEE_REPORTS)
async def show(request: web.Request) -> web.StreamResponse:
    """All that this person may change, and a form for another, filled in from the report that one came from."""
    given = {"view": request.query.get("view", "overview"), **_split(request.query.get("query", "period=last_week"))}
    return await _page(request, given | {"every": "week", "at": "07:00", "format": "pdf", "active": "1"})


@requires(Permission.SEE_REPORTS)
async def edit(request: web.Request) -> web.StreamResponse:
    """The form of one."""
    schedule = await services(request).schedules.get(user_of(request), request.match_info["id"])
    return await _page(request, form_of(schedule), schedule)


@requires(Permission.SEE_REPORTS)
async def add(request: web.Request) -> web.StreamResponse:
    """Make one."""
    return await _put(request, "")


@requires(Permission.SEE_REPORTS)
async def change(request: web.Request) -> web.StreamResponse:
    """Change one."""
    return await _put(request, request.match_info["id"])


@requires(Permission.SEE_REPORTS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take one away; the page can undo it by making it anew."""
    await services(request).schedules.remove(user_of(request), request.match_info["id"])
    raise back_to(ADDRESS)


@requires(Permission.SEE_REPORTS)
async def send(request: web.Request) -> web.StreamResponse:
    """Send one now; what went wrong stands in the list."""
    try:
        await services(request).deliveries.send_now(user_of(request), request.match_info["id"])
    except NotFound:
        raise
    except RingdeskError as error:
        return await _page(request, {"active": "1"}, errors={"": in_words(request, error)}, status=502)
    raise back_to(ADDRESS)


def form_of(schedule: Schedule) -> dict[str, str]:
    """A schedule as the fields of its form."""
    cadence = schedule.cadence
    return {
        "name": schedule.name,
        "view": schedule.view,
        **_split(schedule.query),
        "format": schedule.format,
        "recipients": ", ".join(schedule.recipients),
        "every": cadence.every,
        "at": cadence.at,
        "weekday": str(cadence.weekday),
        "day": str(cadence.day),
        "active": "1" if schedule.active else "",
    }


async def _put(request: web.Request, schedule_id: str) -> web.StreamResponse:
    house, me, form = services(request), user_of(request), await read_form(request)
    try:
        query = urlencode({"period": form.get("period", "")}) + "&" + form.get("filters", "")
        await house.schedules.put(me, form | {"query": query.rstrip("&")}, schedule_id)
    except REFUSALS as error:
        old = await house.schedules.get(me, schedule_id) if schedule_id else None
        return await _page(request, form, old, errors_of(request, error, FIELDS), int(status_for(error)))
    raise back_to(ADDRESS)


async def _page(
    request: web.Request,
    form: dict[str, str],
    schedule: Schedule | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    house, me = services(request), user_of(request)
    context: dict[str, Any] = {
        "schedules": await house.schedules.all(me),
        "editing": schedule,
        "form": dict.fromkeys(FIELDS, "") | form,
        "errors": errors or {},
        "views": [(view, NAMES[view]) for view in VIEWS],
        "every": EVERY,
        "periods": PERIODS,
        "filters": await _filters(request, form.get("filters", "")),
        "owners": {user.id: user.name for user in house.users.all()},
        "can_mail": house.deliveries.can_mail,
        "when_due": _when_due,
        "report_address": _report_address,
        "period_word": _period_word,
        "undo_body": lambda each: urlencode({name: value for name, value in form_of(each).items() if value}),
        "weekdays": _weekdays,
    }
    return render(request, "reports/schedules.html", status=status, **context)


def _split(query: str) -> dict[str, str]:
    """A report's address as a period, which goes with the time, and the rest."""
    pairs = parse_qsl(query)
    word = dict(pairs).get("period", "")
    kept = [(name, value) for name, value in pairs if name not in ("period", "from", "to", "heat", "whole")]
    return {"period": word if word in PERIODS else "last_week", "filters": urlencode(kept)}


async def _filters(request: web.Request, query: str) -> list[str]:
    """What the calls are limited to, in words; nothing where the address says nonsense."""
    house, me = services(request), user_of(request)
    try:
        with reading(request):
            return await filter_words(house, asked_by(house, me, "overview", query).asked)
    except RingdeskError:
        return []


def _weekdays() -> list[tuple[int, str]]:
    return list(get_day_names("wide", locale=reader().locale).items())


def _when_due(schedule: Schedule) -> str:
    """`Every week, Monday 07:00`."""
    cadence = schedule.cadence
    day = {
        "day": "",
        "week": f", {get_day_names('wide', locale=reader().locale)[cadence.weekday]}",
        "month": ", " + gettext("on the %(day)s.") % {"day": cadence.day},
    }[cadence.every]
    return f"{gettext(EVERY[cadence.every])}{day} {cadence.at}"


def _report_address(schedule: Schedule) -> str:
    view = f"/{schedule.view}" if schedule.view != "overview" else ""
    return f"/reports{view}" + (f"?{schedule.query}" if schedule.query else "")


def _period_word(query: str) -> str:
    word = next((part.removeprefix("period=") for part in query.split("&") if part.startswith("period=")), "30d")
    return gettext(PERIODS[word]) if word in PERIODS else gettext("Days of your own")


def routes() -> list[web.RouteDef]:
    """The list and what can be done with it."""
    return [
        web.get(ADDRESS, show),
        web.post(ADDRESS, add),
        web.get(f"{ADDRESS}/{{id}}", edit),
        web.post(f"{ADDRESS}/{{id}}", change),
        web.post(f"{ADDRESS}/{{id}}/remove", remove),
        web.post(f"{ADDRESS}/{{id}}/send", send),
    ]
