"""The pages of reports. Without the right to see reports, a person sees the figures of own calls."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from babel.dates import format_date

from screenpop.agents.rights import Permission
from screenpop.calls import search as searches
from screenpop.calls.recent import Wanted, _own
from screenpop.reports.groups import GROUPS
from screenpop.reports.model import Row, Table
from screenpop.reports.periods import Period, period_of
from screenpop.reports.service import Asked
from web import i18n
from web.keys import services, user_of
from web.render import reading, render
from web.reports import words
from web.security import requires

ADDRESS = "/reports"


@requires(Permission.USE_PANEL)
async def overview(request: web.Request) -> web.StreamResponse:
    """The main figures of a period."""
    house = services(request)
    asked = ask(request)
    report = await house.reports.overview(asked)
    return render(request, "reports/overview.html", report=report, **tools(request, asked))


def ask(request: web.Request) -> Asked:
    """What the address asks for, of what the asker may see."""
    me = user_of(request)
    search = searches.parse(request.query_string)
    with reading(request):
        zone = i18n.reader().zone
    period = period_of(search, datetime.now(zone).date(), zone)
    sees_all = me.may(Permission.SEE_REPORTS) and me.may(Permission.SEE_ALL_CALLS)
    where = [] if sees_all else _own(Wanted(only_user=me.id, only_agents=me.extensions))
    return Asked(period=period, where=where, target=services(request).reports.target)


def tools(request: web.Request, asked: Asked) -> dict[str, Any]:
    """What the templates say figures with."""
    period = asked.period

    def calls(*links: dict[str, str] | None) -> str:
        """The call log's address with the calls of the period that all these say; "" where one cannot be said."""
        if None in links:
            return ""
        merged = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        for link in links:
            merged |= link or {}
        return f"/calls?{urlencode(merged)}"

    return {
        "figure": words.figure,
        "change": words.change,
        "days": words.days,
        "calls": calls,
        "calls_of": lambda measure: GROUPS[measure.of].link,
        "point": lambda row, table: point(row, table, period),
    }


def point(row: Row, table: Table, period: Period) -> tuple[str, str]:
    """How a point in time is called: (on the axis, in full)."""
    locale = i18n.reader().locale
    if table.by == "hour":
        return f"{row.key}:00", f"{row.key}:00"
    if period.step == "month":
        day = date.fromisoformat(f"{row.key}-01")
        return str(format_date(day, "MMM", locale=locale)), str(format_date(day, "MMMM y", locale=locale))
    day = date.fromisoformat(row.key)
    return str(format_date(day, "d MMM", locale=locale)), str(format_date(day, "EEE d MMM", locale=locale))


def routes() -> list[web.RouteDef]:
    """The pages."""
    return [web.get(ADDRESS, overview)]
