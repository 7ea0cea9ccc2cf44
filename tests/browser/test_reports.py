"""Reports in Chromium: a period is picked, plots are drawn, and a figure leads to its calls."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from screenpop.customers.model import NewCustomer
from tests.browser.house import House, open_house
from tests.browser.test_panel import live, sign_in, violations
from tests.month import random_calls, write_calls

pytestmark = pytest.mark.feature("CALL-33", "REP-04", "RATE-09")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A panel with two months of calls."""
    async with open_house(tmp_path) as house:
        users = [(user.extensions[0], user.id) for user in house.core.users.all()]
        made = [await house.core.customers.create(NewCustomer(name=name), "system") for name in ("Köhler", "نسرین")]
        start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=59)
        await write_calls(
            house.core.store, random_calls(1_200, start, 59.9, users=users, customers=[each.id for each in made])
        )
        yield house


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


async def tile(page: Page, key: str) -> int:
    return number(await page.locator(f'[data-measure="{key}"] strong').inner_text())


async def test_period_is_picked_plots_are_drawn_and_figures_lead_to_their_calls(
    chromium: Browser, house: House
) -> None:
    page = await sign_in(chromium, house, "admin")
    await page.get_by_role("link", name="Reports", exact=True).click()
    await expect(page.locator('figure[data-drawn="yes"]')).to_have_count(3)
    month = await tile(page, "incoming")
    await page.get_by_label("Period").select_option("last_week")
    await page.wait_for_url("**/reports?period=last_week")
    await expect(page.locator('figure[data-drawn="yes"]')).to_have_count(3)
    week = await tile(page, "incoming")
    assert 0 < week < month
    drawn = await page.locator('figure[data-key="volume"] canvas').evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert drawn > 4
    await page.locator('figure[data-key="volume"] .u-over').hover(position={"x": 300, "y": 60})
    await expect(page.locator('figure[data-key="volume"] .plot-tip')).to_contain_text("Answered")
    missed = await tile(page, "missed")
    await page.locator('[data-measure="missed"] strong a').click()
    await expect(page.locator("h1")).to_have_text("Calls")
    assert "result=missed" in page.url
    await expect(page.locator("#results tbody tr")).to_have_count(missed)


async def test_days_of_ones_own_win_over_the_word_beside_them_and_tables_sort(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    day = (datetime.now(UTC) - timedelta(days=10)).date().isoformat()
    await page.goto(f"{house.url}/reports/agents")
    await page.get_by_label("From").fill(day)
    await page.wait_for_url(f"**from={day}**")
    assert "period=" not in page.url
    rows = page.locator("table[data-sort] tbody tr")
    await page.locator("thead th", has_text="Talk time").get_by_role("button").click()
    await expect(page.locator("th[aria-sort=descending]")).to_have_text("Talk time")
    values = [
        float(await row.locator('[data-measure="talk_sum"]').get_attribute("data-value") or 0)
        for row in await rows.all()
    ]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)


CENTRES = """
rows => rows.map((row) => {
  const middle = (box) => { const at = box.getBoundingClientRect(); return (at.top + at.bottom) / 2; };
  const counts = [...row.querySelectorAll("td")].filter((cell) => !cell.querySelector(".sample"));
  return Math.max(...counts.map((cell) => Math.abs(middle(cell.querySelector(".nums")) - middle(row))));
})
"""
FROM_THE_SIDE = """
figures => figures.map((figure) =>
  figure.closest(".tile").getBoundingClientRect().right - figure.firstElementChild.getBoundingClientRect().right)
"""


async def test_figures_stand_in_line_whether_they_lead_somewhere_or_not(chromium: Browser, house: House) -> None:
    page = await sign_in(chromium, house, "admin")
    day = f"{datetime.now(UTC) - timedelta(days=20):%Y-%m-%d}"
    await page.goto(f"{house.url}/reports/hours?from={day}&to={day}&whole=1")
    rows = page.locator("#report tbody tr:has(td[data-measure])")
    assert await rows.locator(".cell-link").count() > 0
    assert await rows.locator("td > .nums").count() > 0
    assert max(await rows.evaluate_all(CENTRES)) < 2


async def test_figures_of_tiles_begin_where_their_words_do_in_persian(chromium: Browser, house: House) -> None:
    user = house.core.users.by_login("admin")
    assert user
    await house.core.users.change(user.id, locale="fa")
    page = await sign_in(chromium, house, "admin")
    await page.goto(f"{house.url}/reports?whole=1")
    sides = await page.locator(".report-tile strong").evaluate_all(FROM_THE_SIDE)
    assert len(sides) > 10
    assert max(sides) - min(sides) < 2


async def test_slow_report_fetches_itself(chromium: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.reports.pages.PATIENCE", 0.0)
    page = await sign_in(chromium, house, "admin")
    await page.goto(f"{house.url}/reports")
    await expect(page.locator('figure[data-drawn="yes"]')).to_have_count(3)
    assert await tile(page, "incoming") > 0


PHONE = {"viewport": {"width": 390, "height": 780}}


@pytest.mark.parametrize("context", [{"color_scheme": "dark"}, PHONE], ids=["dark", "phone"])
async def test_pages_of_reports_have_no_accessibility_violations(
    chromium: Browser, house: House, context: dict[str, Any]
) -> None:
    page = await sign_in(chromium, house, "admin", reduced_motion="reduce", **context)
    for path in ("", "/agents", "/hours", "/schedules", "/definitions"):
        await page.goto(f"{house.url}/reports{path}?whole=1")
        await live(page)
        await page.locator("details.plot-table").evaluate_all("all => all.forEach((each) => (each.open = true))")
        found = await violations(page)
        assert found == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
