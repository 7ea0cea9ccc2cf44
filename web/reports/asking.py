"""What an address asks of the reports, and of whose calls."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from aiohttp import web

from screenpop.agents.model import User
from screenpop.calls import search as searches
from screenpop.errors import NotFound
from screenpop.reports.asking import filters_of, may_see_all, own_calls
from screenpop.reports.model import Asked, View
from screenpop.reports.periods import period_of
from web import i18n
from web.keys import services, user_of
from web.render import reading
from web.reports.house import House

VIEWS: tuple[View, ...] = get_args(View)
OWN_VIEWS: tuple[View, ...] = ("overview", "hours", "customers", "quality")
"""What remains where a person sees own calls only: nobody else is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A view of what is asked; `query` is the address's own, without the view."""

    view: View
    asked: Asked
    query: str
    sees_all: bool


def question(request: web.Request) -> Question:
    """What this request asks. Raises NotFound for a view that there is not (for this person), or BadInput."""
    with reading(request):
        return asked_by(
            services(request), user_of(request), request.match_info.get("view", "overview"), request.query_string
        )


def asked_by(house: House, me: User, view: str, query: str, now: datetime | None = None) -> Question:
    """The same for a person and an address at the moment `now`; the zone is that of the reader (`i18n.use`)."""
    sees_all = may_see_all(me)
    if view not in (VIEWS if sees_all else OWN_VIEWS):
        raise NotFound("There is no such report.")
    search, zone = searches.parse(query), i18n.reader().zone
    asked = Asked(
        period=period_of(search, (now or datetime.now(UTC)).astimezone(zone).date(), zone),
        search=search,
        own=own_calls(me),
        target=house.reports.target,
        compare="compare=no" not in query.split("&"),
    )
    return Question(view=view, asked=asked, query=query, sees_all=sees_all)


def chosen(asked: Asked) -> dict[str, Any]:
    """The filters by name, for the form: the one value where there is one."""
    search = filters_of(asked.search)
    names = ("direction", "agent", "team", "queue", "line", "customer", "category", "tag", "disposition")
    return {name: values[0] if (values := getattr(search, name)) else "" for name in names}
