"""Lists in Chromium: what they show beside an open card, and on a phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from screenpop.customers.model import NewCustomer
from tests.browser.house import KNOWN, STRANGER, House, open_house
from tests.browser.test_panel import sign_in

PAGES = ("/?calls=all", "/calls", "/calls/missed?show=all", "/customers")
CUT = """() => [...document.querySelectorAll("main td, main td .cut, main td a")]
  .filter((each) => each.offsetWidth && !each.matches(".call-way, .call-way *") && each.textContent.trim().length > 3)
  .filter((each) => each.getBoundingClientRect().width < 40).map((each) => each.textContent.trim())"""
"""What is squeezed to a letter or two."""
OVER = """() => [...document.querySelectorAll("main .panel")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).length"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        numbers = (("+2348021234567", ""), (STRANGER, ""))
        new = NewCustomer(name="Chinedu Eze-Nwankwo", company="Lagos Last Mile", city="Lagos", numbers=numbers)
        await house.core.customers.create(new, "system")
        yield house


async def logged(house: House) -> None:
    for call, number in (("c1", KNOWN), ("c2", STRANGER), ("c3", "+12025550143"), ("c4", "anonymous")):
        house.ring(call, number, name="Some Long Name Of A Caller")
        if call != "c3":
            house.answer(call)
        house.end(call, "missed" if call == "c3" else "answered")
    await house.core.calls.flush()
    me = house.core.users.by_login("101")
    assert me
    await house.core.calls.set_note("c1", "Wants the step-through bike delivered before the end of the month.", me.id)


async def shown(page: Page, house: House, address: str) -> tuple[list[str], int]:
    await page.goto(house.url + address)
    await expect(page.locator("main td").first).to_be_visible()
    return await page.evaluate(CUT), await page.evaluate(OVER)


async def test_lists_squeeze_nothing_beside_an_open_card(chromium: Browser, house: House) -> None:
    await logged(house)
    page = await sign_in(chromium, house, viewport={"width": 1280, "height": 860})
    house.ring("now")
    await expect(page.locator(".pop[data-state=ringing]")).to_be_visible()
    for address in PAGES:
        assert await shown(page, house, address) == ([], 0), address
    await page.goto(f"{house.url}/calls")
    await expect(page.locator(".call-notes").first).to_be_hidden()
    await expect(page.locator(".call-short")).to_contain_text("Wants the step-through")


@pytest.mark.parametrize("width", [390, 640, 900, 1440])
async def test_lists_keep_within_the_screen(chromium: Browser, house: House, width: int) -> None:
    await logged(house)
    page = await sign_in(chromium, house, "admin", viewport={"width": width, "height": 860})
    for address in PAGES:
        assert (await shown(page, house, address))[1] == 0, address


async def test_call_of_a_shared_number_is_settled(chromium: Browser, house: House) -> None:
    await house.core.customers.create(NewCustomer(name="Second Owner", numbers=((STRANGER, ""),)), "system")
    await logged(house)
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/calls")
    await page.get_by_role("link", name="Several customers").click()
    await page.get_by_role("button", name="It was Second Owner").click()
    await expect(page.get_by_role("link", name="Second Owner")).to_be_visible()
