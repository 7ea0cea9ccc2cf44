"""A person's and a customer's conversations: every figure is that of the calls it leads to, and for whom it is."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.agents.model import User
from screenpop.customers.model import NewCustomer
from screenpop.store.tables import analysis, call
from tests.screenpop.quality.house import CARD
from tests.web.conftest import Client, SignIn
from tests.web.recorded import recorded, report
from tests.web.reports.test_pages import behind, text_of
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL-03")
ANNA = "+49301234567"
CALLS = 4


@pytest.fixture
async def anna(services: Services, tmp_path: Path) -> str:
    """A customer who talked with 101 a few times these days, in which one was not analysed."""
    anna = await services.customers.create(NewCustomer(name="Anna", numbers=((ANNA, ""),)), "system")
    for number in range(CALLS):
        await log_call(services, f"c{number}", ANNA)
        if number:
            await recorded(services.store, tmp_path, f"c{number}", f"r{number}", found=report(), with_sound=False)
    await log_call(services, "other", ANNA, ("102",))
    async with services.store.begin() as tx:
        await tx.execute(sa.update(call).values(started_at=datetime.now(UTC) - timedelta(hours=1)))
        heard = sa.select(analysis.c.call_id)
        await tx.execute(sa.update(analysis).values(longest_s=12.0, interruptions=1, silence_share=0.2))
        await tx.execute(sa.update(call).where(call.c.id.in_(heard)).values(sentiment=0.4, talk_share=0.5))
    return anna.id


def who(services: Services, login: str) -> User:
    found = services.users.by_login(login)
    assert found
    return found


async def links_hold(services: Services, me: User, page: str) -> list[int]:
    """What the linked figures of a page say their samples are; each is the number of calls behind its link."""
    tiles = [tile.partition("</div>")[0] for tile in page.split('<div class="tile report-tile"')[1:]]
    links = [
        found.groups() for tile in tiles if (found := re.search(r'href="(/calls[^"]+)".*n&nbsp;(\d+)', tile, re.S))
    ]
    links += re.findall(r'href="(/calls\?from=[^"]+)">[^<]*</a> <span class="muted">(\d+) call', page)
    for address, n in links:
        assert await behind(services, me, unescape(address)) == int(n), address
    return [int(n) for _, n in links]


async def test_page_of_a_person_says_how_the_conversations_went_and_leads_to_them(
    services: Services, sign_in: SignIn, anna: str
) -> None:
    path = f"/people/{who(services, '101').id}?whole=1"
    page = await text_of(await sign_in("sue"), path)
    for key in ("talk_share", "longest", "interruptions", "response", "pace", "tone", "course", "score"):
        assert f'data-measure="{key}"' in page
    assert set(await links_hold(services, who(services, "sue"), page)) == {CALLS - 1}
    assert "Trackers" in page
    assert 'data-key="tones"' in page


async def test_page_of_a_person_is_for_that_person_and_for_who_sees_all_reports(
    services: Services, sign_in: SignIn, anna: str
) -> None:
    own, other = (who(services, login).id for login in ("101", "102"))
    agent = await sign_in("101")
    assert 'data-measure="tone"' in await text_of(agent, f"/people/{own}?whole=1")
    assert (await agent.get(f"/people/{other}")).status == 404
    assert (await agent.get("/people/nobody")).status == 404
    assert f"/people/{own}" in await text_of(agent, "/reports")
    calls = await text_of(agent, "/calls")
    assert (f'href="/people/{own}"' in calls, f'href="/people/{other}"' in calls) == (True, False)
    empty = await text_of(await sign_in("sue"), f"/people/{other}?whole=1&agent={own}")
    assert "No conversation was analysed in this period" in empty
    table = await text_of(await sign_in("sue"), "/reports/agents?whole=1&period=week")
    assert f'href="/people/{own}?period=week"' in table
    assert f'href="/people/{own}"' in await text_of(await sign_in("admin"), f"/admin/users/{own}")


async def test_page_of_a_person_shows_the_calls_reviewed_last_but_no_score_that_is_hidden(
    services: Services, sign_in: SignIn, anna: str
) -> None:
    card = await services.quality.cards.put(CARD, "system")
    choices = dict(zip([each.id for each in card.questions], ("1", "3"), strict=False))
    for login, call_id, done in (("admin", "c0", True), ("sue", "c1", True), ("sue", "c2", False)):
        await services.quality.reviews.write(who(services, login), call_id, choices, "", done=done)
    path = f"/people/{who(services, '101').id}?whole=1"

    async def listed(client: Client) -> list[tuple[str, bool]]:
        part = (await text_of(client, path)).partition('id="reviewed"')[2].partition("</section>")[0]
        rows = part.split("<tr>")[2:]
        return [(re.findall(r"/calls/(\w+)#review", row)[0], "Hidden until" in row) for row in rows]

    assert await listed(await sign_in("sue")) == [("c1", False), ("c0", True)]
    assert await listed(await sign_in("101")) == [("c1", False), ("c0", False)]


async def test_customers_page_says_how_conversations_went_with_their_number(
    services: Services, sign_in: SignIn, anna: str
) -> None:
    def part(page: str) -> str:
        return page.partition('id="conversations"')[2].partition("</section>")[0]

    sue, agent = who(services, "sue"), who(services, "101")
    shown = part(await text_of(await sign_in("sue"), f"/customers/{anna}"))
    assert ("Agent&#39;s share of the talk" in shown or "Agent's share" in shown, "Tone" in shown) == (True, True)
    assert set(await links_hold(services, sue, shown)) == {CALLS - 1}
    own = part(await text_of(await sign_in("101"), f"/customers/{anna}"))
    assert "your own calls" in own
    assert set(await links_hold(services, agent, own)) == {CALLS - 1}
    assert part(await text_of(await sign_in("102"), f"/customers/{anna}")) == ""
    await services.users.entitle(sue.id, {"listen_recordings": False})
    deaf = part(await text_of(await sign_in("sue"), f"/customers/{anna}"))
    assert ("<dt>Tone</dt>" in deaf, "Cancellation" in deaf, "Interruptions" in deaf) == (False, False, True)


async def test_a_figure_of_too_few_conversations_is_not_shown_of_a_customer(
    services: Services, sign_in: SignIn, tmp_path: Path
) -> None:
    anna = await services.customers.create(NewCustomer(name="Anna", numbers=((ANNA, ""),)), "system")
    await log_call(services, "c1", ANNA)
    async with services.store.begin() as tx:
        await tx.execute(sa.update(call).values(started_at=datetime.now(UTC), sentiment=0.4, talk_share=0.5))
    assert 'id="conversations"' not in await text_of(await sign_in("sue"), f"/customers/{anna.id}")
