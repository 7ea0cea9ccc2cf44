"""What the analyses say of the conversations with one customer, as far as the reader may know it."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from screenpop.reports.figures import Figure
from screenpop.reports.groups import Link
from screenpop.reports.measures import Measure
from screenpop.reports.model import Report
from screenpop.reports.tables import of
from web.keys import services, user_of
from web.render import reading
from web.reports.asking import conversations
from web.reports.links import call_log, counted
from web.reports.words import figure, label

PERIOD: Final = "365d"
LEAST: Final = 3
"""A figure of fewer calls is not shown at all: it would be that of one conversation, not of a customer."""
SHOWN: Final = ("talk_share", "longest", "interruptions", "response", "pace", "tone", "course", "score")
WORDS: Final = ("tone", "course")
"""What is told by words: for those who may hear them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in words, its sample size, and its calls ("" where no address says them)."""

    label: str
    value: str
    n: int
    few: bool
    href: str


async def conversations_with(request: web.Request, customer_id: str) -> dict[str, Any]:
    """What `customers/conversations.html` shows: `spoken`, and `heard` by what (topics, trackers)."""
    house, me = services(request), user_of(request)
    with reading(request):
        asking = conversations(house, me, urlencode({"period": PERIOD, "customer": customer_id, "compare": "no"}))
    report = await house.reports.small(asking.view, asking.asked)
    if report is None:
        return {"spoken": [], "heard": {}}
    with reading(request):
        return {"spoken": _spoken(report), "heard": _heard(report), "own_only": not asking.sees_all}


def _spoken(report: Report) -> list[Line]:
    keys = [key for key in SHOWN if report.asked.hears or key not in WORDS]
    return [
        _line(report, label(each), report.totals[each.key], each, counted(each))
        for each in of(keys)
        if report.totals[each.key].n >= LEAST
    ]


def _heard(report: Report) -> dict[str, list[Line]]:
    return {
        table.by: [
            _line(report, row.name, row.figures["tracker_calls"], table.measures[0], row.link) for row in table.rows
        ]
        for table in report.tables
    }


def _line(report: Report, name: str, one: Figure, measure: Measure, link: Link) -> Line:
    return Line(name, figure(one.value, measure.unit), one.n, one.few, call_log(report.asked, link))
