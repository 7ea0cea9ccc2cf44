"""The list of customers."""

from urllib.parse import urlencode

from aiohttp import web

from screenpop.agents.rights import Permission
from web.keys import services
from web.render import render
from web.security import requires

PAGE = 50
LAST_PAGE = 100_000
LONGEST = 200


@requires(Permission.SEE_CUSTOMERS)
async def everybody(request: web.Request) -> web.StreamResponse:
    """One page of all customers, or of those in whom every word of `q` is found."""
    text, number = asked(request), page_number(request)
    customers = services(request).customers
    page = await customers.search(text, PAGE, (number - 1) * PAGE)
    debts = await customers.debts([row.id for row in page.rows])
    last = page.offset + len(page.rows)
    before = _address(text, number - 1) if number > 1 else ""
    after = _address(text, number + 1) if last < page.total else ""
    return render(request, "customers/list.html", page=page, debts=debts, q=text, last=last, before=before, after=after)


def asked(request: web.Request) -> str:
    """What is searched."""
    return request.query.get("q", "").strip()[:LONGEST]


def page_number(request: web.Request) -> int:
    """Which page is asked for; the first where that cannot be read."""
    given = request.query.get("page", "1")
    return min(max(int(given), 1), LAST_PAGE) if given.isdecimal() and len(given) < 9 else 1


def _address(text: str, number: int) -> str:
    query = {key: value for key, value in (("q", text), ("page", number if number > 1 else "")) if value}
    return "/customers" + (f"?{urlencode(query)}" if query else "")
