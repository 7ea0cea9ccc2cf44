"""The pages of reports: every figure is that of the calls it leads to, and nobody sees another's."""

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.calls import search_sql, search_store
from screenpop.calls.search import parse
from screenpop.calls.search_plan import Asked as Searched
from screenpop.customers.model import NewCustomer
from screenpop.reports.measures import MEASURES, Measure
from tests.month import random_calls, write_calls
from tests.web.conftest import Client, SignIn
from web.keys import Services
from web.reports import pages
from web.reports.asking import OWN_VIEWS, VIEWS, asked_by
from web.reports.links import call_log, counted

pytestmark = pytest.mark.feature("CALL-33", "REP-04")
MOST_CHECKED = 30
"""So many links of a view, by chance."""
ALL_TIME = "from=2020-01-01&to=2022-12-31"


async def text_of(client: Client, address: str) -> str:
    answer = await client.get(address)
    assert answer.status == 200, address
    return await answer.text()


async def behind(house: Services, me: User, address: str) -> int:
    """How many calls the call log lists at this address for this person."""
    own = search_sql.Whose(user=me.id, agents=me.extensions)
    searched = Searched(
        search=parse(urlsplit(address).query),
        numbers=house.numbers,
        now=datetime.now(UTC),
        zone=asked_by(house, me, "overview", "").asked.period.zone,
        whose=search_sql.Whose() if me.may(Permission.SEE_ALL_CALLS) else own,
    )
    async with house.store.read() as tx:
        return await search_store.count(tx, searched, 1_000_000)


async def check(house: Services, login: str, view: str, query: str) -> int:
    """Every linked figure of a view against the calls behind its link; how many were there?"""
    me = house.users.by_login(login)
    assert me
    asking = asked_by(house, me, view, query)
    report = await house.reports.make(asking.view, asking.asked)
    cells = [(report.totals[measure.key], measure, {}) for measure in report.tiles]
    for table in (*report.tables, *(plot.table for plot in report.plots)):
        for row in table.rows:
            cells += [(row.figures[each.key], each, row.link) for each in table.measures if each.key in row.figures]
        cells += [(table.total[each.key], each, table.link) for each in table.measures if each.key in table.total]
    if report.heat:
        for (day, hour), cell in report.heat.cells.items():
            link = {"weekday": str(day), "hour": str(hour)}
            cells += [(cell[each.key], each, link) for each in report.heat.measures]
    linked = [
        (address, figure, measure)
        for figure, measure, link in cells
        if (address := call_log(asking.asked, link, counted(measure))) and _says_how_many(measure)
    ]
    some = random.Random(7).sample(linked, min(len(linked), MOST_CHECKED))
    for address, figure, measure in some:
        assert figure.n == await behind(house, me, address), (measure.key, address)
    return len(some)


def _says_how_many(measure: Measure) -> bool:
    """Is its sample size the number of calls that it leads to? Some values are not known of every one of them."""
    return measure.of != "tracker" and (measure.how in ("count", "share") or measure.what in ("talk", "handle", "wait"))


async def test_every_figure_is_that_of_the_calls_it_leads_to(month: Services) -> None:
    for view in VIEWS:
        assert await check(month, "admin", view, "period=30d") > 3, view


async def test_figures_keep_to_the_filters_and_so_do_their_calls(month: Services) -> None:
    agent = month.users.by_login("101")
    assert agent
    narrow = ("period=week", "direction=incoming&queue=sales", "result=answered&hour=10&hour=11", "min_wait=10")
    for query in (*narrow, f"agent={agent.id}"):
        assert await check(month, "sue", "overview", query) > 3, query
        assert await check(month, "sue", "hours", query) > 3, query


async def test_agent_sees_the_figures_of_own_calls_alone(month: Services) -> None:
    for view in OWN_VIEWS:
        assert await check(month, "101", view, "period=30d") > 3, view


