"""What the call log's page shows of a search: its calls, its filters one by one, what can be chosen."""

from dataclasses import asdict, dataclass, replace
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls import choices
from screenpop.calls.choices import Choices
from screenpop.calls.finder import CallPage
from screenpop.calls.hits import Hit
from screenpop.calls.log_store import LoggedCall
from screenpop.calls.search import EVERYTHING, Search, active, parse, to_query, value_of, without
from screenpop.calls.search_plan import Asked
from screenpop.calls.search_sql import EVERYBODY
from screenpop.errors import BadInput
from screenpop.quality.blind import tells_scores
from screenpop.reports.asking import may_see_person
from web.called import line_names, seat_names
from web.calls.hearing import heard_of, hears_all
from web.calls.whose import own_calls
from web.i18n import reader
from web.keys import Services, services, user_of
from web.render import in_words, reading

ADDRESS = "/calls"
PAGE = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter: its name in the address, its value as it stands there, and the address without it."""

    name: str
    value: str
    off: str


def asked_of(request: web.Request, search: Search | None = None) -> Asked:
    """The question of the address, as the person who asks may ask it. Raises BadInput."""
    with reading(request):
        zone = reader().zone
    wanted = parse(request.query_string) if search is None else search
    return asked_by(services(request), user_of(request), wanted, zone)


def asked_by(house: Services, me: User, wanted: Search, zone: tzinfo) -> Asked:
    """The same for a person. Raises BadInput for what he may not ask."""
    whose = own_calls(me, only=bool(wanted.own))
    blind = me.id if house.quality.cards.is_blind(me) else ""
    return house.finder.asked(wanted, zone, whose, hears=hears_all(me, own=whose != EVERYBODY), blind=blind)


async def context(request: web.Request) -> dict[str, Any]:
    """Everything that the page shows."""
    house = services(request)
    found, search, error = await _found(request)
    hits = await _hits(request, found.calls, search.q)
    async with house.store.read() as tx:
        names = await choices.customer_names(tx, search.customer)
        offered = await choices.choices(tx) if user_of(request).may(Permission.SEE_ALL_CALLS) else Choices()
    return {
        "calls": found.calls,
        "hits": hits,
        "search": search,
        "error": error,
        "chips": chips(search),
        "query": to_query(search),
        "before": address(search, before=found.before) if found.before else "",
        "after": address(search, after=found.after) if found.after else "",
        "offered": offered,
        "agents": _agents(house) if user_of(request).may(Permission.SEE_ALL_CALLS) else [],
        "names": seat_names(house),
        "person_at": _persons(request),
        "lines": line_names(house, found.calls) | _lines(house, offered, search),
        "customers": names,
        "people": {user.id: user.name for user in house.users.all()},
        "hidden": await house.quality.reviews.hidden_from(user_of(request), [call.id for call in found.calls]),
        "left_out": house.quality.cards.is_blind(user_of(request)) and tells_scores(search),
        "hears": hears_all(
            user_of(request), own=bool(search.own) or not user_of(request).may(Permission.SEE_ALL_CALLS)
        ),
        "heard": await heard_of(house, user_of(request), [call.id for call in found.calls]),
        "saved": await house.filters.seen_by(user_of(request).id),
    }


async def _found(request: web.Request) -> tuple[CallPage, Search, BadInput | None]:
    """The page of calls; none, and why, where the address cannot be read."""
    query = request.query
    try:
        asked = asked_of(request)
        found = await services(request).finder.page(asked, PAGE, query.get("after", ""), query.get("before", ""))
    except BadInput as error:
        return CallPage(calls=(), before="", after=""), EVERYTHING, error
    return found, asked.search, None


async def _hits(request: web.Request, calls: tuple[LoggedCall, ...], q: str) -> dict[str, tuple[Hit, ...]]:
    """Where the words stand; what was said is looked through for those who may hear it."""
    if not q:
        return {}
    heard = await heard_of(services(request), user_of(request), [call.id for call in calls])
    return await services(request).finder.hits(calls, q, heard)


def chips(search: Search) -> list[Chip]:
    """The active filters, one for each value."""
    return [
        Chip(name, value, address(without(search, name, value)))
        for name in active(search)
        for value in value_of(search, name)
    ]


def address(search: Search, **place: str) -> str:
    """The page of a search."""
    query = "&".join(filter(None, (to_query(search), urlencode(place))))
    return ADDRESS + (f"?{query}" if query else "")


def sorted_address(search: Search, name: str) -> str:
    """The same calls by another column; a column by which they are sorted is turned round."""
    turned = f"-{name}" if search.sort == name else name
    return address(replace(search, sort=turned))


def _persons(request: web.Request) -> dict[str, str]:
    """Extension -> whose page of conversations the reader may open."""
    me, users = user_of(request), services(request).users.all()
    return {seat: user.id for user in users if may_see_person(me, user.id) for seat in user.extensions}


def _agents(house: Services) -> list[str]:
    """One extension of each who has any: its filter is called by the person's name."""
    return [user.extensions[0] for user in house.users.all() if user.extensions]


def _lines(house: Services, offered: Choices, search: Search) -> dict[str, str]:
    found = {number: house.lines.find(number) for number in (*offered.lines, *search.line)}
    return {number: line.name or line.company for number, line in found.items() if line}


def error_words(request: web.Request, error: BadInput | None) -> str:
    """What is wrong with the address, in the reader's language."""
    return in_words(request, error) if error else ""


def given(search: Search) -> dict[str, Any]:
    """The search's fields by their names in the address."""
    values = asdict(search)
    return values | {"from": values.pop("start"), "to": values.pop("end")}
