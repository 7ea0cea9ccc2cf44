"""Open panels: a real Chromium that says when a card was painted, and bare streams that only read."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
WATCH = """
window.painted = [];
const seen = new Set();
const note = (id) => requestAnimationFrame(() => {
  const after = new MessageChannel();  // its message is handled when the frame has been painted
  after.port1.onmessage = () => painted.push([id, performance.timeOrigin + performance.now()]);
  after.port2.postMessage(0);
});
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    const id = node.dataset?.pop;
    if (id && !seen.has(id)) { seen.add(id); note(id); }
  }
}).observe(document, { childList: true, subtree: true });
"""
_POP = re.compile(rb'data: \{"id": ?"([^"]+)"')
CLOCK = "[Date.now(), performance.timeOrigin + performance.now()]"


@asynccontextmanager
async def browser_page(url: str, cookie: str = "") -> AsyncIterator[Page]:
    """A page at `url` in Debian's Chromium that keeps, in `painted`, [pop id, Unix milliseconds] of each card."""
    path = shutil.which("chromium") or "chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        context = await browser.new_context()
        if cookie:
            name, _, value = cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": url}])
        page = await context.new_page()
        await page.add_init_script(WATCH)
        await page.goto(url)
        yield page
        await browser.close()


async def painted(page: Page) -> list[float]:
    """When each card was painted, in the order of their coming: Unix seconds by the clock of `time.time`."""
    skew = await _skew(page)
    return [(at - skew) / 1000 for _, at in await page.evaluate("painted")]


async def _skew(page: Page) -> float:
    """Milliseconds that the page's clock is ahead: it counts from the page's start, and the system's may be set."""
    ahead = []
    for _ in range(20):
        before = time.time() * 1000
        _, now = await page.evaluate(CLOCK)
        ahead.append(now - (before + time.time() * 1000) / 2)
    ahead.sort()
    return ahead[len(ahead) // 2]


class Stream:
    """One open panel without a browser: reads its events and keeps when each pop first came."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self.came: list[float] = []
        self._seen: set[bytes] = set()

    async def run(self, opened: asyncio.Event) -> None:
        """Read for ever; sets `opened` at the first bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        writer.write(f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self._cookie}\r\n\r\n".encode())
        assert b" 200 " in await reader.readline()
        await reader.readuntil(b"event: hello")
        opened.set()
        while line := await reader.readline():
            if found := _POP.match(line):
                self._note(found[1])

    def _note(self, pop: bytes) -> None:
        if pop not in self._seen:
            self._seen.add(pop)
            self.came.append(time.time())
