"""The pages of reports: every figure is that of the calls it leads to, and nobody sees another's."""

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import cast
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from screenpop.agents.model import User
from screenpop.analysis.tracking import Tracker
from screenpop.calls import search_store
from screenpop.calls.search import parse
from screenpop.customers.model import NewCustomer
from screenpop.errors import BadInput
from screenpop.reports.measures import MEASURES
from screenpop.reports.model import Asked, Report, View
from screenpop.store.tables import call, recording, tracker_hit, transcript
from tests.month import random_calls, write_calls
from tests.web.conftest import Client, SignIn
from web.calls import listing
from web.keys import Services
from web.reports import pages
from web.reports.asking import OWN_VIEWS, VIEWS, asked_by
from web.reports.counting import KEPT, Counting
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
    zone = asked_by(house, me, "overview", "").asked.period.zone
    searched = listing.asked_by(house, me, parse(urlsplit(address).query), zone)
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
        if (address := call_log(asking.asked, link, counted(measure)))
    ]
    some = random.Random(7).sample(linked, min(len(linked), MOST_CHECKED))
    for address, figure, measure in some:
        assert figure.n == await behind(house, me, address), (measure.key, address)
    return len(some)


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


async def test_slow_report_is_counted_once_for_the_page_and_for_what_it_fetches(
    month: Services, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_, make, gate = list[str](), month.reports.make, asyncio.Event()

    async def held(view: View, asked: Asked) -> Report:
        counted_.append(view)
        await gate.wait()
        return await make(view, asked)

    monkeypatch.setattr(month.reports, "make", held)
    monkeypatch.setattr(pages, "PATIENCE", 0.0)
    sue, admin = await sign_in("sue"), await sign_in("admin")
    for _ in range(2):
        assert "data-slow" in await text_of(sue, "/reports?period=30d")
    assert counted_ == ["overview"]
    assert "data-slow" in await text_of(admin, "/reports?period=30d")
    assert "data-slow" in await text_of(sue, "/reports?period=week")
    assert counted_ == ["overview"] * 3
    gate.set()
    for client in (sue, admin):
        assert 'data-measure="incoming"' in await text_of(client, "/reports?period=30d&whole=1")
    assert len(counted_) == 3
    await text_of(sue, "/reports?period=30d&whole=1")
    assert len(counted_) == 4


async def test_a_report_that_nobody_fetches_is_forgotten() -> None:
    now, made = 0.0, list[int]()
    counting = Counting(lambda: now)

    async def make() -> Report:
        made.append(1)
        return cast(Report, made[:])

    for at, count in ((0.0, 1), (KEPT, 1), (2 * KEPT + 1, 2)):
        now = at
        await counting.of("key", make)
        assert len(made) == count


async def test_who_may_not_listen_gets_no_figures_of_what_was_said(month: Services, sign_in: SignIn) -> None:
    sue = month.users.by_login("sue")
    assert sue
    await month.trackers.put(Tracker(id="", name="Swearword", phrases=("x",)), "system")
    tracker = next(each.id for each in month.trackers.all() if each.name == "Swearword")
    await hit_everywhere(month, tracker)
    client = await sign_in("sue")
    assert "Swearword" in await text_of(client, "/reports/quality?period=90d&whole=1")
    assert (await client.get(f"/reports?tracker={tracker}")).status == 200
    await month.users.entitle(sue.id, {"listen_recordings": False})
    assert "Swearword" not in await text_of(client, "/reports/quality?period=90d&whole=1")
    for path in ("/reports", "/reports/agents", "/reports/agents.xlsx", "/calls", "/calls/totals", "/calls/export.csv"):
        for query in (f"tracker={tracker}", "sentiment=bad"):
            answer = await client.get(f"{path}?{query}")
            assert (answer.status, "You may not listen" in await answer.text()) == (422, True), (path, query)
    page = await text_of(client, "/calls")
    assert ('name="tracker"' in page, 'name="sentiment"' in page) == (False, False)
    with pytest.raises(BadInput, match="may not listen"):
        asked_by(month, month.users.by_login("sue") or sue, "overview", f"tracker={tracker}")


async def hit_everywhere(house: Services, tracker: str) -> None:
    """The words of this tracker were said in every call."""
    now = datetime.now(UTC)
    async with house.store.begin() as tx:
        calls = list((await tx.execute(sa.select(call.c.id).limit(20))).scalars())
        for id_ in calls:
            part = {"id": f"r-{id_}", "call_id": id_, "state": "stored", "name": id_, "started_at": now}
            await tx.execute(sa.insert(recording).values(part))
            said = {"recording_id": f"r-{id_}", "call_id": id_, "segments": [], "created_at": now}
            await tx.execute(sa.insert(transcript).values(said))
            hit = {"id": f"h-{id_}", "tracker_id": tracker, "call_id": id_, "recording_id": f"r-{id_}"}
            await tx.execute(sa.insert(tracker_hit).values(hit))


async def test_who_sees_all_calls_but_no_reports_is_led_to_the_own_calls(month: Services) -> None:
    agent = month.users.by_login("101")
    assert agent
    await month.users.entitle(agent.id, {"see_all_calls": True})
    for view in OWN_VIEWS:
        assert await check(month, "101", view, "period=30d") > 3, view


@pytest.mark.parametrize("query", ["period=eternity", "from=yesterday", "from=2020-01-01&to=2026-01-01", "hour=25"])
async def test_address_that_asks_for_nonsense_is_refused_in_words(sign_in: SignIn, query: str) -> None:
    assert (await (await sign_in("sue")).get(f"/reports?{query}")).status == 422


async def test_what_is_wrong_is_said_at_its_field_and_the_rest_of_the_filter_stays(sign_in: SignIn) -> None:
    client = await sign_in("sue")
    text = await (await client.get("/reports/hours?from=banana&to=2026-01-01&direction=incoming")).text()
    assert re.search(r'name="from" value="banana" aria-invalid="true"[^>]*><p class="error"[^>]*>.*?Write a day', text)
    assert 'name="to" value="2026-01-01"' in text
    assert '<option value="incoming" selected>' in text
    assert "data-slow" not in text
    text = await (await client.get("/reports?from=2026-02-01&to=2026-01-01")).text()
    assert re.search(r'name="to" value="2026-01-01" aria-invalid="true"[^>]*><p class="error".*?ends before', text)
    text = await (await client.get("/reports?hour=25&direction=sideways&from=2026-01-01")).text()
    assert 'name="from" value="2026-01-01"' in text
    assert "Hour: Write a whole number from 0 to 23." in text


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
