"""Missed calls in Chromium: worked off by keyboard, undone, and never lost to what comes in meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import KNOWN, STRANGER, House, open_house
from tests.browser.test_panel import live, sign_in

pytestmark = pytest.mark.feature("CALL+06")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        me = house.core.users.by_login("101")
        assert me
        await house.core.users.prefer(me.id, {"popups_on": False})
        counting = asyncio.create_task(house.core.missed.run())
        yield house
        counting.cancel()


def miss(house: House, call: str, number: str) -> None:
    """A call that nobody answers."""
    house.ring(call, number)
    house.end(call, "missed")


async def test_list_and_badge_follow_and_rows_are_worked_off_by_keyboard(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/calls/missed")
    badge, rows = page.locator(".rail-count"), page.locator("#missed tbody tr")
    await expect(page.get_by_text("Nobody is waiting for a call back")).to_be_visible()
    await expect(badge).to_be_hidden()
    await live(page)
    miss(house, "c1", KNOWN)
    miss(house, "c2", STRANGER)
    await expect(rows).to_have_count(2)
    await expect(badge).to_have_text("2")
    await page.keyboard.press("j")
    await page.keyboard.press("s")
    await expect(rows).to_have_count(1)
    await expect(badge).to_have_text("1")
    await expect(rows.get_by_role("link", name="Ada Lovelace")).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(rows).to_have_count(2)
    await expect(badge).to_have_text("2")
    await rows.get_by_role("button", name="Seen").first.focus()
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await expect(rows.get_by_role("button", name="Seen")).to_be_focused()


async def test_mark_all_as_seen_can_be_undone(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, viewport={"width": 390, "height": 780})
    await page.goto(f"{house.url}/calls/missed")
    rows = page.locator("#missed tbody tr")
    miss(house, "c1", KNOWN)
    miss(house, "c2", STRANGER)
    await expect(rows).to_have_count(2)
    await page.get_by_role("button", name="Mark all as seen").click()
    await expect(page.get_by_text("Nobody is waiting for a call back")).to_be_visible()
    await expect(page.locator(".rail-count")).to_be_hidden()
    await page.get_by_role("button", name="Undo").click()
    await expect(rows).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
