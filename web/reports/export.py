"""A report as a file."""

from typing import cast

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import NotFound
from screenpop.reports.model import Report
from web.i18n import gettext
from web.keys import services
from web.printing.paper import Paper
from web.printing.press import CONTENT, Format, press
from web.render import reading
from web.reports.asking import Question, question
from web.reports.house import House
from web.reports.names import NAMES, filter_words
from web.reports.paper import paper_of
from web.security import requires


@requires(Permission.USE_PANEL)
async def download(request: web.Request) -> web.StreamResponse:
    """`/reports/agents.xlsx?period=…`, `.pdf`: the view that the same address without the ending shows."""
    form = request.match_info["format"]
    if form not in CONTENT:
        raise NotFound("There is nothing at this address.")
    house, asking = services(request), question(request)
    report = await house.reports.make(asking.view, asking.asked)
    with reading(request):
        paper = await paper_for(house, asking, report)
    body = await press(paper, cast(Format, form))
    headers = {"Content-Disposition": f'attachment; filename="{file_name(report, form)}"'}
    return web.Response(body=body, content_type=CONTENT[form], headers=headers)


async def paper_for(house: House, asking: Question, report: Report) -> Paper:
    """The report in the words of the reader of this moment."""
    filters = await filter_words(house, asking.asked)
    name = gettext(NAMES[asking.view])
    return paper_of(
        report, name if asking.sees_all else f"{gettext('Your figures')}: {name}", house.config.site.company, filters
    )


def file_name(report: Report, form: str) -> str:
    """What a file is called: letters, digits and dots alone."""
    return f"ringdesk-{report.view}-{report.period.first}-{report.period.last}.{form}"


def routes() -> list[web.RouteDef]:
    """The files."""
    return [web.get("/reports/{view:[a-z]+}.{format:(?:xlsx|pdf)}", download)]
