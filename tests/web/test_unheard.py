"""Who sees a call and may not hear it is told nothing that comes from its words."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.quality.model import Card, Question, Rule
from screenpop.store.tables import call
from tests.web.admin.test_users import id_of
from tests.web.conftest import SignIn
from tests.web.recorded import recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("CALL-31", "ANAL+15")
RIGHTS = ("listen_recordings", "listen_own_recordings", "listen_live")
SHARE = Question(id="", text="Let them speak", kind="auto", rule=Rule(measure="talk_share", most=80))
GREETED = Question(id="", text="Greeted?", kind="yes_no")


@pytest.fixture(autouse=True)
async def recorded_call(services: Services, tmp_path: Path) -> None:
    """c1 of 101, with a good tone and answers to the automatic questions."""
    await log_call(services, "c1", "+49301111111")
    await recorded(services.store, tmp_path / "recordings", "c1", found=report())
    async with services.store.begin() as tx:
        await tx.execute(sa.update(call).where(call.c.id == "c1").values(sentiment=0.5))
    rule = Rule(measure="tracker", tracker_id=services.trackers.all()[0].id, most=0)
    heard = Question(id="", text="Kept calm?", kind="auto", rule=rule)
    await services.quality.cards.put(Card(id="", name="Service", questions=(GREETED, heard, SHARE)), "system")
    services.quality.auto.again(["c1"])
    await services.quality.auto.flush()


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def deny(services: Services) -> None:
    await services.users.entitle(id_of(services, "sue"), dict.fromkeys(RIGHTS, False))


async def test_page_of_a_call_shows_figures_of_the_sound_alone(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("sue")
    of_words = ("Filler words", "Words a minute", "mood-chart", "0 times", "brass wheels", "delivery")
    page = await (await client.get("/calls/c1")).text()
    assert [each for each in of_words if each not in page] == []
    await deny(services)
    page = await (await client.get("/calls/c1")).text()
    assert [each for each in of_words if each in page] == []
    text = plain(page)
    assert "Longest silence" in text
    assert "Kept calm? good: at most 0 only for who may listen" in text
    assert re.search(r"Let them speak \d+% ?, good: at most 80 Yes", text)


async def test_call_log_and_its_file_have_no_tone(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("sue")

    async def told() -> tuple[bool, bool, bool]:
        page = await (await client.get("/calls")).text()
        filed = await (await client.get("/calls/export.csv")).text()
        return "tone-good" in page, "?t=0" in page, ";0.5;" in filed.replace(",", ";")

    assert await told() == (True, True, True)
    await deny(services)
    assert await told() == (False, False, False)


async def test_call_that_cannot_be_heard_is_not_reviewed(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("sue")
    assert "data-review" in await (await client.get("/calls/c1")).text()
    await deny(services)
    page = await (await client.get("/calls/c1")).text()
    assert ('id="review"' in page, "data-review" in page) == (True, False)
    question = services.quality.cards.all()[0].questions[0].id
    answer = await client.post("/calls/c1/review", data={f"q-{question}": "1", "done": "1"})
    assert answer.status == 403
    sheet = await services.quality.reviews.sheet(services.users.of(id_of(services, "101")), "c1")
    assert (sheet is not None, sheet and sheet.others) == (True, ())
