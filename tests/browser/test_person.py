"""A person's conversations: drawn, reached from the board and the log, for every eye, and on a phone."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, expect

from screenpop.store.tables import call
from tests.browser.house import House, open_house
from tests.browser.test_panel import live, sign_in, violations

pytestmark = pytest.mark.feature("ANAL-03")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def analysed(house: House) -> str:
    """Calls of 101 in the last weeks, as analyses and reviews leave them; the id of 101."""
    agent = house.core.users.by_login("101")
    assert agent
    chance = random.Random(3)
    rows = [
        {
            "id": f"a{number}", "direction": "incoming", "number": "+49301234567", "agent": "101", "user_id": agent.id,
            "started_at": datetime.now(UTC) - timedelta(days=number % 25, hours=1), "answered_at": datetime.now(UTC),
            "ended_at": datetime.now(UTC), "talk_seconds": 90.0, "result": "answered",
            "talk_share": chance.uniform(0.3, 0.7), "sentiment": chance.uniform(-0.5, 0.5),
            "score": chance.choice((None, 70.0, 95.0)),
        }
        for number in range(60)
    ]  # fmt: skip
    async with house.core.store.begin() as tx:
        await tx.execute(sa.insert(call), rows)
    return agent.id


@pytest.mark.parametrize(
    ("language", "context"),
    [
        ("en", {"color_scheme": "dark"}),
        ("fa", {"color_scheme": "light", "viewport": {"width": 390, "height": 780}}),
    ],
    ids=["dark", "phone"],
)
async def test_page_of_a_person_is_drawn_and_has_no_accessibility_violations(
    chromium: Browser, house: House, language: str, context: dict[str, Any]
) -> None:
    admin, path = house.core.users.by_login("admin"), f"/people/{await analysed(house)}?whole=1"
    assert admin
    page = await sign_in(chromium, house, "admin", reduced_motion="reduce", **context)
    await house.core.users.change(admin.id, locale=language)
    for address, drawn in ((path, 3), (f"{path}&from=2020-01-01&to=2020-01-31", 0)):
        await page.goto(house.url + address)
        await live(page)
        await expect(page.locator('figure[data-drawn="yes"]')).to_have_count(drawn)
        assert await violations(page) == [], address
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


async def test_board_and_log_lead_to_the_page_of_a_person(chromium: Browser, house: House) -> None:
    person = await analysed(house)
    page = await sign_in(chromium, house, "admin")
    for path in ("/board", "/calls"):
        await page.goto(house.url + path)
        await page.locator(f'a[href="/people/{person}"]').first.click()
        await expect(page.locator(".tiles [data-measure=tone]")).to_be_visible()
