"""Which calls are recorded: the rules, from the top, and what goes for the rest."""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from screenpop.recordings.policy import Policy, Rule
from web.admin.lists import moved, place_in, split
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import Services, services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/admin/recordings/rules"
FIELDS = ("announcement", "direction")
Form = Mapping[str, str]


@requires(Permission.EDIT_RECORDING_RULES)
async def page(request: web.Request) -> web.StreamResponse:
    """The list, and the form: of a new rule, or of the one that the address names."""
    policy, asked = services(request).recording_settings.policy, request.query.get("rule", "")
    form = _form_of(policy.rules[place_in(policy.rules, asked)], asked) if asked else {"record": "1"}
    return _page(request, form, {})


@requires(Permission.EDIT_RECORDING_RULES)
async def put(request: web.Request) -> web.StreamResponse:
    """Add a rule at the end, or change the one of the form."""
    form, policy = await read_form(request), services(request).recording_settings.policy
    try:
        rules = list(policy.rules)
        if form.get("rule"):
            rules[place_in(rules, form["rule"])] = _rule_of(services(request), form)
        else:
            rules.append(_rule_of(services(request), form))
        await _keep(request, rules=tuple(rules))
    except REFUSALS as error:
        return _page(request, form, errors_of(request, error, FIELDS), status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.EDIT_RECORDING_RULES)
async def move(request: web.Request) -> web.StreamResponse:
    """One place up or down."""
    form, policy = await read_form(request), services(request).recording_settings.policy
    rules = moved(policy.rules, request.match_info["rule"], form.get("by", ""))
    await _keep(request, rules=rules)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_RECORDING_RULES)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a rule."""
    rules = list(services(request).recording_settings.policy.rules)
    del rules[place_in(rules, request.match_info["rule"])]
    await _keep(request, rules=tuple(rules))
    raise back_to(ADDRESS)


@requires(Permission.EDIT_RECORDING_RULES)
async def rest(request: web.Request) -> web.StreamResponse:
    """Who starts recordings, and what goes for calls that no rule is about."""
    form = await read_form(request)
    if form.get("starts") not in ("dialplan", "ringdesk"):
        raise BadInput("Choose one of these.", "starts")
    try:
        otherwise, announcement = form.get("otherwise") == "1", form.get("announcement", "").strip()
        await _keep(request, starts=form["starts"], otherwise=otherwise, announcement=announcement)
    except REFUSALS as error:
        return _page(request, {"record": "1"}, {}, status_for(error), errors_of(request, error, FIELDS))
    raise back_to(ADDRESS)


async def _keep(request: web.Request, **changes: Any) -> None:
    settings = services(request).recording_settings
    policy: Policy = msgspec.structs.replace(settings.policy, **changes)
    await settings.set_policy(policy, user_of(request).id)


def _page(
    request: web.Request, form: Form, errors: Errors, status: int = 200, rest_errors: Errors | None = None
) -> web.Response:
    return render(
        request,
        "admin/recording_rules.html",
        status=status,
        policy=services(request).recording_settings.policy,
        form=form,
        errors=errors,
        rest_errors=rest_errors or {},
    )


def _rule_of(house: Services, form: Form) -> Rule:
    direction = form.get("direction", "")
    if direction not in ("", "incoming", "outgoing", "internal"):
        raise BadInput("Choose one of these.", "direction")
    keys = (house.numbers.parse(line).key or line for line in split(form.get("lines", "")))
    return Rule(
        record=form.get("record") == "1",
        direction=direction,  # type: ignore[arg-type]
        lines=tuple(keys),
        queues=split(form.get("queues", "")),
        agents=split(form.get("agents", "")),
        consented=form.get("consented") == "1",
        announcement=form.get("announcement", "").strip(),
    )


def _form_of(rule: Rule, number: str) -> dict[str, str]:
    lists = {name: ", ".join(getattr(rule, name)) for name in ("lines", "queues", "agents")}
    flags = {name: "1" for name in ("record", "consented") if getattr(rule, name)}
    return {"rule": number, "direction": rule.direction, "announcement": rule.announcement, **lists, **flags}


def routes() -> list[web.RouteDef]:
    """The rules."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, put),
        web.post(f"{ADDRESS}/rest", rest),
        web.post(f"{ADDRESS}/{{rule}}/move", move),
        web.post(f"{ADDRESS}/{{rule}}/remove", remove),
    ]
