"""Cards at work in Chromium: nothing typed is lost, nothing that rings is hidden, the bar stays within reach."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from screenpop.customers.model import NewCustomer
from tests.browser.house import KNOWN, STRANGER, House, open_house
from tests.browser.test_panel import live, note, searched, sign_in
from tests.pbx.desk import until


class Control:
    """Notes what is dialled."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, str, str]] = []

    async def originate(self, extension: str, number: str, caller_name: str = "") -> None:
        self.dialled.append((extension, number, caller_name))

    async def hang_up(self, call_id: str, extension: str) -> None:
        raise NotImplementedError


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
async def house(tmp_path: Path, control: Control) -> AsyncIterator[House]:
    async with open_house(tmp_path, control) as house:
        yield house


def search(page: Page) -> Locator:
    return page.locator(".pop [data-candidates]")


async def is_in_sight(card: Locator) -> bool:
    """Can the name in the card's head be seen, in its stack and uncovered?"""
    return bool(
        await card.locator(".card-folded-name").evaluate(
            "name => { const box = name.getBoundingClientRect();"
            " return name.contains(document.elementFromPoint(box.left + 4, box.top + box.height / 2)); }"
        )
    )


# ---------------------------------------------------------------- the bar


async def test_menus_of_the_bar_open_over_the_cards(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    await page.locator(".pop").wait_for()
    await page.locator("#presence summary").click()
    async with page.expect_response("**/api/presence"):
        await page.locator("#presence [data-choose=away]").click()
    await expect(page.locator("#presence summary")).to_contain_text("Away")
    await page.get_by_label("Your menu").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Login")).to_be_visible()


@pytest.mark.feature("CALL+07")
async def test_bar_says_that_pop_ups_are_off_on_every_page(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/customers")
    await live(page)
    off = page.get_by_role("link", name="Pop-ups off")
    await expect(off).to_be_hidden()
    me = house.core.users.by_login("101")
    assert me
    await house.core.users.prefer(me.id, {"popups_on": False})
    await expect(off).to_be_visible()
    await page.reload()
    await off.click()
    await expect(page).to_have_url(f"{house.url}/settings#phone")


async def test_bar_says_what_the_own_phone_does(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    mine = page.locator("#presence summary")
    await expect(mine).not_to_contain_text("Ringing", use_inner_text=True)
    house.ring("c1")
    await expect(mine).to_contain_text("Ringing", use_inner_text=True)
    await page.reload()
    await expect(mine).to_contain_text("Ringing", use_inner_text=True)
    house.answer("c1")
    await expect(mine).to_contain_text("Talking", use_inner_text=True)
    house.end("c1")
    await expect(mine).not_to_contain_text("Talking", use_inner_text=True)


async def test_state_of_the_pbx_is_unknown_without_a_connection(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    await expect(page.locator("#pbx")).to_have_text("PBX connected")
    await page.context.set_offline(True)
    house.core.hub.disconnect(session="", user_id=str(await page.locator("body").get_attribute("data-user")))
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await expect(page.locator("#pbx")).to_have_text("State of the PBX unknown")
    await page.context.set_offline(False)
    await expect(page.locator("#pbx")).to_have_text("PBX connected")


async def test_letters_after_g_lead_to_each_section(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    for letter, path in (("l", "/calls"), ("c", "/customers"), ("s", "/settings"), ("a", "/admin"), ("h", "/")):
        await page.keyboard.press("g")
        await page.keyboard.press(letter)
        await expect(page).to_have_url(f"{house.url}{path}")
        await live(page)


async def test_letter_leads_nowhere_where_another_key_came_between(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    for key in ("g", "j", "c", "?"):
        await page.keyboard.press(key)
    await expect(page.locator("dialog[open]")).to_be_visible()
    await expect(page).to_have_url(f"{house.url}/")


# ---------------------------------------------------------------- nothing typed is lost


@pytest.mark.feature("CALL-26")
async def test_half_typed_customer_survives_page_loads(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER)
    await page.locator(".pop").get_by_text("New customer").click()
    await page.get_by_label("Name", exact=True).fill("Klara")
    await page.goto(f"{house.url}/customers")
    await live(page)
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Klara")
    await expect(page.get_by_label("Name", exact=True)).not_to_be_focused()
    house.answer("c1")
    await page.reload()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Klara")
    await page.get_by_role("button", name="Save customer").click()
    await expect(page.locator(".card-name")).to_have_text("Klara")
    assert await page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('entry:'))") == []


@pytest.mark.feature("CALL-28")
async def test_half_typed_search_survives_page_loads(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER)
    await page.locator(".pop").get_by_text("Add this number to").click()
    await search(page).press_sequentially("lovel")
    await searched(page, "lovel")
    await expect(page.locator("[data-found] button")).to_contain_text("Ada Lovelace")
    await page.reload()
    await expect(search(page)).to_have_value("lovel")
    await expect(page.locator("[data-found] button")).to_contain_text("Ada Lovelace")


@pytest.mark.feature("CALL-26")
async def test_customer_saved_in_one_tab_is_no_draft_in_the_other(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER)
    await page.locator(".pop").get_by_text("New customer").click()
    await page.get_by_label("Name", exact=True).fill("Klara")
    other = await page.context.new_page()
    await other.goto(house.url)
    await expect(other.get_by_label("Name", exact=True)).to_have_value("Klara")
    await page.get_by_role("button", name="Save customer").click()
    for tab in (page, other):
        await expect(tab.locator(".card-name")).to_have_text("Klara")
        await expect(tab.get_by_label("Name", exact=True)).to_have_count(0)


# ---------------------------------------------------------------- several cards


@pytest.mark.feature("CALL-34")
async def test_name_of_a_second_call_stays_in_sight_while_a_note_is_typed(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, viewport={"width": 1280, "height": 860})
    house.ring("c1")
    house.answer("c1")
    await note(page).press_sequentially("Wants ")
    house.ring("c2", STRANGER)
    ringing = page.locator(".pop[data-state=ringing]")
    await ringing.wait_for()
    await page.keyboard.type("it by Monday")
    for line in range(12):
        await page.keyboard.press("Enter")
        await page.keyboard.type(f"line {line}")
        assert await is_in_sight(ringing)
    await expect(page.locator(".pop[data-state=answered]").get_by_label("Note on this call")).to_be_focused()
    await page.locator("h1").click()
    await expect(ringing.locator(".card-name")).to_be_visible()


async def test_finished_cards_are_put_away_together(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    clear = page.get_by_role("button", name="Put all away")
    for call in ("c1", "c2", "c3"):
        await expect(clear).to_be_visible() if call == "c3" else await expect(clear).to_be_hidden()
        house.ring(call)
        house.end(call, "missed")
        await expect(page.locator(f"[data-pop={call}-101]")).to_have_attribute("data-state", "missed")
    house.ring("c4")
    await expect(page.locator(".pop")).to_have_count(4)
    await clear.click()
    await expect(page.locator(".pop")).to_have_count(1)
    await expect(clear).to_be_hidden()
    await page.reload()
    await live(page)
    await expect(page.locator(".pop")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_folded_name_begins_where_the_panel_does(chromium: Browser, house: House, language: str) -> None:
    me = house.core.users.by_login("101")
    assert me
    await house.core.users.change(me.id, locale=language)
    (ada,) = (await house.core.customers.search("Ada")).rows
    page = await sign_in(chromium, house)
    starts = []
    for name in ("شیرین", "Ada"):
        now = await house.core.customers.get(ada.id)
        await house.core.customers.update(ada.id, {"name": name}, now.version, "system")
        house.ring(f"c-{name}")
        card = page.locator(".pop").first
        await expect(card.locator(".card-name")).to_have_text(name)
        await page.keyboard.press("Alt+m")
        starts.append(
            await card.locator(".card-folded-name").evaluate(
                "name => { const range = document.createRange(); range.selectNodeContents(name);"
                " const [text, box] = [range.getBoundingClientRect(), name.getBoundingClientRect()];"
                " return Math.round(document.dir === 'rtl' ? box.right - text.right : text.left - box.left); }"
            )
        )
        house.end(f"c-{name}")
    assert starts == [0, 0]


# ---------------------------------------------------------------- what is done on a card


@pytest.mark.feature("CALL-28", "CALL-29")
async def test_arrow_goes_into_what_was_found_and_enter_takes_it(chromium: Browser, house: House) -> None:
    await house.core.customers.create(NewCustomer(name="Ada Byron"), "system")
    page = await sign_in(chromium, house)
    house.ring("c1", STRANGER)
    await page.locator(".pop").get_by_text("Add this number to").click()
    await search(page).press_sequentially("ada")
    await searched(page, "ada")
    found = page.locator("[data-found] button")
    await expect(found).to_have_count(2)
    for key, focused in (("ArrowDown", found.nth(0)), ("ArrowUp", search(page)), ("ArrowDown", found.nth(0))):
        await page.keyboard.press(key)
        await expect(focused).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card-name")).to_have_text("Ada Lovelace")


@pytest.mark.feature("CALL-18")
async def test_withheld_caller_is_recognised(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1", "anonymous", name="anonymous")
    await expect(page.locator(".pop .card-name")).to_have_text("Number withheld")
    await expect(page.locator("#announce")).to_have_text("Ringing: Number withheld")
    await page.get_by_text("Who is it?").click()
    await search(page).press_sequentially("lovel")
    await searched(page, "lovel")
    await expect(page.locator("[data-found] button")).to_contain_text("Ada Lovelace")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card-name")).to_have_text("Ada Lovelace")
    (ada,) = (await house.core.customers.search("Ada")).rows

    async def is_hers() -> bool:
        return (await house.core.calls.get("c1")).customer_id == ada.id  # the row is written after the card

    await until(is_hers, "the call is Ada's")
    assert ada.numbers == 1
    await page.get_by_role("button", name="It is somebody else").click()
    await expect(page.locator(".card-name")).to_have_text("Number withheld")


@pytest.mark.feature("CALL-34")
async def test_chosen_result_is_taken_back_by_another_click(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    house.answer("c1")
    done = page.locator(".card-result", has_text="Done")
    for chosen in ("done", "", "done"):
        await done.click()
        await expect(page.locator(".card-saved")).to_have_text("Saved")
        await expect(page.locator("form.card-work")).to_have_attribute("data-result", chosen)
        assert (await house.core.calls.get("c1")).disposition == chosen
    await page.reload()
    await expect(done.locator("input")).to_be_checked()
    await done.click()
    await expect(page.locator("form.card-work")).to_have_attribute("data-result", "")


async def test_call_back_rings_the_own_phone_first(chromium: Browser, house: House, control: Control) -> None:
    page = await sign_in(chromium, house)
    house.ring("c1")
    house.end("c1", "missed")
    await expect(page.locator("#pbx")).to_have_attribute("data-state", "up")
    await page.locator(".pop").get_by_role("link", name="Call back").click()
    await expect(page.locator("#toasts")).to_contain_text("Your phone rings first")
    assert control.dialled == [("101", KNOWN, "Ada Lovelace")]
