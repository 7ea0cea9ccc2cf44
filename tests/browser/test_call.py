"""A call's page in Chromium, with real sound: it plays, is followed, sought and skipped, and everybody can use it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from screenpop.facts import AnalysisChanged
from tests.browser.house import House, open_house
from tests.browser.test_panel import fetched, live, sign_in, violations
from tests.web.recorded import SAID, analysed, asked, recorded, report

pytestmark = pytest.mark.feature("CALL+13", "ANAL-03")
SOUND_ASKED = "audio/r1"
SLOWLY = "() => { const a = document.querySelector('audio'); a.defaultPlaybackRate = a.playbackRate = 0.2; }"
"""So slowly that the first line is still said when the test looks at it."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A recorded and analysed call of 101 with Ada Lovelace."""
    async with open_house(tmp_path) as house:
        for login in ("101", "admin"):
            user = house.core.users.by_login(login)
            assert user
            await house.core.users.prefer(user.id, {"popups_on": False})
        house.ring("c1")
        house.answer("c1")
        house.end("c1")
        await house.core.calls.flush()
        await recorded(house.core.store, tmp_path / "recordings", "c1", found=report())
        yield house


async def opened(chromium: Browser, house: House, address: str = "/calls/c1", **context: Any) -> Page:
    page = await sign_in(chromium, house, "admin", **context)
    await page.goto(house.url + address)
    await live(page)
    return page


async def at_least(page: Page, second: float) -> None:
    """Until the sound is there."""
    await page.wait_for_function("second => document.querySelector('audio').currentTime >= second", arg=second)


async def painted(page: Page, name: str) -> list[str]:
    """The texts that are painted with this highlight."""
    texts: list[str] = await page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(String)", f"call-{name}")
    return texts


async def test_sound_is_loaded_when_asked_for_and_text_follows_until_somebody_scrolls(
    chromium: Browser, house: House
) -> None:
    page = await opened(chromium, house, viewport={"width": 1100, "height": 560})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if SOUND_ASKED in request.url else None)
    await expect(page.get_by_role("slider", name="Position")).to_be_visible()
    assert asked == []
    await page.evaluate(SLOWLY)
    await page.get_by_role("button", name="Play", exact=True).click()
    await at_least(page, 0.9)
    assert asked
    await expect(page.locator(".line.is-now .line-text")).to_have_text(SAID[0][2])
    assert (await painted(page, "now"))[0] in SAID[0][2].split()
    follow = page.get_by_role("button", name="Follow")
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await page.locator("[data-lines]").hover()
    await page.mouse.wheel(0, 60)
    await expect(follow).to_have_attribute("aria-pressed", "false")
    await follow.click()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("[data-player]")).to_have_attribute("data-state", "paused")


