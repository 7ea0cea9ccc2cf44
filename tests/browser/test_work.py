"""What people write on a call, in a real browser: saved without a new page, and back on the list when undone."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import House
from tests.browser.test_panel import house, sign_in, violations

__all__ = ["house"]


@pytest.mark.feature("CALL+12")
async def test_call_is_tagged_handed_on_and_followed_up(chromium: Browser, house: House) -> None:
    house.ring("c1")
    house.answer("c1")
    house.end("c1")
    await house.core.calls.flush()
    page = await sign_in(chromium, house)
    await page.goto(f"{house.url}/calls/c1")
    work = page.locator("#work")
    await work.get_by_label("New tag").fill("roof")
    await work.get_by_label("New tag").press("Enter")
    await expect(work.locator(".work-tag")).to_have_text("roof")
    await work.get_by_label("Passed on").check()
    await work.get_by_label("Your note").fill("Asks for the brass wheels.")
    await work.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    await work.get_by_role("button", name="in an hour").click()
    await expect(work.get_by_text("To do")).to_be_visible()
    call = await house.core.calls.get("c1")
    assert (call.tags, call.disposition, [note.text for note in call.notes]) == (
        ("roof",),
        "passed_on",
        ["Asks for the brass wheels."],
    )
    await expect(page.locator(".story-step").last).to_contain_text("The call ended")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.goto(f"{house.url}/calls/c1")
        assert await violations(page) == []
        await page.goto(f"{house.url}/calls/follow-ups")
        assert await violations(page) == []

    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("Nothing to follow up")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()

    assert (await house.core.calls.get("c1")).follow_up_done_at is None
