"""Trackers tried as they are typed, a card built by buttons, a call reviewed beside its player, an alert that leads."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from screenpop.analysis.tracking import Tracker
from screenpop.facts import TrackerHeard
from screenpop.quality import store as rows
from screenpop.quality.model import SYSTEM, Card, Review
from tests.browser.house import House, open_house
from tests.browser.test_panel import live, sign_in, violations
from tests.pbx.desk import until
from tests.screenpop.quality.house import CARD, Calls

pytestmark = pytest.mark.feature("ANAL+13", "ANAL+18")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def reviewed(house: House) -> Card:
    """A score card and an analysed call of 101."""
    card = await house.core.quality.cards.put(CARD, "system")
    calls, agent = Calls(house.core), next(user for user in house.core.users.all() if user.login == "101")
    await calls.add("c1", agent)
    await calls.analyse("c1")
    house.core.quality.auto.again(["c1"])
    await house.core.quality.auto.flush()
    return card


async def reviews_of(house: House, call_id: str) -> list[Review]:
    async with house.core.store.read() as tx:
        return await rows.reviews_of(tx, call_id)


async def test_phrases_are_tried_as_typed_and_a_card_is_built_by_buttons(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin", reduced_motion="reduce")
    await page.goto(f"{house.url}/admin/trackers")
    await page.get_by_label("Try it on a text").fill("I want to cancel my contract")
    await page.get_by_label("Words and phrases").fill("cancel ... contract")
    await expect(page.locator("#tried mark")).to_have_text("cancel my contract")
    await page.get_by_label("Words and phrases").fill("cancel")
    await expect(page.locator("#tried mark")).to_have_text("cancel")
    await page.get_by_label("Words and phrases").fill("a ... b ... c ... d ... e")
    await expect(page.locator("#tried .error")).to_contain_text("at most 3 gaps")
    assert await violations(page) == []
    await page.goto(f"{house.url}/admin/scorecards/new")
    await page.get_by_label("Name", exact=True).fill("Service")
    questions = page.get_by_label("Question", exact=True)
    await questions.first.fill("Greeted?")
    await page.get_by_role("button", name="Add a question").click()
    await expect(questions.nth(1)).to_be_focused()
    await questions.nth(1).fill("Let the customer speak")
    await expect(page.get_by_label("Measured").nth(1)).to_be_hidden()
    await page.get_by_label("Answered by").nth(1).select_option("auto")
    await page.get_by_label("Measured").nth(1).select_option("talk_share")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_role("alert").first).to_contain_text("Say what is good")
    await page.get_by_label("At most").nth(1).fill("60")
    await page.get_by_role("button", name="Move up").nth(1).click()
    await expect(questions.first).to_have_value("Let the customer speak")
    assert await violations(page) == []
    await page.get_by_role("button", name="Save").last.click()
    await expect(page).to_have_url(re.compile("/admin/scorecards$"))
    (card,) = house.core.quality.cards.all()
    assert [each.text for each in card.questions] == ["Let the customer speak", "Greeted?"]


async def test_a_review_is_kept_as_one_goes_and_an_alert_leads_to_its_call(chromium: Browser, house: House) -> None:
    card = await reviewed(house)
    page = await sign_in(chromium, house, "admin", color_scheme="dark", reduced_motion="reduce")
    await page.goto(f"{house.url}/calls/c1")
    score, form = page.locator("#review-draft"), page.locator("form[data-review]")
    await form.get_by_role("radio", name="Yes").check(force=True)
    await expect(score).to_contain_text("100")
    await (
        form.get_by_role("group", name=re.compile(card.questions[1].text))
        .get_by_role("radio", name="1")
        .check(force=True)
    )
    await expect(score).to_contain_text("40")
    await page.context.set_offline(True)
    await form.get_by_label("Comment").fill("Short of breath.")
    await expect(form.get_by_role("status")).to_have_text("Not saved yet, trying again")
    await page.context.set_offline(False)
    await expect(form.get_by_role("status")).to_have_text("Saved")
    assert [each.comment for each in await reviews_of(house, "c1") if each.reviewer != SYSTEM] == ["Short of breath."]
    assert await violations(page) == []
    await page.reload()
    await expect(form.get_by_role("radio", name="Yes")).to_be_checked()
    await expect(form.get_by_label("Comment")).to_have_value("Short of breath.")

    async def comment_is_kept() -> bool:
        return "Short of breath. Friendly." in [each.comment for each in await reviews_of(house, "c1")]

    await form.get_by_label("Comment").fill("Short of breath. Friendly.")
    await page.goto(f"{house.url}/settings")
    await until(comment_is_kept, "what was typed last is kept although the page was left")
    await page.goto(f"{house.url}/calls/c1")
    await expect(form.get_by_label("Comment")).to_have_value("Short of breath. Friendly.")
    stand, done = page.locator("#review-stand"), form.get_by_role("button", name="Done")
    await expect(stand).to_contain_text("Draft")
    await done.click()
    await expect(stand).to_contain_text("Finished")
    await expect(stand).to_be_focused()
    await expect(done).to_have_count(0)
    assert await violations(page) == []
    assert [each.counts for each in await reviews_of(house, "c1") if each.by_hand] == [True]
    await form.get_by_label("Comment").fill("Too late")
    await page.get_by_role("button", name="Take my review back").click()
    await expect(form.get_by_role("radio", name="Yes")).not_to_be_checked()
    await expect(form.get_by_label("Comment")).to_have_value("")
    assert [each.reviewer for each in await reviews_of(house, "c1")] == [SYSTEM]
    await live(page)
    house.core.bus.publish(TrackerHeard(call_id="c1", tracker="Cancellation", at_second=5.0, text="cancel it"))
    notice = page.locator(".toast", has_text="Cancellation: “cancel it”")
    await notice.get_by_role("link", name="Open").click()
    await expect(page).to_have_url(re.compile(r"/calls/c1\?t=5\.0$"))


async def test_answer_that_waits_for_another_is_kept_when_the_page_is_left(chromium: Browser, house: House) -> None:
    card = await reviewed(house)
    page = await sign_in(chromium, house, "admin", reduced_motion="reduce")
    await page.goto(f"{house.url}/calls/c1")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        if held.is_set():
            await route.continue_()
        held.set()  # the first one never arrives

    async def both_are_kept() -> bool:
        return [len(each.answers) for each in await reviews_of(house, "c1") if each.by_hand] == [2]

    await page.route("**/calls/c1/review", hold)
    form = page.locator("form[data-review]")
    second = form.get_by_role("group", name=re.compile(card.questions[1].text))
    await form.get_by_role("radio", name="Yes").check(force=True)
    await asyncio.wait_for(held.wait(), 30)
    await second.get_by_role("radio", name="1").check(force=True)
    await page.goto(f"{house.url}/settings")
    await until(both_are_kept, "what was answered is kept")


async def reviewed_twice(house: House) -> None:
    """A card, and a call that two people have reviewed, one of them with a name that is long and hostile."""
    card = await reviewed(house)
    sue = await house.core.users.add("sue", "Sue <b>" + "Longname" * 8, "supervisor", "correct horse", [])
    for user in (sue, house.core.users.by_login("admin")):
        assert user
        choices = {card.questions[0].id: "1", card.questions[1].id: "5" if user == sue else "2"}
        await house.core.quality.reviews.write(user, "c1", choices, "", done=True)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fa", "dark")])
async def test_pages_of_quality_are_accessible_and_fit_a_phone_empty_and_full(
    chromium: Browser, house: House, language: str, scheme: Any
) -> None:
    admin = house.core.users.by_login("admin")
    assert admin
    page = await sign_in(chromium, house, "admin", color_scheme=scheme, viewport={"width": 360, "height": 740})
    await house.core.users.change(admin.id, locale=language)
    for tracker in house.core.trackers.all():
        await house.core.trackers.remove(tracker.id, "system")
    for full in (False, True):
        if full:
            await reviewed_twice(house)
            await house.core.trackers.put(Tracker(id="", name="N" * 80, phrases=("rain*", "w" * 120)), "system")
        for path in ("/admin/trackers", "/admin/scorecards", "/admin/scorecards/new", "/admin/calibration"):
            await page.goto(house.url + path)
            await live(page)
            assert (path, await violations(page)) == (path, [])
            assert (path, await page.evaluate("document.documentElement.scrollWidth")) == (path, 360)
