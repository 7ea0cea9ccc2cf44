"""What an address asks of the reports, and of whose calls."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls import search as searches
from screenpop.calls.finder import unheard
from screenpop.errors import BadInput, NotFound
from screenpop.reports.asking import filters_of, may_see_all, own_calls
from screenpop.reports.model import Asked, View
from screenpop.reports.periods import period_of
from web import i18n
from web.calls.hearing import hears_all
from web.keys import services, user_of
from web.render import reading
from web.reports.house import House

CONVERSATION: View = "conversation"
"""That of one person or customer, on a page of its own."""
VIEWS: tuple[View, ...] = tuple(view for view in get_args(View) if view != CONVERSATION)
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


def readable(request: web.Request, error: BadInput) -> Question:
    """The same without the parameters that cannot be read, of which `error` is the first."""
    pairs = parse_qsl(request.query_string) if error.field else []
    while True:
        kept = [(name, value) for name, value in pairs if name != error.field]
        pairs = kept if len(kept) < len(pairs) else []
        try:
            with reading(request):
                view = request.match_info.get("view", "overview")
                return asked_by(services(request), user_of(request), view, urlencode(pairs))
        except BadInput as another:
            if not pairs:
                raise
            error = another


def asked_by(house: House, me: User, view: str, query: str, now: datetime | None = None) -> Question:
    """The same for a person and an address at the moment `now`; the zone is that of the reader (`i18n.use`)."""
    if view not in (VIEWS if may_see_all(me) else OWN_VIEWS):
        raise NotFound("There is no such report.")
    return _asked(house, me, view, query, now)


def conversations(house: House, me: User, query: str) -> Question:
    """What the analyses say of the calls that an address asks for, week by week, as far as this person may see them.
    Raises BadInput."""
    asking = _asked(house, me, CONVERSATION, query)
    period = replace(asking.asked.period, by="week")
    return replace(asking, asked=replace(asking.asked, period=period))


def _asked(house: House, me: User, view: View, query: str, now: datetime | None = None) -> Question:
    sees_all = may_see_all(me)
    search, zone = searches.parse(query), i18n.reader().zone
    if not sees_all and me.may(Permission.SEE_ALL_CALLS):
        search = replace(search, own="yes")  # a figure leads to the own calls, too, though he may list others
    own = bool(search.own) or not sees_all
    hears = hears_all(me, own=own)
    unheard(search, hears=hears)
    asked = Asked(
        period=period_of(search, (now or datetime.now(UTC)).astimezone(zone).date(), zone),
        search=search,
        own=own_calls(me) if own else (),
        target=house.reports.target,
        compare="compare=no" not in query.split("&"),
        hears=hears,
    )
    return Question(view=view, asked=asked, query=query, sees_all=sees_all)


def chosen(asked: Asked) -> dict[str, Any]:
    """The filters by name, for the form: the one value where there is one."""
    search = filters_of(asked.search)
    names = ("direction", "agent", "team", "queue", "line", "customer", "category", "tag", "disposition")
    return {name: values[0] if (values := getattr(search, name)) else "" for name in names}