async def test_words_times_marks_and_the_waveform_lead_to_their_second(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    shown = page.locator("[data-now]")
    await page.get_by_role("button", name="Play from 0:11").first.click()
    await expect(shown).to_have_text("0:11")
    await page.locator(".line-text").nth(1).click(position={"x": 4, "y": 10})
    await expect(shown).to_have_text("0:03")
    await page.locator("#trackers").get_by_role("button", name="Play from 0:06").click()
    await expect(shown).to_have_text("0:06")
    await page.locator(".flag").first.click()
    await expect(shown).to_have_text("0:00")
    slider = page.get_by_role("slider", name="Position")
    wide = await slider.bounding_box()
    assert wide
    await slider.click(position={"x": wide["width"] / 2, "y": 20})
    await expect(slider).to_have_attribute("aria-valuetext", "0:13 of 0:26")
    await page.get_by_role("button", name="Play", exact=True).click()
    await at_least(page, 13.1)


async def test_everything_is_done_by_keyboard_and_the_speed_is_remembered(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    shown, press = page.locator("[data-now]"), page.keyboard.press
    await press("ArrowRight")
    await press("ArrowRight")
    await expect(shown).to_have_text("0:10")
    await press("ArrowLeft")
    await expect(shown).to_have_text("0:05")
    await press("n")
    await expect(shown).to_have_text("0:06")
    await expect(page.locator("#announce")).to_have_text("0:06 Cancellation: cancelling.")
    await press("]")
    await press("]")
    await expect(page.locator("[data-speed]")).to_have_value("1.5")
    await press("[")
    await expect(page.locator("[data-speed]")).to_have_value("1.25")
    await press("m")
    await expect(page.get_by_role("button", name="Mute: Customer")).to_have_attribute("aria-pressed", "true")
    await press(" ")
    await at_least(page, 7.0)
    assert await page.evaluate("document.querySelector('audio').playbackRate") == 1.25
    await press(" ")
    await expect(page.locator("[data-player]")).to_have_attribute("data-state", "paused")
    await page.reload()
    await live(page)
    await expect(page.locator("[data-speed]")).to_have_value("1.25")
    await page.keyboard.type("?")
    await expect(page.locator("#keys")).to_contain_text("play or pause")


async def test_silence_is_skipped_where_one_wants_that(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house, "/calls/c1?t=13")
    await page.get_by_role("button", name="Skip silence").click()
    await page.evaluate(
        "window.seen = [];"
        "document.querySelector('audio').addEventListener('timeupdate', ({target}) => seen.push(target.currentTime))"
    )
    await page.get_by_role("button", name="Play", exact=True).click()
    await at_least(page, 18.6)
    # Where a busy browser draws no frame for a while, the silence is noticed late: once, and never waited for.
    assert len(await page.evaluate("seen.filter(second => second > 14.5 && second < 17.5)")) <= 1


async def test_words_are_found_and_comments_stand_at_the_second_that_is_heard(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house, "/calls/c1?t=3&q=I+am")
    shown, find = page.locator("[data-now]"), page.get_by_label("Find in the transcript")
    await expect(shown).to_have_text("0:03")
    assert await painted(page, "hit") == ["I am", "I am"]
    assert await painted(page, "unsure") == [line.split()[2] for _, _, line in SAID]
    await find.press("Enter")
    await find.press("Enter")
    await expect(page.locator("[data-found]")).to_have_text("2 / 2")
    await expect(shown).to_have_text("0:08")
    await find.fill("nowhere")
    await expect(page.locator("[data-found]")).to_have_text("0 / 0")
    await find.blur()
    await page.keyboard.press("c")
    await page.keyboard.type("Ask <b>sooner</b>")
    await page.keyboard.press("Enter")
    comment = page.locator(".comment")
    await expect(comment).to_contain_text("Ask <b>sooner</b>")
    await expect(comment.get_by_role("button", name="Play from 0:08")).to_be_visible()
    await expect(page.locator(".flag-comment")).to_have_count(1)
    await comment.locator("summary").click()
    await comment.get_by_label("Comment").fill("Another text")
    await comment.get_by_role("button", name="Save").click()
    await expect(comment.locator("summary")).to_have_text("Another text")
    await comment.locator("summary").click()
    await comment.get_by_role("button", name="Remove").click()
    await expect(page.locator(".comment, .flag-comment")).to_have_count(0)


async def test_link_is_made_opened_by_a_stranger_and_counted(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    await page.get_by_role("button", name="Share").click()
    await page.get_by_text("1 hour").click()
    await page.get_by_role("button", name="Make a link").click()
    link = await page.get_by_label("Link", exact=True).input_value()
    stranger = await (await chromium.new_context()).new_page()
    await stranger.goto(link)
    await stranger.get_by_role("button", name="Play", exact=True).click()
    await at_least(stranger, 0.3)
    assert await violations(stranger) == []
    await page.reload()
    await page.get_by_role("button", name="Share").click()
    await expect(page.get_by_text("opened 1 time")).to_be_visible()
    await page.get_by_role("button", name="End the link").click()
    await expect(page.get_by_text("opened 1 time")).to_have_count(0)
    await stranger.reload()
    await expect(stranger.get_by_role("heading", name="This link is no longer good")).to_be_visible()


async def test_page_has_no_accessibility_violations_and_no_errors_and_fits_a_phone(
    chromium: Browser, house: House
) -> None:
    page = await sign_in(chromium, house, "admin")
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    await page.goto(f"{house.url}/calls/c1?t=5&q=the")
    await live(page)
    assert await violations(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []
    await page.get_by_role("button", name="Share").click()
    assert await violations(page) == []
    me = house.core.users.by_login("admin")
    assert me
    await page.set_viewport_size({"width": 360, "height": 740})
    for language in ("en", "fa"):
        await house.core.users.change(me.id, locale=language)
        await page.reload()
        await live(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert seen == []


async def test_page_follows_an_analysis_until_its_words_are_there(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    store, bus = house.core.store, house.core.bus
    house.ring("c2")
    house.answer("c2")
    house.end("c2")
    await house.core.calls.flush()
    await recorded(store, tmp_path / "recordings", "c2", "r2")
    await asked(store, "c2", "r2", "waiting")
    page = await opened(chromium, house, "/calls/c2")
    await expect(page.get_by_text("Waiting to be analysed")).to_be_visible()
    await asked(store, "c2", "r2", "running", progress=0.1)
    for progress in (0.1, 0.4):
        bus.publish(AnalysisChanged(call_id="c2", recording_id="r2", state="running", progress=progress))
        await house.core.progress.tell()
        await expect(page.locator("[data-percent]")).to_have_text(f"{progress * 100:.0f} %")
    note = page.locator("#work-note")
    await note.fill("Wants a quote")
    await page.get_by_role("heading", name="Recording").click()
    await analysed(store, "c2", "r2", report())
    bus.publish(AnalysisChanged(call_id="c2", recording_id="r2", state="done", progress=1.0))
    async with fetched(page, f"{house.url}/calls/c2"):
        await house.core.progress.tell()
    assert await note.input_value() == "Wants a quote"  # what is typed stays: the page waits with its news
    await note.fill("")
    await expect(page.locator(".line")).to_have_count(len(SAID))
    await expect(page.get_by_role("heading", name="Conversation")).to_be_visible()


async def test_page_is_not_loaded_again_while_nothing_changes(chromium: Browser, house: House) -> None:
    page = await opened(chromium, house)
    await page.evaluate("() => { window.stays = true; }")
    for _ in range(3):
        async with fetched(page, f"{house.url}/calls/c1"):
            house.core.bus.publish(AnalysisChanged(call_id="c1", recording_id="r1", state="done", progress=1.0))
            await house.core.progress.tell()
    assert await page.evaluate("() => window.stays") is True
