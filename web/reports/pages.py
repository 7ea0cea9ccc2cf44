"""The pages of reports. Without the right to see reports, a person sees the figures of own calls."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput
from screenpop.reports.choices import NO_CHOICES, choices
from screenpop.reports.measures import MEASURES
from screenpop.reports.model import Report
from screenpop.reports.plans import PLANS
from web.keys import services, user_of
from web.render import in_words, render
from web.reports.asking import OWN_VIEWS, VIEWS, Question, chosen, question, readable
from web.reports.counting import COUNTING, key_of
from web.reports.links import call_log, counted
from web.reports.names import NAMES, PERIODS, TITLES
from web.reports.words import change, days, figure, label, name_of, weekday
from web.security import requires

ADDRESS = "/reports"
PATIENCE = 0.6
"""Seconds after which a page is sent without its figures, and asks for them by itself."""


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """One view of a period. What takes long comes after the page: `?whole=1` waits for it."""
    try:
        asking = question(request)
    except BadInput as error:
        return await _wrong(request, error)
    report = await counted_in_time(request, asking)
    context = await _frame(request, asking) | tools(asking) | (_drawn(request, report) if report else {})
    return render(request, "reports/page.html", report=report, **context)


async def _wrong(request: web.Request, error: BadInput) -> web.StreamResponse:
    """The page without figures: the filter as far as it can be read, and what is wrong beside its field."""
    asking = readable(request, error)
    context = await _frame(request, asking) | tools(asking)
    words = {"error": error, "error_words": in_words(request, error), "typed": request.query}
    return render(
        request,
        "reports/page.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        report=None,
        **context | words,
    )


@requires(Permission.USE_PANEL)
async def definitions(request: web.Request) -> web.StreamResponse:
    """What every figure means."""
    return render(
        request, "reports/definitions.html", measures=list(MEASURES.values()), target=services(request).reports.target
    )


async def counted_in_time(request: web.Request, asking: Question) -> Report | None:
    """The report, or None where it takes longer: then it goes on, and is there for `?whole=1`."""
    counting, key = request.app[COUNTING], key_of(user_of(request), asking)
    making = counting.of(key, lambda: services(request).reports.make(asking.view, asking.asked))
    done, _ = await asyncio.wait([making], timeout=None if "whole" in request.query else PATIENCE)
    if not done:
        return None
    counting.shown(key)
    return making.result()


async def _frame(request: web.Request, asking: Question) -> dict[str, Any]:
    """What the form and the tabs show."""
    house, me = services(request), user_of(request)
    people = [(user.id, user.name) for user in house.users.all()] if asking.sees_all else []
    return {
        "asking": asking,
        "tabs": [(view, NAMES[view]) for view in (VIEWS if asking.sees_all else OWN_VIEWS)],
        "periods": PERIODS,
        "people": people,
        "choices": await choices(house.store) if asking.sees_all else NO_CHOICES,
        "chosen": chosen(asking.asked),
        "filtered": any(chosen(asking.asked).values()),
        "compares": bool(PLANS[asking.view].tiles),
        "unfiltered": _unfiltered(asking),
        "may_schedule": me.may(Permission.SEE_REPORTS),
    }


def _drawn(request: web.Request, report: Report) -> dict[str, Any]:
    """What besides the figures is needed to draw them."""
    shown: dict[str, Any] = {"nothing": _is_empty(report)}
    if report.heat:
        by_key = {measure.key: measure for measure in report.heat.measures}
        measure = by_key.get(request.query.get("heat", ""), report.heat.measures[0])
        values = [cell[measure.key].value or 0.0 for cell in report.heat.cells.values()]
        shown |= {"heat_measure": measure, "heat_most": max(values, default=0.0)}
    return shown


def _is_empty(report: Report) -> bool:
    """Is there no call behind it at all?"""
    counted = [*report.totals.values(), *(figure for table in report.tables for figure in table.total.values())]
    return not any(figure.n for figure in counted)


def _address(asking: Question, **changes: str) -> str:
    """The address of another view, or of this one with other parameters."""
    view = changes.pop("view", asking.view)
    kept = {name: value for name, value in parse_qsl(asking.query) if name not in (*changes, "whole", "heat") and value}
    query = urlencode(kept | {name: value for name, value in changes.items() if value})
    return ADDRESS + (f"/{view}" if view != "overview" else "") + (f"?{query}" if query else "")


def _file(asking: Question, form: str) -> str:
    return f"{ADDRESS}/{asking.view}.{form}" + (f"?{asking.query}" if asking.query else "")


def _unfiltered(asking: Question) -> str:
    kept = {name: value for name, value in parse_qsl(asking.query) if name in ("period", "from", "to", "compare")}
    return _address(replace(asking, query=urlencode(kept)))


def _period_of(asking: Question) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(asking.query) if name in ("period", "from", "to")])


def tools(asking: Question) -> dict[str, Any]:
    """What the templates say figures with."""
    return {
        "figure": figure,
        "change": change,
        "days": days,
        "label": label,
        "weekday": weekday,
        "address": lambda **changes: _address(asking, **changes),
        "name_of": name_of,
        "calls": lambda *given: call_log(asking.asked, *given),
        "counted": counted,
        "titles": TITLES,
        "person_query": lambda: _period_of(asking),
        "file": lambda form: _file(asking, form),
    }


def routes() -> list[web.RouteDef]:
    """The pages."""
    return [
        web.get(ADDRESS, show),
        web.get(f"{ADDRESS}/definitions", definitions),
        web.get(f"{ADDRESS}/{{view:[a-z]+}}", show),
    ]
