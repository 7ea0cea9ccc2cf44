"""The panel in Chromium: the card stays live and loses nothing that is being typed; every main page is accessible."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.house import PASSWORD, STRANGER, House, open_house
from tests.pbx.desk import until

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def sign_in(browser: Browser, house: House, login: str = "101", **context: Any) -> Page:
    return await signed_in(await browser.new_context(**context), house, login)


async def signed_in(context: BrowserContext, house: House, login: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{house.url}/sign-in")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await live(page)
    return page


async def live(page: Page) -> None:
    await expect(page.locator("html[data-live=yes]")).to_be_attached()


@asynccontextmanager
async def fetched(page: Page, url: str) -> AsyncIterator[None]:
    """The page fetches `url` because of what the block does in this process.

    The browser's driver reports a page's traffic only once it was asked to, and answers in order: without the
    question in between, what the block brings about may be fetched before the driver looks.
    """
    async with page.expect_response(url):
        await page.evaluate("0")
        yield


async def searched(page: Page, text: str) -> None:
    """What is shown was found for this text: Enter takes nothing that was found for another."""
    await expect(page.locator(f'form[data-act=find][data-found="{text}"]')).to_be_attached()


def note(page: Page) -> Locator:
    return page.get_by_label("Note on this call")


# ---------------------------------------------------------------- nothing typed is lost


@pytest.mark.feature("CALL-34", "NOTE-06")
async def test_note_survives_updates_page_loads_and_the_end_of_the_call(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    await note(page).fill("Wants it by Mon")
    await note(page).press_sequentially("day")
    house.answer("c1")
    await expect(page.locator(".pop")).to_have_attribute("data-state", "answered")
    await expect(note(page)).to_have_value("Wants it by Monday")
    await expect(note(page)).to_be_focused()
    await page.goto(f"{house.url}/settings")
    await expect(note(page)).to_have_value("Wants it by Monday")
    await page.get_by_label("Call back", exact=True).check()
    await expect(page.locator(".card-saved")).to_have_text("Saved")
    house.end("c1")
    await expect(page.locator(".pop")).to_have_attribute("data-state", "ended")
    await expect(note(page)).to_have_value("Wants it by Monday")

    async def is_written() -> bool:
        written = await house.core.calls.get("c1")
        return ([each.text for each in written.notes], written.disposition) == (["Wants it by Monday"], "call_back")

    await until(is_written, "note and result are in the log")


@pytest.mark.feature("CALL-25", "CALL-26", "CALL-27")
async def test_unknown_caller_is_entered_on_the_card_while_the_call_goes_on(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER, name="<script>alert(1)</script>")
    await expect(page.locator(".card-name")).to_have_text("+49 1511 2345678")
    await expect(page.locator(".card-says")).to_contain_text("<script>alert(1)</script>")
    await page.locator(".pop").get_by_text("New customer").click()
    await page.get_by_label("Name", exact=True).fill("Klara Weiß")
    house.answer("c1")
    await expect(page.locator(".pop")).to_have_attribute("data-state", "answered")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Klara Weiß")
    await page.get_by_role("button", name="Save customer").click()
    await expect(page.locator(".card-name")).to_have_text("Klara Weiß")
    house.end("c1")
    house.ring("c2", STRANGER)
    await expect(page.locator(".pop[data-state=ringing] .card-name")).to_have_text("Klara Weiß")


@pytest.mark.feature("CALL-28", "CALL-29")
async def test_unknown_number_is_added_to_a_customer_by_keyboard_alone(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER)
    await page.locator(".pop").wait_for()
    await page.keyboard.press("Alt+c")
    await expect(page.locator(".card-enter summary").first).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-candidates]")).to_be_focused()
    await page.keyboard.type("lovel")
    await searched(page, "lovel")
    await expect(page.locator("[data-found] button")).to_contain_text("Ada Lovelace")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card-name")).to_have_text("Ada Lovelace")


# ---------------------------------------------------------------- several calls, tabs, lines


async def test_second_call_never_takes_the_place_of_the_first(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    house.answer("c1")
    house.ring("c2", STRANGER)
    await expect(page.locator(".pop")).to_have_count(2)
    await expect(page.locator(".pop[data-state=answered] .card-name")).to_have_text("Ada Lovelace")
    await expect(page.locator(".pop[data-state=ringing]")).to_have_count(1)


@pytest.mark.feature("CALL-34", "NOTE-05", "NOTE-06")
async def test_card_does_not_steal_the_focus_and_the_title_counts(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/settings")
    await live(page)
    await page.get_by_label("Another extension").fill("20")
    house.ring("c1")
    await expect(page.locator(".pop .card-name")).to_have_text("Ada Lovelace")
    await page.keyboard.type("5")
    await expect(page.get_by_label("Another extension")).to_have_value("205")
    await expect(page).to_have_title("(1) Ada Lovelace · Your settings · Ringdesk")
    await expect(page.locator("#announce")).to_have_text("Ringing: Ada Lovelace")
    house.end("c1", "missed")
    await expect(page).to_have_title("Your settings · Ringdesk")


async def test_tabs_share_one_stream_and_another_takes_over(chromium: Browser, house: House) -> None:
    context = await chromium.new_context()
    first = await signed_in(context, house, "101")
    second = await context.new_page()
    await second.goto(house.url)
    await live(second)
    assert house.core.hub.streams == 1
    house.ring("c1")
    for page in (first, second):
        await expect(page.locator(".pop")).to_have_count(1)
    await first.close()
    house.answer("c1")
    await expect(second.locator(".pop")).to_have_attribute("data-state", "answered")


async def test_lost_connection_is_shown_and_what_was_missed_is_fetched(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.context.set_offline(True)
    house.core.hub.disconnect(session="", user_id=str(await page.locator("body").get_attribute("data-user")))
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    house.ring("c1")
    await page.context.set_offline(False)
    await expect(page.locator(".pop")).to_have_attribute("data-state", "ringing")
    await expect(page.get_by_text("Connection lost")).to_be_hidden()


async def test_state_of_the_pbx_is_in_the_bar(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await expect(page.locator("#pbx")).to_have_text("PBX connected")
    house.core.hub.publish("pbx", json.dumps({"state": "frozen", "reason": "", "version": ""}), None)
    await expect(page.locator("#pbx")).to_have_text("PBX does not answer")


async def test_presence_is_chosen_in_the_bar(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.locator("#presence summary").click()
    async with page.expect_response("**/api/presence"):
        await page.locator("#presence").get_by_text("Away").click()
    await expect(page.locator("#presence summary")).to_contain_text("Away")
    await expect(page.locator("#presence")).not_to_have_attribute("open", "")
    await page.reload()
    await expect(page.locator("#presence summary")).to_contain_text("Away")


# ---------------------------------------------------------------- everybody can use it


SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const ends = (each) => each.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
}"""
"""Colours that fade into another are judged when they are there."""


