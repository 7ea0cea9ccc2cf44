"""Ringdesk itself, as a child of the demo."""

import asyncio
import sys
import time

import aiohttp

from ari_app.demo.files import Demo
from ari_app.demo.lab import STOP_SECONDS, dies_with_us
from screenpop.errors import RingdeskError

READY_SECONDS = 60.0
RUN = "import sys; from ari_app.main import main; sys.exit(main())"


class Service:
    """`ringdesk run` as a child process; what it says goes to ringdesk.log in the data folder."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._process: asyncio.subprocess.Process | None = None
        self.log = demo.data / "ringdesk.log"
        self.started_at = 0.0

    async def start(self) -> None:
        """Start it and wait until it is attached. Raises RingdeskError with its last lines."""
        self.started_at = time.monotonic()
        output = await asyncio.to_thread(self.log.open, "ab")
        with output:
            self._process = await asyncio.create_subprocess_exec(
                *dies_with_us(), sys.executable, "-c", RUN, "run", "--config", str(self._demo.config),
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        await self._wait_until_attached()

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End it cleanly, or at least surely."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _wait_until_attached(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while not await _answers(session, f"{self._demo.url}/ready"):
                if self._process is None or self._process.returncode is not None or time.monotonic() > deadline:
                    raise RingdeskError(f"Ringdesk did not start; the end of {self.log}:\n{self.last_lines()}")
                await asyncio.sleep(0.1)

    def last_lines(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
