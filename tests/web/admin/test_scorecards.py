"""Score cards and calibration in the panel, and who may see and change them."""

import re

import pytest

from screenpop.quality.model import Card, Rule
from tests.screenpop.quality.house import CARD, Calls
from tests.web.conftest import Client, SignIn
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL+18")
FORM = {
    "name": "Service",
    "queues": "sales, service",
    "teams": "",
    "direction-incoming": "1",
    "active": "1",
    "q-0-text": "Greeted?",
    "q-0-kind": "yes_no",
    "q-0-weight": "1",
    "q-0-active": "1",
    "q-1-text": "Let the customer speak",
    "q-1-kind": "auto",
    "q-1-weight": "2",
    "q-1-measure": "talk_share",
    "q-1-least": "",
    "q-1-most": "60,5",
    "q-1-active": "1",
}


async def text_of(client: Client, address: str) -> str:
    return await (await client.get(address)).text()


def only(services: Services) -> Card:
    (card,) = services.quality.cards.all()
    return card


async def test_a_card_is_made_shown_changed_and_removed(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    assert "No score cards yet" in await text_of(client, "/admin/scorecards")
    assert (await client.post("/admin/scorecards", data=FORM)).url.path == "/admin/scorecards"
    card = only(services)
    assert (card.scope.queues, card.scope.directions, card.scope.teams) == (("sales", "service"), ("incoming",), ())
    assert [(q.text, q.kind, q.weight, q.rule) for q in card.questions] == [
        ("Greeted?", "yes_no", 1, Rule()),
        ("Let the customer speak", "auto", 2, Rule(measure="talk_share", most=60.5)),
    ]
    page = await text_of(client, f"/admin/scorecards/{card.id}")
    assert 'value="60.5"' in page
    ids = {f"q-{n}-id": each.id for n, each in enumerate(card.questions)}
    await client.post("/admin/scorecards", data=FORM | ids | {"id": card.id, "q-0-text": "Greeted well?"})
    assert [each.id for each in only(services).questions] == [each.id for each in card.questions]
    assert only(services).questions[0].text == "Greeted well?"
    assert "All reviews" in await text_of(client, f"/admin/scorecards/{card.id}/remove")
    await client.post(f"/admin/scorecards/{card.id}/remove")
    assert services.quality.cards.all() == ()


@pytest.mark.parametrize(
    ("do", "texts"),
    [
        ("add", ["Greeted?", "Let the customer speak", ""]),
        ("up-1", ["Let the customer speak", "Greeted?"]),
        ("down-0", ["Let the customer speak", "Greeted?"]),
        ("up-0", ["Greeted?", "Let the customer speak"]),
        ("remove-0", ["Let the customer speak"]),
        ("remove-9", ["Greeted?", "Let the customer speak"]),
        ("up-" + "9" * 5000, ["Greeted?", "Let the customer speak"]),
    ],
)
async def test_buttons_change_the_questions_and_keep_nothing(
    sign_in: SignIn, services: Services, do: str, texts: list[str]
) -> None:
    page = await (await (await sign_in("admin")).post("/admin/scorecards", data=FORM | {"do": do})).text()
    assert re.findall(r'name="q-\d+-text" type="text" value="([^"]*)"', page) == texts
    assert services.quality.cards.all() == ()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "A score card needs a name."),
        ({"q-0-text": " "}, "Every question needs a text."),
        ({"q-0-weight": "much"}, "A weight is 0 to 100."),
        ({"q-1-measure": ""}, "Choose what the automatic question measures."),
        ({"q-1-most": ""}, "Say what is good"),
    ],
)
async def test_what_is_wrong_is_said_and_the_form_keeps_what_was_typed(
    sign_in: SignIn, services: Services, wrong: dict[str, str], words: str
) -> None:
    answer = await (await sign_in("admin")).post("/admin/scorecards", data=FORM | wrong)
    page = await answer.text()
    assert (answer.status, words in page, "sales, service" in page) == (422, True, True)
    assert services.quality.cards.all() == ()


async def test_the_example_can_be_kept_as_it_is(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    page = await text_of(client, "/admin/scorecards/new?example")
    fields = dict(re.findall(r'name="(q-\d+-(?:text|weight|most|least))" type="\w+" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="(q-\d+-\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    await client.post("/admin/scorecards", data=fields | {"name": "Example", "active": "1"})
    assert len(only(services).questions) == 7


async def test_calls_are_scored_again_and_blindness_is_a_choice(sign_in: SignIn, services: Services) -> None:
    await services.quality.cards.put(CARD, "system")
    client = await sign_in("admin")
    await client.post("/admin/scorecards/blind", data={})
    assert services.quality.cards.blind is False
    assert "0 calls are scored again." in await (await client.post("/admin/scorecards/again")).text()


@pytest.mark.parametrize("login", ["101", "sue"])
async def test_only_admins_keep_score_cards(sign_in: SignIn, services: Services, login: str) -> None:
    card = await services.quality.cards.put(CARD, "system")
    client = await sign_in(login)
    for address in ("", "/new", f"/{card.id}", f"/{card.id}/remove"):
        assert (await client.get(f"/admin/scorecards{address}")).status == 403
    for address in ("", "/blind", "/again", f"/{card.id}/remove"):
        assert (await client.post(f"/admin/scorecards{address}", data=FORM)).status == 403
    assert services.quality.cards.all() == (card,)


async def twice_reviewed(services: Services, *logins: str) -> None:
    """A call that these people have reviewed, each a little worse."""
    card = await services.quality.cards.put(CARD, "system")
    users = {user.login: user for user in services.users.all()}
    await Calls(services).add("c1", users["101"])
    for login, grade in zip(logins, ("5", "3"), strict=False):
        choices = dict(zip([each.id for each in card.questions], ("1", grade), strict=False))
        await services.quality.reviews.write(users[login], "c1", choices, "", done=True)


async def test_calibration_shows_no_scores_of_calls_that_are_to_be_reviewed_blind(
    sign_in: SignIn, services: Services
) -> None:
    await services.users.add("sam", "Name of sam", "supervisor", "correct horse", [])
    await twice_reviewed(services, "sam", "admin")
    client = await sign_in("sue")
    calls = (await text_of(client, "/admin/calibration")).partition("the most disputed first")[2]
    assert ("/calls/c1#review" in calls, "Hidden until your own review is done" in calls) == (True, True)
    assert ("Name of" in calls, ">100<" in calls, ">63<" in calls) == (False, False, False)
    await services.quality.cards.set_blind(False, "admin")
    calls = (await text_of(client, "/admin/calibration")).partition("the most disputed first")[2]
    assert ("Name of sam" in calls, ">100<" in calls, "Hidden until" in calls) == (True, True, False)


async def test_calibration_is_for_those_who_review(sign_in: SignIn, services: Services) -> None:
    await twice_reviewed(services, "sue", "admin")
    assert (await (await sign_in("101")).get("/admin/calibration")).status == 403
    page = await text_of(await sign_in("sue"), "/admin/calibration?days=30")
    calls = "1 call with two or more finished reviews"
    for part in (calls, "Answered well?", "25.0", "Name of sue", "/calls/c1#review"):
        assert part in page, part
    assert "Nothing to compare yet" not in page
