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


def form(card: Card, greeted: str, answered: str, comment: str = "", done: str = "1") -> dict[str, str]:
    answers = {f"q-{card.questions[0].id}": greeted, f"q-{card.questions[1].id}": answered}
    return answers | {"comment": comment, "done": done}


async def write(services: Services, card: Card, login: str, greeted: str, answered: str, comment: str = "") -> None:
    """A finished review of c1."""
    choices = {name.removeprefix("q-"): value for name, value in form(card, greeted, answered).items()}
    await services.quality.reviews.write(user(services, login), "c1", choices, comment, done=True)


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
    await write(services, card, "sue", "0", "4", "Greet.")
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
    await write(services, card, "admin", "0", "1", "A secret so far")
    client = await sign_in("sue")
    for address in ("/calls/c1", "/calls/c1/review"):
        text = await (await client.get(address)).text()
        assert ("secret" in text, "1 other person has reviewed this call" in text) == (False, True)
    answer = await client.post("/calls/c1/review", data=form(card, "1", "5"), headers={"X-Part": "review"})
    assert "A secret so far" in await answer.text()


async def test_a_draft_is_marked_and_counts_nowhere_until_it_is_done(
    sign_in: SignIn, services: Services, calls: Calls, card: Card
) -> None:
    client = await sign_in("sue")
    text = await (await client.post("/calls/c1/review", data=form(card, "0", "1", "So far", done=""))).text()
    assert ("<strong>Draft</strong>" in text, "Finished" in text, "So far" in text) == (True, False, True)
    assert (score_in(text), words(re.findall(r'id="review-draft">(.*?)</p>', text, re.DOTALL)[0])[:8]) == (
        *("100 / 100", "20 / 100"),
    )
    assert re.search(r'<td class="num fit col-m">100</td>', await (await client.get("/calls")).text())
    assert await calls.score("c1") == 100.0
    for login in ("admin", "101"):
        other = await part(await sign_in(login))
        assert ("So far" in other, "Draft" in other, "other person" in other, score_in(other)) == (
            *(False, False, False),
            "100 / 100",
        )
    missing = await client.post("/calls/c1/review", data=form(card, "0", "", "Kept"), headers={"X-Part": "review"})
    text = await missing.text()
    assert (missing.status, "Answer every question first" in text, "Kept" in text) == (422, True, True)
    done = await client.post("/calls/c1/review", data=form(card, "0", "1"), headers={"X-Part": "review"})
    text = await done.text()
    assert ("Draft" in text, "Finished" in text) == (False, True)
    assert await calls.score("c1") == 20.0


@pytest.mark.feature("CALL-31")
async def test_a_score_is_in_the_log_and_its_file_only_for_who_has_reviewed_the_call_too(
    sign_in: SignIn, services: Services, card: Card
) -> None:
    await write(services, card, "admin", "0", "3")
    sue, agent = await sign_in("sue"), await sign_in("101")

    async def told(client: Client, query: str = "") -> tuple[bool, bool]:
        """Is the call in the log, and its score?"""
        page = await (await client.get(f"/calls{query}")).text()
        return 'data-call="c1"' in page, bool(re.search(r'<td class="num fit col-m">50</td>', page))

    async def filed() -> str:
        return await (await sue.get("/calls/export.csv")).text()

    assert (await told(sue), await told(agent), await told(await sign_in("admin"))) == (
        *((True, False), (True, True), (True, True)),
    )
    assert ";50;" not in (await filed()).replace(",", ";")
    for query in ("?min_score=1", "?max_score=60", "?sort=score"):
        assert (await told(sue, query), await told(agent, query)) == ((False, False), (True, True)), query
    assert "are left out" in await (await sue.get("/calls?min_score=1")).text()
    assert (await told(sue, "?min_score=0")) == (True, False)
    await write(services, card, "sue", "0", "3")
    assert await told(sue, "?sort=score") == (True, True)
    assert ";50;" in (await filed()).replace(",", ";")


async def test_wrong_answers_are_refused(sign_in: SignIn, services: Services, calls: Calls, card: Card) -> None:
    client = await sign_in("sue")
    assert (await client.post("/calls/c1/review", data=form(card, "9", "1"))).status == 422
    assert (await client.post("/calls/c1/review", data=form(card, "1", "1", "x" * 10_001))).status == 422
    assert (await client.post("/calls/gone/review", data=form(card, "1", "1"))).status == 404
    assert (await client.get("/calls/gone/review")).status == 404
    empty = await client.post("/calls/c1/review", data=form(card, "", "", done=""))
    text = await empty.text()
    assert (empty.status, "Answer at least one question." in text, "Draft" in text) == (422, True, False)
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
