"""The page makes room for the cards in Chromium: after they are painted, and not under a pressed button."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.house import House, open_house
from tests.browser.test_panel import sign_in

RINGING = "(1) Ada Lovelace · Home · Ringdesk"
NO_ROOM, ROOM = 24, 432
"""Pixels at the end side of the page's content: its own, and those of a card with what is around it."""
NOTE_WHAT_IS_DONE = """
() => new MutationObserver(() => {
  window.done ??= [document.title, document.body.classList.contains("has-pops")];
}).observe(document.getElementById("pops"), { childList: true })
"""
"""Called when the script that put the card on the page has come to its end, and nothing is painted yet."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def room_is(page: Page, pixels: int) -> None:
    await expect(page.locator(".content")).to_have_css("padding-right", f"{pixels}px")


async def test_content_stands_beside_the_cards_until_the_last_is_put_away(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await room_is(page, NO_ROOM)
    house.ring("c1")
    await room_is(page, ROOM)
    house.end("c1")
    await page.locator(".pop [data-act=dismiss]").click()
    await room_is(page, NO_ROOM)


async def test_title_is_written_and_the_page_moves_after_the_card_is_there(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.evaluate(NOTE_WHAT_IS_DONE)
    house.ring("c1")
    await expect(page).to_have_title(RINGING)
    await room_is(page, ROOM)
    assert await page.evaluate("done") == ["Home · Ringdesk", False]


async def test_content_does_not_move_between_pressing_and_letting_go(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.get_by_role("heading", level=1).hover()
    await page.mouse.down()
    house.ring("c1")
    await expect(page).to_have_title(RINGING)  # written after the same frame
    await room_is(page, NO_ROOM)
    await page.mouse.up()
    await room_is(page, ROOM)
