"""The call log in Chromium: found while one types, filtered, kept, taken away as a file, and never jumping."""

import asyncio
import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Browser, Page, Route, expect

from screenpop.facts import CallWritten
from tests.browser import call_log
from tests.browser.house import STRANGER, House, open_house
from tests.browser.test_panel import live, sign_in, violations

pytestmark = pytest.mark.feature("CALL-31")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        await call_log.fill(house)
        yield house


async def opened(chromium: Browser, house: House, **context: object) -> Page:
    """The call log as an admin sees it, in English."""
    page = await sign_in(chromium, house, "admin", **context)
    await page.goto(f"{house.url}/calls")
    await expect(page.locator("#totals")).to_contain_text("72 calls")
    return page


async def test_list_that_comes_late_does_not_take_the_place_of_a_filtered_one(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    await live(page)
    asked, filtered = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await filtered.wait()
        await route.continue_()

    await page.route(f"{house.url}/calls", late)
    house.core.bus.publish(CallWritten(call_ids=("c1",)))
    await asyncio.wait_for(asked.wait(), 30)
    await page.get_by_role("searchbox", name="Name, number, or what was said").fill("nobody is called so")
    await expect(page.get_by_text("No call fits")).to_be_visible()
    async with page.expect_response(f"{house.url}/calls") as answer:
        filtered.set()
    await (await answer.value).finished()
    await page.evaluate("new Promise((drawn) => setTimeout(drawn))")
    await expect(page.get_by_text("No call fits")).to_be_visible()


@pytest.mark.feature("CALL-31", "ANAL-05")
async def test_log_is_filtered_as_one_types_and_chips_take_filters_away(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    rows, chips = page.locator("tr[data-call]"), page.locator(".chip-off")
    await page.get_by_role("searchbox", name="Name, number, or what was said").press_sequentially("brass refund")
    await expect(page).to_have_url(f"{house.url}/calls?q=brass+refund")
    await expect(page.locator(".log-hit mark").first).to_have_text("brass")
    words = await page.locator(".log-hit").first.inner_text()
    assert "<b>bent</b>" in words
    heard = await rows.count()
    assert heard == await page.locator(".log-hit").count() > 10
    await page.locator("#call-filter").get_by_label("Direction").select_option("incoming")
    await expect(chips).to_have_count(2)
    await page.get_by_role("button", name="More filters").click()
    await page.get_by_label("Talk from").fill("5:00")
    await expect(chips).to_have_count(3)
    await expect(page.locator("[data-more-count]")).to_have_text("1")
    await expect(page).to_have_url(f"{house.url}/calls?q=brass+refund&direction=incoming&min_talk=5%3A00")
    narrow = await rows.count()
    assert 0 < narrow < heard
    await page.get_by_role("link", name="Take away: Direction Incoming").click()
    await expect(chips).to_have_count(2)
    assert await rows.count() > narrow
    await page.locator(".log-hit").first.click()
    await expect(page.locator("#player, .player-body").first).to_be_attached()
    await expect(page).to_have_url(re.compile("&t="))


async def test_names_of_the_other_direction_lose_their_end_not_their_begin(chromium: Browser, house: House) -> None:
    user = house.core.users.by_login("admin")
    assert user
    await house.core.users.change(user.id, locale="fa")
    page = await sign_in(chromium, house, "admin")
    await page.goto(f"{house.url}/calls")
    names = page.locator(".call-agent .cut", has_text="Agent").first
    assert await names.evaluate("(box) => getComputedStyle(box).direction") == "ltr"
    cell = page.locator("td.call-agent:has(.cut)").first
    gap = "(td) => td.getBoundingClientRect().right - td.querySelector('.cut').getBoundingClientRect().right"
    assert await cell.evaluate(gap) < 40


async def test_search_is_saved_as_a_tab_and_deleted_with_undo(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    await page.locator("#call-filter").get_by_label("Result").select_option("missed")
    await expect(page.locator(".chip-off")).to_have_count(1)
    missed = await page.locator("tr[data-call]").count()
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("To call")
    await page.keyboard.press("Enter")
    tab = page.locator(".tabs").get_by_role("link", name="To call")
    await expect(tab).to_have_attribute("aria-current", "page")
    await page.get_by_role("link", name="All calls").click()
    await expect(page.locator("#totals")).to_contain_text("72 calls")
    await tab.click()
    await expect(page.locator("tr[data-call]")).to_have_count(missed)
    await page.get_by_text("Saved filters").click()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("You have saved none yet")).to_be_visible()
    await expect(tab).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(tab).to_be_visible()
    await page.reload()
    await expect(tab).to_be_visible()


async def test_files_hold_the_calls_that_were_found(chromium: Browser, house: House, tmp_path: Path) -> None:
    page = await opened(chromium, house, accept_downloads=True)
    await page.locator("#call-filter").get_by_label("Result").select_option("answered")
    await expect(page.locator(".chip-off")).to_have_count(1)
    told = await page.locator("#totals strong").inner_text()
    files = {}
    for ending, name in (("csv", "CSV, for every program"), ("xlsx", "Excel workbook")):
        await page.get_by_text("Export").click()
        async with page.expect_download() as download:
            await page.get_by_role("link", name=name).click()
        files[ending] = tmp_path / f"calls.{ending}"
        await (await download.value).save_as(files[ending])
    with files["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sheet = list(openpyxl.load_workbook(files["xlsx"]).active.iter_rows(values_only=True))
    assert told == f"{len(rows)} calls"
    assert [row["Call"] for row in rows] == [line[-1] for line in sheet[1:]]
    assert {row["Result"] for row in rows} == {"Answered"}


async def test_new_calls_are_told_and_rows_stay_where_they_are(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    first = page.locator("tr[data-call]").first
    before = await first.get_attribute("data-call")
    await live(page)
    house.ring("new-1", STRANGER)
    house.end("new-1", "missed")
    house.ring("new-2", STRANGER, "102")
    house.end("new-2", "missed")
    note = page.locator("#new-calls button")
    await expect(note).to_have_text("2 new calls")
    assert await first.get_attribute("data-call") == before
    await note.click()
    await expect(page.locator("#totals")).to_contain_text("74 calls")
    await expect(note).to_be_hidden()
    assert {await row.get_attribute("data-call") for row in (await page.locator("tr[data-call]").all())[:2]} == {
        "new-1",
        "new-2",
    }


async def test_log_is_walked_by_keyboard_and_columns_are_remembered(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    await page.get_by_text("Columns", exact=True).click()
    await page.get_by_label("Tags").check()
    await expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()
    second = await page.locator("tr[data-call]").nth(1).get_attribute("data-call")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{house.url}/calls/{second}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_log_is_accessible_and_fits_a_phone(chromium: Browser, house: House, scheme: str) -> None:
    page = await opened(chromium, house, color_scheme=scheme, viewport={"width": 360, "height": 740})
    await page.goto(f"{house.url}/calls?q=refund&result=answered")
    await expect(page.locator("#totals")).to_contain_text("answered")
    await page.get_by_role("button", name="More filters").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await violations(page) == []
