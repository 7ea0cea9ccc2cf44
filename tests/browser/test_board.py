"""The live board in Chromium: it follows the calls, fills a wall, and says when its figures are old."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from ari_app.demo.lab import Lab
from screenpop.facts import (
    CallAnswered,
    CallHeld,
    CallView,
    Party,
    PbxLinkChanged,
    QueueJoined,
    QueueLeft,
    QueueMemberChanged,
    QueuesListed,
)
from tests.browser.house import KNOWN, PASSWORD, House, open_house
from tests.browser.test_panel import fetched, live, sign_in, violations
from tests.browser.test_pop import panel
from tests.pbx.desk import ADA, ADA_NUMBER, Desk
from tests.pbx.stage import Stage

WAKE = """
navigator.wakeLock.request = async () => {
  document.documentElement.dataset.asked = "yes";
  return { released: false, release: async () => {} };
};
"""
NOTE_CHANGES = """
import(document.getElementById("board").dataset.page + "js/stream.js").then(({ on }) => {
  on("board", ({ put = {} }) => {
    const held = (put.calls ?? []).some(({ agents }) => agents.some(({ state }) => state === "held"));
    if (held) document.documentElement.dataset.changed = "yes";
  });
})
"""
SIZE_OF_NAMES = """
parseFloat(getComputedStyle(document.querySelector("[data-list=agents] li:has([data-is=talking]) .strong")).fontSize)
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def board(chromium: Browser, house: House, query: str = "", **context: object) -> Page:
    page = await sign_in(chromium, house, "admin", **context)
    await page.goto(f"{house.url}/board{query}")
    await live(page)
    await expect(page.locator("#board[aria-busy]")).to_have_count(0)
    return page


def view(call: str, queue: str = "", **more: object) -> CallView:
    party = Party(KNOWN, "A. L.")
    fields: dict[str, object] = {"direction": "incoming", "caller": party, "to": ("101",), "started_at": time.time()}
    return CallView(id=call, remote=party, queue=queue, **(fields | more))  # type: ignore[arg-type]


def wait(house: House, call: str, waited: float = 0) -> CallView:
    waiting = view(call, "support")
    house.core.bus.publish(QueueJoined(call=waiting, at=time.time(), queue="support", waited=waited))
    return waiting


def talk(house: House, call: str, agent: str = "101") -> CallView:
    talking = view(call, "support", agents=(agent,), talking=(agent,), answered_at=time.time())
    house.core.bus.publish(CallAnswered(call=talking, at=time.time(), agent=agent))
    return talking


