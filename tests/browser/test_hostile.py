"""Hostile text from the telephone network, through a real PBX, on a real screen."""

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from tests.browser.test_pop import LONG, becomes, card, panel
from tests.pbx.desk import Desk, rows
from tests.pbx.sipp import Sipp
from tests.pbx.stage import Stage

pytestmark = pytest.mark.feature("CALL-25")

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
LONG_NAME = "Wolfeschlegelstein" * 17  # 306 characters
BREAK = "Mallory%0d%0aEvent: Hangup%0d%0aUniqueid: 1"
BIDI = "\u202eevil\u202c \u0645\u0631\u06cc\u0645"


async def watched(chromium: Browser, desk: Desk) -> tuple[Page, list[str]]:
    """The panel of 101, and what went wrong in it: dialogs that opened and errors of scripts."""
    page, trouble = await panel(chromium, desk), list[str]()

    async def opened(dialog: Dialog) -> None:
        trouble.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    page.on("dialog", opened)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return page, trouble


@pytest.mark.parametrize(
    ("name", "shown"),
    [(SCRIPT, "<script>alert(1)"), (LONG_NAME, LONG_NAME[:40]), (BREAK, "Mallory"), (BIDI, "evil")],
    ids=["script", "long", "line-break", "bidi"],
)
async def test_hostile_caller_name_is_text_and_the_card_keeps_its_shape(
    chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage, name: str, shown: str
) -> None:
    page, trouble = await watched(chromium, desk)
    await stage.register("101")
    await sipp.call("+447400123456", "101", name=name, talk=LONG)
    phone = await stage.rings("101")
    await becomes(page, "ringing")
    await expect(card(page)).to_contain_text(shown)
    assert await card(page).locator("script, img[src=x]").count() == 0
    box = await card(page).bounding_box()
    assert box is not None
    assert box["width"] <= 420
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await phone.answer()
    await becomes(page, "answered")
    await phone.hang_up()
    await becomes(page, "ended")
    assert trouble == []
    await rows(desk, 1, ended=True)


async def test_caller_without_a_number_says_so(chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage) -> None:
    page, trouble = await watched(chromium, desk)
    await stage.register("101")
    await sipp.call("anonymous", "101", name="Anonymous", talk=LONG)
    await stage.rings("101")
    await becomes(page, "ringing")
    await expect(card(page).locator(".card-name")).to_have_text("Number withheld")
    assert trouble == []


async def test_wrong_number_is_shown_as_it_came(chromium: Browser, desk: Desk, sipp: Sipp, stage: Stage) -> None:
    page, trouble = await watched(chromium, desk)
    await stage.register("101")
    await sipp.call("00999123", "101", talk=LONG)
    await stage.rings("101")
    await becomes(page, "ringing")
    await expect(card(page).locator(".card-name")).to_contain_text("00999123")
    assert trouble == []