async def test_agent_reaches_nobody_elses_figures_by_any_address(month: Services, sign_in: SignIn) -> None:
    client, other = await sign_in("101"), month.users.by_login("102")
    assert other
    for view in set(VIEWS) - set(OWN_VIEWS):
        assert (await client.get(f"/reports/{view}")).status == 404
        assert (await client.get(f"/reports/{view}.pdf")).status == 404
    me = month.users.by_login("101")
    assert me
    asking = asked_by(month, me, "overview", f"agent={other.id}")
    report = await month.reports.make("overview", asking.asked)
    taken = report.totals["talk_sum"]
    assert (taken.value, taken.n) == (0, 0)
    shown = await text_of(client, "/reports")
    assert "Name of 102" not in shown
    assert 'id="r-queue"' not in shown
    assert 'id="r-queue"' in await text_of(await sign_in("sue"), "/reports")
    for address in ("/reports/schedules", "/reports/schedules/x"):
        assert (await client.get(address)).status == 403


async def test_pages_show_their_views_lead_to_calls_and_mark_small_samples(month: Services, sign_in: SignIn) -> None:
    client = await sign_in("sue")
    for view in VIEWS:
        text = await text_of(client, f"/reports/{view}?whole=1")
        assert 'aria-busy="true"' not in text, view
        assert len(re.findall(r'href="/calls\?from=[^"]+"', text)) > 3, view
    assert "So few calls that chance alone may have made it" in await text_of(client, "/reports/hours?whole=1")


async def test_period_without_calls_says_what_will_appear(sign_in: SignIn) -> None:
    client = await sign_in("sue")
    assert "No calls in this period" in await text_of(client, f"/reports?whole=1&{ALL_TIME}")
    assert "No calls in this period" in await text_of(client, "/reports/agents?whole=1")


async def test_page_whose_figures_take_long_comes_first_and_fetches_them(
    month: Services, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PATIENCE", 0.0)
    client = await sign_in("sue")
    text = await text_of(client, "/reports?period=30d")
    (slow,) = re.findall(r'data-slow="([^"]+)"', text)
    assert "report-tile" in text
    assert 'data-measure="incoming"' not in text
    assert 'data-measure="incoming"' in await text_of(client, unescape(slow))


@pytest.mark.parametrize("query", ["period=eternity", "from=yesterday", "from=2020-01-01&to=2026-01-01", "hour=25"])
async def test_address_that_asks_for_nonsense_is_refused_in_words(sign_in: SignIn, query: str) -> None:
    assert (await (await sign_in("sue")).get(f"/reports?{query}")).status == 422


async def test_definitions_say_what_every_figure_means(sign_in: SignIn) -> None:
    text = unescape(await text_of(await sign_in("101"), "/reports/definitions"))
    for measure in MEASURES.values():
        assert f'id="{measure.key}"' in text
        assert measure.meaning in text


async def test_hostile_names_stay_text(month: Services, sign_in: SignIn) -> None:
    evil = await month.customers.create(NewCustomer(name="<img src=x onerror=alert(1)>"), "system")
    rows = random_calls(40, datetime.now(UTC) - timedelta(days=3), 2, seed=5, customers=[evil.id])
    await write_calls(month.store, rows)
    text = await text_of(await sign_in("sue"), "/reports/customers?whole=1")
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text


async def test_report_that_takes_too_long_is_refused_in_words(
    month: Services, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenpop.reports.service.PATIENCE", -1.0)
    monkeypatch.setattr("screenpop.store.limit.STEPS", 10)
    answer = await (await sign_in("sue")).get("/reports?whole=1")
    assert (answer.status, "takes too long" in await answer.text()) == (422, True)


async def test_reports_are_counted_two_at_a_time(month: Services) -> None:
    me = month.users.by_login("sue")
    assert me
    asked = asked_by(month, me, "overview", "").asked
    reports = await asyncio.gather(*(month.reports.make("overview", asked) for _ in range(5)))
    assert len({report.totals["incoming"].n for report in reports}) == 1
