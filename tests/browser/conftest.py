"""A real Chromium on a real Ringdesk beside a real Asterisk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from ari_app.demo.lab import Lab
from tests.pbx.desk import Desk, make_desk
from tests.pbx.fixtures import asterisk, stage
from tests.pbx.sipp import Sipp

__all__ = ["asterisk", "stage"]

expect.set_options(timeout=30_000)  # as long as the browser's own limits: a busy machine may take its time

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(FLAGS), timeout=120_000
        )
        yield browser
        await browser.close()


@pytest.fixture
async def desk(asterisk: Lab, tmp_path: Path) -> AsyncIterator[Desk]:
    """Ringdesk in its own process, attached to `asterisk`."""
    desk = await make_desk(asterisk, tmp_path / "desk")
    await desk.start()
    yield desk
    await desk.kill()


@pytest.fixture
async def sipp(asterisk: Lab, tmp_path: Path) -> AsyncIterator[Sipp]:
    """Callers and phones on `asterisk`."""
    async with Sipp(asterisk, tmp_path / "sipp") as sipp:
        yield sipp
