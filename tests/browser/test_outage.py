"""The PBX dies while an agent talks: what the agent's screen says, and that it comes back by itself."""

from playwright.async_api import Browser, expect

from ari_app.demo.lab import Lab
from tests.browser.test_pop import LONG, becomes, panel
from tests.pbx.desk import ADA_NUMBER, Desk
from tests.pbx.sipp import Sipp


async def test_panel_says_that_the_pbx_is_away_and_that_it_is_back(
    chromium: Browser, asterisk: Lab, desk: Desk, sipp: Sipp
) -> None:
    page = await panel(chromium, desk)
    bar = page.locator("#pbx")
    await expect(bar).to_have_text("PBX connected")
    await sipp.phone("101", ring=0.5, talk=LONG)
    await sipp.call(ADA_NUMBER, "101", talk=LONG)
    await becomes(page, "answered")
    await asterisk.kill()
    await expect(bar).to_have_text("PBX not reachable")
    await asterisk.start()
    await expect(bar).to_have_text("PBX connected")
    await becomes(page, "ended")
