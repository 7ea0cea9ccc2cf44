"""How long recordings are kept, and what goes when."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from screenpop.recordings.retention import KeepRule, Retention
from web.admin.lists import moved, place_in, split
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/recordings/keep"
FIELDS = ("days", "direction")
FORECAST_DAYS = 30
Form = Mapping[str, str]


@requires(Permission.EDIT_RECORDING_RULES)
async def page(request: web.Request) -> web.StreamResponse:
    """The rules, the form, and what goes in the next days."""
    retention, asked = services(request).recording_settings.retention, request.query.get("rule", "")
    form = _form_of(retention.rules[place_in(retention.rules, asked)], asked) if asked else {}
    return await _page(request, form, {})


@requires(Permission.EDIT_RECORDING_RULES)
async def put(request: web.Request) -> web.StreamResponse:
    """Add a rule at the end, or change the one of the form."""
    form, retention = await read_form(request), services(request).recording_settings.retention
    try:
        rules = list(retention.rules)
        if form.get("rule"):
            rules[place_in(rules, form["rule"])] = _rule_of(form)
        else:
            rules.append(_rule_of(form))
        return await _keep(request, form, form, rules=tuple(rules))
    except REFUSALS as error:
        return await _page(request, form, errors_of(request, error, FIELDS), status_for(error))


@requires(Permission.EDIT_RECORDING_RULES)
async def move(request: web.Request) -> web.StreamResponse:
    """One place up or down."""
    form, retention = await read_form(request), services(request).recording_settings.retention
    return await _keep(request, form, rules=moved(retention.rules, request.match_info["rule"], form.get("by", "")))


@requires(Permission.EDIT_RECORDING_RULES)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a rule."""
    form, rules = await read_form(request), list(services(request).recording_settings.retention.rules)
    del rules[place_in(rules, request.match_info["rule"])]
    return await _keep(request, form, rules=tuple(rules))


@requires(Permission.EDIT_RECORDING_RULES)
async def rest(request: web.Request) -> web.StreamResponse:
    """How long calls are kept that no rule is about."""
    form = await read_form(request)
    try:
        return await _keep(request, form, otherwise=_days(form.get("days", "")))
    except REFUSALS as error:
        return await _page(request, {}, {}, status_for(error), errors_of(request, error, FIELDS))


async def _keep(request: web.Request, sent: Form, shown: Form | None = None, **changes: Any) -> web.StreamResponse:
    """Keep the changed rules. Where they let recordings go within a day, and `agreed` does not say that so many may,
    the page asks first; the rule's form has what is `shown`."""
    house = services(request)
    retention: Retention = msgspec.structs.replace(house.recording_settings.retention, **changes)
    going = await house.expiry.newly_due(retention)
    if going > _agreed(sent):
        return await _page(request, shown or {}, {}, HTTPStatus.CONFLICT, going=going, sent=sent)
    await house.recording_settings.set_retention(retention, user_of(request).id)
    raise back_to(ADDRESS)


def _agreed(sent: Form) -> int:
    """So many recordings the admin lets go."""
    text = sent.get("agreed", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


async def _page(
    request: web.Request,
    form: Form,
    errors: Errors,
    status: int = 200,
    rest_errors: Errors | None = None,
    *,
    going: int = 0,
    sent: Form | None = None,
) -> web.Response:
    house = services(request)
    return render(
        request,
        "admin/recording_keep.html",
        status=status,
        retention=house.recording_settings.retention,
        forecast=await house.expiry.forecast(FORECAST_DAYS),
        form=form,
        errors=errors,
        rest_errors=rest_errors or {},
        going=going,
        sent=sent or {},
        here=request.path,
    )


def _rule_of(form: Form) -> KeepRule:
    direction = form.get("direction", "")
    if direction not in ("", "incoming", "outgoing", "internal"):
        raise BadInput("Choose one of these.", "direction")
    queues = split(form.get("queues", ""))
    return KeepRule(days=_days(form.get("days", "")), direction=direction, queues=queues)  # type: ignore[arg-type]


def _days(text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 6:
        raise BadInput("Give the days as a number; 0 keeps them for ever.", "days")
    return int(text)


def _form_of(rule: KeepRule, number: str) -> dict[str, str]:
    days, queues = str(rule.days), ", ".join(rule.queues)
    return {"rule": number, "days": days, "direction": rule.direction, "queues": queues}


def routes() -> list[web.RouteDef]:
    """The rules of keeping."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, put),
        web.post(f"{ADDRESS}/rest", rest),
        web.post(f"{ADDRESS}/{{rule}}/move", move),
        web.post(f"{ADDRESS}/{{rule}}/remove", remove),
    ]
