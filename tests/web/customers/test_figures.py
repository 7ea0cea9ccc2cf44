"""The customer's page: its calls lead to their pages, and what they add up to."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.calls.customer_figures import customer_figures
from screenpop.customers.model import NewCustomer
from screenpop.store.tables import call, word_tracker
from tests.web.conftest import SignIn
from tests.web.recorded import recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL-03")
ANNA = "+49301234567"


@pytest.fixture
async def anna(services: Services, tmp_path: Path) -> str:
    """A customer with three calls: 101 took two of them, 102 missed one. In one it is said what it was about."""
    anna = await services.customers.create(NewCustomer(name="Anna", numbers=((ANNA, ""),)), "system")
    await log_call(services, "c1", ANNA)
    await log_call(services, "c2", ANNA)
    await log_call(services, "c3", ANNA, ("102",), "missed")
    await recorded(services.store, tmp_path, "c1", found=report(), with_sound=False)
    async with services.store.begin() as tx:
        await tx.execute(sa.update(call).where(call.c.id == "c1").values(sentiment=0.4))
        await tx.execute(sa.update(word_tracker).where(word_tracker.c.name == "Cancellation").values(kind="topic"))
    return anna.id


async def test_figures_are_those_of_all_calls(services: Services, anna: str) -> None:
    found = await customer_figures(services.store, anna)
    assert (found.calls, found.answered, found.talk_seconds) == (3, 2, 374.0)
    assert (found.sentiment, found.toned, found.topics) == (0.4, 1, (("Cancellation", 1),))
    nobody = await customer_figures(services.store, "nobody")
    assert (nobody.calls, nobody.sentiment, nobody.topics) == (0, None, ())


async def test_what_was_said_is_for_those_who_may_hear_it(sign_in: SignIn, anna: str) -> None:
    for login, told in (("sue", True), ("101", False)):
        text = await (await (await sign_in(login)).get(f"/customers/{anna}")).text()
        assert ("6:14" in text, f'"/calls?customer={anna}"' in text) == (True, told)
        assert ("Cancellation" in text, "little to go by" in text) == (told, told)


async def test_calls_lead_to_their_pages_where_the_reader_may_open_them(sign_in: SignIn, anna: str) -> None:
    agent, sue = await sign_in("101"), await sign_in("sue")
    text = await (await agent.get(f"/customers/{anna}")).text()
    assert ['href="/calls/c1"' in text, 'href="/calls/c3"' in text] == [True, False]
    assert (await agent.get("/calls/c1")).status == 200
    assert 'href="/calls/c3"' in await (await sue.get(f"/customers/{anna}")).text()
    assert 'href="/calls/c1"' in await (await agent.get("/")).text()
    missed = "/calls/missed?show=all"
    assert 'href="/calls/c3"' in await (await sue.get(missed)).text()
    assert 'href="/calls/c3"' in await (await (await sign_in("102")).get(missed)).text()
