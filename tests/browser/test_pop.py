"""The main job: a real call makes the caller's card appear in a real browser while the phone rings.

SIPp plays the caller; the agents' phones ring, answer and hang up when the test says so, since what a card shows in
between is looked at however busy the machine is.
"""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.pbx.desk import ADA, ADA_NUMBER, COMPANY, PASSWORD, Desk, rows
from tests.pbx.sipp import Sipp
from tests.pbx.stage import Stage

LONG = 300.0
"""Seconds: nobody on the far side hangs up before the test does."""


async def panel(chromium: Browser, desk: Desk, login: str = "101", path: str = "/") -> Page:
    """The panel of `login`, signed in, with its stream open."""
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"{desk.url}{path}")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("html[data-live=yes]")).to_be_attached()
    return page


def card(page: Page) -> Locator:
    return page.locator("article[data-pop]")


async def becomes(page: Page, state: str) -> None:
    await expect(card(page)).to_have_attribute("data-state", state)


@pytest.mark.feature(
    "CALL-01", "CALL-02", "CALL-04", "CALL-06", "CALL-07", "CALL-08", "CALL-18", "CALL-19", "CALL-20", "CALL-21"
)
async def test_direct_call_shows_the_card_while_the_phone_rings(
    chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage
) -> None:
    page = await panel(chromium, desk)
    await stage.register("101")
    caller = await sipp.call(ADA_NUMBER, "101", name="A. Lovelace", talk=LONG)
    phone = await stage.rings("101")
    await becomes(page, "ringing")
    shown = card(page)
    await expect(shown.locator(".card-name")).to_have_text(ADA)
    await expect(shown.locator("strong.card-line")).to_have_text(COMPANY)
    await expect(shown.locator(".card-way")).to_have_text("INCOMING")
    await expect(shown.locator(".card-ends")).to_contain_text("+44 20 7946 0001")
    await expect(shown.locator(".card-own")).to_have_text(re.compile(r"101\s+Agent 101"))
    await expect(shown.locator(".card-when")).to_have_text(re.compile(r"\d:\d\d"))
    await phone.answer()
    await becomes(page, "answered")
    await phone.hang_up()
    await becomes(page, "ended")
    assert await caller.wait() == 0


@pytest.mark.feature("CALL+01", "CALL+02")
async def test_ring_group_shows_the_card_to_all_and_closes_it_when_one_answers(
    chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage
) -> None:
    first, second = await panel(chromium, desk, "101"), await panel(chromium, desk, "102")
    await stage.register("101", "102", "103")
    await sipp.call(ADA_NUMBER, "600", talk=LONG)
    phones = [await stage.rings(user) for user in ("101", "102", "103")]
    for page in (first, second):
        await becomes(page, "ringing")
    await phones[1].answer()
    await becomes(second, "answered")
    await becomes(first, "answered_elsewhere")
    await expect(card(first).locator(".card-state-word")).to_contain_text("Agent 102")


@pytest.mark.feature("CALL+03")
async def test_queue_shows_the_card_with_its_name(chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage) -> None:
    page = await panel(chromium, desk, "101")
    await stage.register("101")
    await sipp.call(ADA_NUMBER, "700", talk=LONG)
    phone = await stage.rings("101")
    await becomes(page, "ringing")
    await expect(card(page).locator(".card-queue")).to_have_text("Queue support")
    await phone.answer()
    await becomes(page, "answered")
    await expect(card(page).locator(".card-queue")).to_have_text("Queue support")


@pytest.mark.feature("CALL+08")
async def test_transfer_moves_the_card_to_the_colleague(
    chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage
) -> None:
    first, second = await panel(chromium, desk, "101"), await panel(chromium, desk, "102")
    await stage.register("101", "102")
    await sipp.call(ADA_NUMBER, "101", talk=LONG)
    await (await stage.answers("101")).transfer("102")
    phone = await stage.rings("102")
    await becomes(second, "ringing")
    await expect(card(second).locator(".card-name")).to_have_text(ADA)
    await becomes(first, "ended")
    await expect(card(first).locator(".card-state-word")).to_contain_text("Passed on to")
    await phone.answer()
    await becomes(second, "answered")
    await phone.hang_up()
    await becomes(second, "ended")
    await rows(desk, 1, ended=True, result="answered", direction="incoming")
    assert len(await desk.calls()) == 1


@pytest.mark.feature("CALL-03", "CALL-08")
async def test_outgoing_call_shows_the_card_of_whom_the_agent_calls(
    chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage
) -> None:
    page = await panel(chromium, desk, "101")
    provider = await stage.provider()
    await sipp.dial("101", ADA_NUMBER, talk=LONG)
    called = await provider.next_call()
    called.ring()
    await becomes(page, "ringing")
    await expect(card(page).locator(".card-way")).to_have_text("OUTGOING")
    await expect(card(page).locator(".card-name")).to_have_text(ADA)
    await called.answer()
    await becomes(page, "answered")
    await called.hang_up()
    await becomes(page, "ended")
