"""The score card on the page of a call: filled in by reviewers, read by the agent, seen by nobody else."""

import re

import pytest

from screenpop.agents.model import User
from screenpop.quality.model import Card
from tests.screenpop.quality.house import CARD, Calls
from tests.web.conftest import Client, SignIn
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL+18")


@pytest.fixture
def calls(services: Services) -> Calls:
    return Calls(services)


@pytest.fixture
async def card(services: Services, calls: Calls) -> Card:
    """A card, and a call of 101 that was analysed."""
    made = await services.quality.cards.put(CARD, "system")
    await calls.add("c1", user(services, "101"))
    await calls.analyse("c1")
    services.quality.auto.again(["c1"])
    await services.quality.auto.flush()
    return made


def user(services: Services, login: str) -> User:
    return next(each for each in services.users.all() if each.login == login)


def form(card: Card, greeted: str, answered: str, comment: str = "") -> dict[str, str]:
    return {f"q-{card.questions[0].id}": greeted, f"q-{card.questions[1].id}": answered, "comment": comment}


async def part(client: Client) -> str:
    return await (await client.get("/calls/c1/review")).text()


def score_in(page: str) -> str:
    (found,) = re.findall(r'id="review-score">(.*?)</span></div>', page, re.DOTALL)
    return words(found)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


async def test_a_supervisor_reviews_on_the_page_and_the_score_runs_along(
    sign_in: SignIn, services: Services, calls: Calls, card: Card
) -> None:
    client = await sign_in("sue")
    page = await (await client.get("/calls/c1")).text()
    assert 'id="review"' in page
    assert "52%, good: at most 60" in words(page)
    written = form(card, "1", "3", "Well <b>done</b>")
    answer = await client.post("/calls/c1/review", data=written, headers={"X-Part": "review"})
    text = await answer.text()
    assert score_in(text) == "70 / 100"
    assert "<html" not in text
    assert "Well &lt;b&gt;done&lt;/b&gt;" in text
    assert await calls.score("c1") == 70.0
    back = await client.post("/calls/c1/review", data=form(card, "1", "5"))
    assert (back.url.path, "checked" in await back.text()) == ("/calls/c1", True)
    await client.post("/calls/c1/review/remove", headers={"X-Part": "review"})
    assert "checked" not in await part(client)
    assert await calls.score("c1") == 100.0


async def test_an_agent_reads_what_came_out_for_own_calls_and_can_change_nothing(
    sign_in: SignIn, services: Services, calls: Calls, card: Card
) -> None:
    choices = {name.removeprefix("q-"): value for name, value in form(card, "0", "4").items()}
    await services.quality.reviews.write(user(services, "sue"), "c1", choices, "Greet.")
    agent = await sign_in("101")
    text = await part(agent)
    assert ("Greet." in text, "Name of sue" in text, "<form" in text) == (True, True, False)
    assert score_in(text) == "65 / 100"
    for address in ("/calls/c1/review", "/calls/c1/review/remove"):
        assert (await agent.post(address, data=form(card, "1", "5"))).status == 403
    assert (await (await sign_in("102")).get("/calls/c1/review")).status == 404
    assert await calls.score("c1") == 65.0


async def test_anothers_answers_are_not_in_the_page_before_the_own_are_complete(
    sign_in: SignIn, services: Services, card: Card
) -> None:
    other = {name.removeprefix("q-"): value for name, value in form(card, "0", "1").items()}
    await services.quality.reviews.write(user(services, "admin"), "c1", other, "A secret so far")
    client = await sign_in("sue")
    for address in ("/calls/c1", "/calls/c1/review"):
        text = await (await client.get(address)).text()
        assert ("secret" in text, "1 other person has reviewed this call" in text) == (False, True)
    answer = await client.post("/calls/c1/review", data=form(card, "1", "5"), headers={"X-Part": "review"})
    assert "A secret so far" in await answer.text()


async def test_wrong_answers_are_refused(sign_in: SignIn, services: Services, calls: Calls, card: Card) -> None:
    client = await sign_in("sue")
    assert (await client.post("/calls/c1/review", data=form(card, "9", "1"))).status == 422
    assert (await client.post("/calls/c1/review", data=form(card, "1", "1", "x" * 10_001))).status == 422
    assert (await client.post("/calls/gone/review", data=form(card, "1", "1"))).status == 404
    assert (await client.get("/calls/gone/review")).status == 404
    assert await calls.score("c1") == 100.0


async def test_a_call_without_a_card_shows_none(sign_in: SignIn, services: Services, calls: Calls) -> None:
    await calls.add("c1", user(services, "101"))
    client = await sign_in("sue")
    assert 'id="review"' not in await (await client.get("/calls/c1")).text()
    assert (await client.get("/calls/c1/review")).status == 404


async def test_a_supervisor_who_is_to_see_own_calls_only_reviews_nobody_elses(
    sign_in: SignIn, services: Services, calls: Calls, card: Card
) -> None:
    await services.users.entitle(user(services, "sue").id, {"see_all_calls": False})
    client = await sign_in("sue")
    assert (await client.get("/calls/c1/review")).status == 404
    assert (await client.post("/calls/c1/review", data=form(card, "1", "5"))).status == 404
    assert (await client.get("/admin/calibration")).status == 403
    assert await calls.score("c1") == 100.0