async def test_board_follows_calls_queues_and_agents(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    await expect(page.get_by_text("Nobody is on the phone")).to_be_visible()
    await expect(page.get_by_text("No queues yet")).to_be_visible()
    waiting = wait(house, "c1", waited=65)
    queue, calls = page.locator("[data-list=queues] tbody tr"), page.locator("[data-list=calls] tbody tr")
    await expect(queue).to_have_count(1)
    await expect(queue.locator("[data-f=waiting]")).to_have_text("1")
    await expect(queue.locator(".board-wait")).to_have_class(re.compile("is-late"))
    await expect(queue.locator("time")).to_have_text(re.compile(r"1:\d\d"))
    await expect(calls).to_contain_text("Waiting")
    await expect(calls.get_by_role("link")).to_have_text("Ada Lovelace")
    house.core.bus.publish(QueueLeft(call=waiting, at=time.time(), queue="support", waited=70, reason="answered"))
    talking = talk(house, "c1")
    await expect(queue.locator("[data-f=waiting]")).to_have_text("0")
    await expect(queue.locator("[data-f=level]")).to_have_text("0%")
    agent = page.locator("[data-list=agents] li", has_text="Agent 101")
    await expect(agent).to_contain_text("Talking")
    await expect(agent).to_contain_text("Ada Lovelace")
    timer = calls.locator("time")
    first = await timer.text_content()
    await expect(timer).not_to_have_text(first or "")
    await calls.get_by_role("link").focus()
    house.core.bus.publish(CallHeld(call=talking, at=time.time(), agent="101"))
    await expect(calls).to_contain_text("On hold")
    await expect(calls.get_by_role("link")).to_be_focused()
    house.views["c1"] = talking
    house.end("c1")
    await expect(calls).to_have_count(0)
    await expect(page.locator('[data-tile="answered"] strong')).to_have_text("1")


async def test_wait_is_counted_by_the_servers_clock(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    await page.add_init_script("const right = Date.now; Date.now = () => right() + 3_600_000;")
    wait(house, "c1")
    await page.goto(f"{house.url}/board")
    wait_time = page.locator("[data-list=queues] .board-wait")
    await expect(wait_time.locator("time")).to_have_text(re.compile(r"0:\d\d"))
    await expect(wait_time).not_to_have_class(re.compile("is-late"))


async def test_change_that_was_not_told_is_fetched(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    user, hub = await page.locator("body").get_attribute("data-user"), house.core.hub
    async with fetched(page, f"{house.url}/api/board"):
        hub.publish("board", json.dumps({"seq": f"{hub.epoch}.900", "at": time.time()}), {str(user)})


async def test_listening_that_is_not_to_be_had_is_said(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    talk(house, "c1")
    await page.get_by_role("button", name="Listen: nobody hears you").click()
    await expect(page.locator("#toasts")).to_contain_text("Your phone rings.")
    await expect(page.locator("#toasts")).to_contain_text("There is no connection to the PBX.")


async def test_row_says_that_the_own_phone_rings_until_it_is_taken_up(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    taken_up = asyncio.Event()

    async def answer(route: Route) -> None:
        await taken_up.wait()
        await route.fulfill(status=204)

    await page.route("**/api/calls/*/listen", answer)
    talking = talk(house, "c1")
    row, listen = page.locator("[data-list=calls] tr", has_text="Ada"), "Listen: nobody hears you"
    await row.get_by_role("button", name=listen).click()
    await expect(row).to_contain_text("Ringing your phone")
    await expect(row.get_by_role("button")).to_have_count(0)
    house.core.bus.publish(CallHeld(call=talking, at=time.time(), agent="101"))
    await expect(row).to_contain_text("On hold")
    await expect(row).to_contain_text("Ringing your phone")
    taken_up.set()
    await expect(row.get_by_role("button", name=listen)).to_be_focused()
    await expect(row).not_to_contain_text("Ringing your phone")


async def test_press_that_a_change_falls_into_is_not_lost(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    talking, asked = talk(house, "c1"), asyncio.Event()

    async def answer(route: Route) -> None:
        asked.set()
        await route.fulfill(status=204)

    await page.route("**/api/calls/*/listen", answer)
    await page.get_by_role("button", name="Listen: nobody hears you").hover()
    await page.evaluate(NOTE_CHANGES)
    await page.mouse.down()
    house.core.bus.publish(CallHeld(call=talking, at=time.time(), agent="101"))
    await expect(page.locator("html[data-changed]")).to_be_attached()
    await page.mouse.up()
    await asyncio.wait_for(asked.wait(), 30)
    await expect(page.locator("[data-list=calls] tbody tr")).to_contain_text("On hold")


async def test_focus_on_a_name_stays_while_its_agent_changes(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    agent = page.locator("[data-list=agents] li", has_text="Agent 101")
    await agent.get_by_role("link").focus()
    talk(house, "c1")
    await expect(agent).to_contain_text("Talking")
    await expect(agent.get_by_role("link")).to_be_focused()


async def test_who_may_listen_but_has_no_phone_is_told_what_is_missing(chromium: Browser, house: House) -> None:
    hint = "To listen in, choose your phone first"
    await house.core.users.add("boss", "The boss", "supervisor", PASSWORD, [])
    talk(house, "c1")
    page = await sign_in(chromium, house, "boss")
    await page.goto(f"{house.url}/board")
    await expect(page.locator("[data-list=calls] tbody tr")).to_have_count(1)
    await expect(page.get_by_role("button", name="Listen: nobody hears you")).to_have_count(0)
    await expect(page.get_by_text(hint).get_by_role("link")).to_have_attribute("href", "/settings#phone")
    other = await board(chromium, house)
    await expect(other.get_by_text(hint)).to_have_count(0)


async def test_filter_shows_one_queue_and_stays_in_the_address(chromium: Browser, house: House) -> None:
    members = tuple(
        QueueMemberChanged(queue=queue, device=f"PJSIP/{seat}")
        for queue, seat in (("sales", "101"), ("support", "102"))
    )
    house.core.bus.publish(QueuesListed(queues=("sales", "support"), members=members))
    wait(house, "c1")
    talk(house, "c2", "102")
    page = await board(chromium, house)
    await expect(page.locator("[data-list=queues] tbody tr")).to_have_count(2)
    await page.get_by_label("Queue", exact=True).select_option("sales")
    await expect(page.locator("[data-list=queues] tbody tr")).to_have_count(1)
    await expect(page.locator("[data-list=agents] li")).to_have_count(1)
    await expect(page.get_by_text("Nobody is on the phone")).to_be_visible()
    await expect(page).to_have_url(f"{house.url}/board?queue=sales")
    await page.reload()
    await expect(page.locator("[data-list=queues] tbody tr")).to_have_count(1)


async def test_wall_has_no_frame_stays_awake_and_fits_the_screen(chromium: Browser, house: House) -> None:
    page = await board(chromium, house, viewport={"width": 1920, "height": 1080})
    await page.add_init_script(WAKE)
    await page.reload()
    await live(page)
    for number in range(20):
        await house.core.users.add(f"a{number}", f"Agent number {number}", "agent", "correct horse", [f"3{number:02}"])
        talk(house, f"c{number}", f"3{number:02}")
    await page.get_by_role("button", name="Wall").click()
    await expect(page.locator("html")).to_have_attribute("data-asked", "yes")
    await expect(page.locator(".rail")).to_be_hidden()
    await expect(page.locator("[data-list=agents] li", has_text="Talking")).to_have_count(20)
    await expect(page).to_have_url(f"{house.url}/board?wall=1")
    size = await page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    assert size[0] <= 1081
    assert size[1] <= 1920
    list_fits = "[...document.querySelectorAll('[data-fit]')].every((box) => box.scrollHeight <= box.clientHeight)"
    assert await page.evaluate(list_fits)
    assert await page.evaluate(SIZE_OF_NAMES) > 20
    await page.keyboard.press("d")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Desk").click()
    await expect(page.locator(".rail")).to_be_visible()


async def test_old_figures_are_marked_and_the_board_comes_back_by_itself(chromium: Browser, house: House) -> None:
    page = await board(chromium, house)
    stale = page.locator("#board-stale")
    await expect(stale).to_be_hidden()
    await page.context.set_offline(True)
    house.core.hub.disconnect(user_id=str(await page.locator("body").get_attribute("data-user")))
    await expect(stale).to_contain_text("the connection is lost")
    talk(house, "c1")
    await page.context.set_offline(False)
    await expect(page.locator("[data-list=calls] tbody tr")).to_have_count(1)
    await expect(stale).to_be_hidden()
    house.pbx(replace(house.link.state, up=False, state="away", since=time.time()))
    await expect(stale).to_contain_text("No connection to the PBX since")
    house.pbx(PbxLinkChanged(up=True, state="up", version="22.0.0"))
    await expect(stale).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_board_fits_the_width_of_a_phone(chromium: Browser, house: House, language: str) -> None:
    user = house.core.users.by_login("admin")
    assert user
    await house.core.users.change(user.id, locale=language)
    wait(house, "c1")
    talk(house, "c2")
    page = await board_of(chromium, house, {"width": 360, "height": 740})
    await expect(page.locator("[data-list=calls] tbody tr")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def board_of(chromium: Browser, house: House, viewport: dict[str, int]) -> Page:
    context = await chromium.new_context(viewport=viewport)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{house.url}/sign-in?next=%2Fboard")
    await page.locator("[name=login]").fill("admin")
    await page.locator("[name=password]").fill("correct horse")
    await page.locator("button.btn-primary").click()
    await live(page)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_board_has_no_accessibility_violations(chromium: Browser, house: House, scheme: str) -> None:
    page = await board(chromium, house, color_scheme=scheme, reduced_motion="reduce")
    assert await violations(page) == []
    wait(house, "c1", waited=65)
    talk(house, "c2")
    await expect(page.locator("[data-list=calls] tbody tr")).to_have_count(2)
    assert await violations(page) == []
    await page.get_by_role("button", name="Wall").click()
    assert await violations(page) == []


async def test_real_calls_appear_on_the_board(chromium: Browser, desk: Desk, asterisk: Lab) -> None:
    page = await panel(chromium, desk, "sue", "/board")
    sales = page.locator("[data-list=queues] tbody tr", has_text="sales")
    await expect(sales.locator("[data-f=waiting]")).to_have_text("0")
    async with Stage(asterisk) as stage:
        await stage.register("101")
        waiting = await (await stage.caller()).dial("701")
        await expect(sales.locator("[data-f=waiting]")).to_have_text("1")
        outside = await (await stage.caller(ADA_NUMBER)).dial("101")
        await stage.answers("101")
        row = page.locator("[data-list=calls] tbody tr", has_text=ADA)
        await expect(row).to_contain_text("Talking")
        await expect(row).to_contain_text("Agent 101")
        await expect(page.locator("[data-list=agents] li", has_text="Agent 101")).to_contain_text("Talking")
        begun = await row.locator("time").text_content()
        await expect(row.locator("time")).not_to_have_text(begun or "")
        await waiting.hang_up()
        await expect(sales.locator("[data-f=waiting]")).to_have_text("0")
        await expect(sales.locator("[data-f=abandoned]")).to_have_text("1")
        await outside.hang_up()
        await expect(page.get_by_text("Nobody is on the phone")).to_be_visible()
        await expect(page.locator('[data-tile="answered"] strong')).to_have_text("1")