async def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line each."""
    await page.evaluate(SETTLED)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/settings",
        "/admin/layout",
        "/admin/recordings/rules",
        "/admin/analysis",
        "/customers",
        "/customers/new",
        "/calls",
        "/admin",
    ],
)
async def test_page_with_cards_has_no_accessibility_violations(
    chromium: Browser, house: House, path: str, scheme: Any
) -> None:
    page = await sign_in(chromium, house, "admin", color_scheme=scheme, reduced_motion="reduce")
    await page.goto(house.url + path)
    await live(page)
    house.ring("c1", agent="109")
    house.ring("c2", STRANGER, agent="109")
    await expect(page.locator("#pops > .pop")).to_have_count(2)
    assert await violations(page) == []
    house.answer("c1", "109")
    house.end("c2", "missed")
    await expect(page.locator('.pop[data-state="missed"]')).to_have_count(1)
    assert await violations(page) == []


async def test_sign_in_page_has_no_accessibility_violations(chromium: Browser, house: House) -> None:
    page = await chromium.new_page()
    await page.goto(f"{house.url}/sign-in")
    assert await violations(page) == []


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("path", ["/", "/settings"])
async def test_page_fits_the_width_of_a_phone(chromium: Browser, house: House, path: str, language: str) -> None:
    user = house.core.users.by_login("101")
    assert user is not None
    page = await sign_in(chromium, house, viewport={"width": 360, "height": 740})
    await house.core.users.change(user.id, locale=language)
    await page.goto(house.url + path)
    await live(page)
    house.ring("c1")
    await page.locator(".pop").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_page_reports_no_errors_and_no_policy_violations(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    for path in ("/", "/settings", "/admin/layout"):
        await page.goto(house.url + path)
        await live(page)
    house.ring("c1", agent="109")
    await page.locator("[data-pop=c1-109]").wait_for()
    assert seen == []


NOTIFICATIONS = """
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title, { body }) { super(); document.documentElement.dataset.shown = `${title}: ${body}`; }
  close() { document.documentElement.dataset.shown = "closed"; }
};
Object.defineProperty(document, "hidden", { get: () => true });
"""


@pytest.mark.feature("CALL-34", "NOTE-05", "NOTE-06")
async def test_desktop_notification_is_shown_when_the_tab_is_not_seen(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.add_init_script(NOTIFICATIONS)
    await page.reload()
    await live(page)
    house.ring("c1")
    await expect(page.locator("html")).to_have_attribute("data-shown", "Ada Lovelace: Ringing · Brightwater")
    house.answer("c1")
    await expect(page.locator("html")).to_have_attribute("data-shown", "closed")


@pytest.mark.feature("CALL+07")
async def test_no_card_appears_while_pop_ups_are_off(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/settings")
    await page.get_by_label("Cards pop up by themselves").uncheck()
    await page.locator("#phone").get_by_role("button", name="Save").click()
    await expect(page.locator("#phone").get_by_text("Saved")).to_be_visible()
    await live(page)
    house.ring("c1")
    await page.goto(house.url)
    await expect(page.locator("#recent")).to_contain_text("Ringing")
    await expect(page.locator(".pop")).to_have_count(0)


async def test_tabs_of_the_admin_are_all_in_sight_or_fade_where_there_are_more(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin", viewport={"width": 1280, "height": 800})
    await page.goto(f"{house.url}/admin/site")
    tabs = page.locator("nav.tabs")
    assert await tabs.evaluate("(tabs) => tabs.scrollWidth <= tabs.clientWidth")
    await page.set_viewport_size({"width": 390, "height": 800})
    await expect(tabs).to_have_class(re.compile("has-"))
    await tabs.evaluate("(tabs) => { tabs.scrollLeft = 0; }")
    await expect(tabs).to_have_class("tabs tabs-many has-after")
    await tabs.evaluate("(tabs) => { tabs.scrollLeft = tabs.scrollWidth; }")
    await expect(tabs).to_have_class("tabs tabs-many has-before")


async def test_fields_of_the_card_are_moved_and_the_preview_follows(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    await page.goto(f"{house.url}/admin/layout")
    blocks = page.locator("#preview .card-body > *")
    await expect(blocks.nth(0)).to_have_class("card-person")
    row = page.locator('li[data-field="note"]')
    for _ in range(4):
        await row.get_by_role("button", name="Move Note up").press("Enter")
    await expect(page.locator("#announce")).to_have_text("Note is now number 1")
    await expect(blocks.nth(0)).to_have_class("card-note")
    await page.locator('li[data-field="orders"]').drag_to(page.locator('li[data-field="note"]'))
    await expect(page.locator("#layout-form ol").nth(1).locator("li").nth(1)).to_have_attribute("data-field", "orders")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. Open cards follow at once.")).to_be_visible()
    assert house.core.layouts.get("").in_region("body")[:2] == ("note", "orders")


async def test_who_was_signed_out_is_told_and_keeps_what_was_typed(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    await note(page).fill("Half a sentence")
    await page.context.clear_cookies()
    house.core.hub.disconnect(user_id=str(await page.locator("body").get_attribute("data-user")))
    await expect(page.locator("#toasts")).to_contain_text("You are signed out")
    await expect(note(page)).to_have_value("Half a sentence")
    await page.locator("#toasts").get_by_role("link", name="Sign in").click()
    await expect(page).to_have_url(f"{house.url}/sign-in?next=%2F")
    await page.get_by_label("Login").fill("101")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(note(page)).to_have_value("Half a sentence")
