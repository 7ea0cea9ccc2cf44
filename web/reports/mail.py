"""A report as a mail: `screenpop.reports.delivery.Documents`."""

from datetime import datetime

from screenpop.agents.model import User
from screenpop.mail import Letter
from screenpop.reports.schedules import Format
from web import i18n
from web.i18n import gettext
from web.printing.paper import Paper
from web.printing.press import CONTENT, press
from web.reports.asking import Question, asked_by
from web.reports.export import file_name, paper_for
from web.reports.house import House


class MailedReports:
    """Makes the file and the words around it, in the owner's language and time zone, with the owner's rights."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def make(self, owner: User, view: str, query: str, form: Format, now: datetime) -> Letter:
        """The report as it is at the moment `now`."""
        site = self._house.config.site
        with i18n.use(owner.locale or site.locale, owner.timezone or site.timezone):
            asking = asked_by(self._house, owner, view, query, now)
            report = await self._house.reports.make(asking.view, asking.asked)
            paper = await paper_for(self._house, asking, report)
            text = self._text(paper, asking, owner)
        body = await press(paper, form)
        return Letter(
            subject=f"{paper.title}, {paper.lines[0]}",
            text=text,
            file_name=file_name(report, form),
            kind=CONTENT[form],
            body=body,
        )

    def _text(self, paper: Paper, asking: Question, owner: User) -> str:
        tiles = [
            f"{tile.label}: {tile.now.text}" + (f" ({tile.change})" if tile.change else "") for tile in paper.tiles
        ]
        sent_by = gettext("Sent by Ringdesk at the wish of %(name)s, who can change or stop it.") % {"name": owner.name}
        return "\n".join([paper.title, *paper.lines, "", *tiles, "", *self._address(asking), sent_by, ""])

    def _address(self, asking: Question) -> list[str]:
        url = self._house.config.server.public_url.rstrip("/")
        view = f"/{asking.view}" if asking.view != "overview" else ""
        return [f"{url}/reports{view}?{asking.query}", ""] if url else []
