"""The least it can take: a bare server that passes a line on as an event to a bare page, which shows and paints it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from ari_app.demo.ports import free_ports
from tests.bench.panels import browser_page, painted

PAGE = """<!doctype html><title>floor</title><div id="pops"></div><script>
const source = new EventSource("/stream");
source.addEventListener("pop", (event) => document.getElementById("pops").innerHTML = JSON.parse(event.data).html);
source.onopen = () => document.documentElement.dataset.live = "yes";
</script>"""


async def to_paint(calls: int, every: float) -> list[float]:
    """Milliseconds from a line on a socket to the painted element, by the same clocks as the real card."""
    async with _bare() as (port, url), browser_page(url) as page:
        await page.wait_for_selector("html[data-live=yes]")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        written = []
        for serial in range(calls):
            written.append(time.time())
            writer.write(b'data: {"html":"<article data-pop=%d>A card</article>"}\n' % serial)
            await asyncio.sleep(every)
        seen = await painted(page)
        writer.close()
    return [(end - start) * 1000 for start, end in zip(written, seen, strict=True)]


async def round_trip(count: int) -> list[float]:
    """Milliseconds of a line to a bare echo on loopback and back."""

    over = asyncio.Event()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()
        over.set()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    times = []
    for _ in range(count):
        start = time.perf_counter()
        writer.write(b"Event: DialBegin\n")
        await reader.readline()
        times.append((time.perf_counter() - start) * 1000)
    writer.close()
    await over.wait()
    server.close()
    return times


@asynccontextmanager
async def _bare() -> AsyncIterator[tuple[int, str]]:
    """A socket for lines and the address of the page that shows them."""
    streams: list[web.StreamResponse] = []

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        streams.append(response)
        await asyncio.Event().wait()
        return response

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            for response in streams:
                await response.write(b"event: pop\n" + line + b"\n")
        writer.close()

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/stream", stream)])
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    lines = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    yield lines.sockets[0].getsockname()[1], f"http://127.0.0.1:{port}/"
    lines.close()
    await runner.cleanup()
