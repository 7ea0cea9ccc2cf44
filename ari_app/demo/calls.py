"""Sample calls for whoever asks: the panel's button and `ringdesk demo call` talk to the demo's robots through a
socket in the demo's folder, one JSON object a line."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from ari_app.demo.people import PLACES, has_phone
from ari_app.demo.robots import Plan, Robots
from screenpop.errors import BadInput, NotFound, PbxRefused, RingdeskError
from screenpop.pbx import NOBODY_HAS, SamplePlace

START_SECONDS = 10.0
NOT_RUNNING = "the demo does not run in {folder}: start it with `make demo` or `ringdesk demo`"


class CallDesk:
    """Takes orders for sample calls at a Unix socket that only its owner may open."""

    def __init__(self, robots: Robots, path: Path) -> None:
        self._robots, self._path = robots, path
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; a socket that an earlier run left is replaced."""
        await asyncio.to_thread(self._path.unlink, True)
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=65536)
        await asyncio.to_thread(self._path.chmod, 0o600)

    async def stop(self) -> None:
        """End the calls that are up, and the socket."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.to_thread(self._path.unlink, True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._play(await reader.readline(), writer)
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _play(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            plan = Plan(**json.loads(line)).check()
            async with contextlib.aclosing(self._robots.play(plan)) as stages:
                async for stage in stages:
                    await _tell(writer, {"stage": stage})
        except (TypeError, ValueError):
            await _tell(writer, {"error": "not a call"})
        except RingdeskError as error:
            await _tell(writer, {"error": str(error)})


async def _tell(writer: asyncio.StreamWriter, message: dict[str, str]) -> None:
    """Say it to whoever asked, who may have gone: the call goes on without him."""
    with contextlib.suppress(ConnectionError):
        writer.write(json.dumps(message).encode() + b"\n")
        await writer.drain()


class DemoCalls:
    """Places sample calls in the demo whose data is in `folder` (`screenpop.pbx.SampleCalls`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def places(self) -> Sequence[SamplePlace]:
        """Extensions, groups, queues and lines of the sample company."""
        return PLACES

    async def place(
        self,
        from_number: str,
        to_extension: str,
        name: str = "",
        ring: float = 6.0,
        talk: float = 20.0,
        answer: bool = True,
    ) -> None:
        """Place one call; returns when the phone rings, and the call goes on by itself.

        Raises BadInput for what cannot be dialled, NotFound when the demo does not run, PbxRefused when nothing rang.
        """
        stages = self.follow(Plan(from_number, to_extension, name, ring, talk, answer))
        async with asyncio.timeout(START_SECONDS), contextlib.aclosing(stages):
            async for stage in stages:
                if stage in ("ringing", "answered"):
                    return
                if stage == "refused" and not has_phone(to_extension):
                    raise BadInput(NOBODY_HAS, "to", number=to_extension)
                if stage != "calling":
                    raise PbxRefused(f"nothing rang at {to_extension}: {stage.replace('_', ' ')}")

    async def follow(self, plan: Plan) -> AsyncGenerator[str, None]:
        """Place one call and tell its stages: calling, ringing, answered, ended, or why it was not answered."""
        reader, writer = await self._connect()
        try:
            order = {"from_number": plan.from_number, "to": plan.to, "name": plan.name}
            order_times: dict[str, Any] = {"ring": plan.ring, "talk": plan.talk, "answer": plan.answer}
            writer.write(json.dumps(order | order_times).encode() + b"\n")
            while line := await reader.readline():
                answer = json.loads(line)
                if "error" in answer:
                    raise BadInput(answer["error"])
                yield answer["stage"]
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            text = await asyncio.to_thread((self._folder / "demo.json").read_text)
            return await asyncio.open_unix_connection(json.loads(text)["control"])
        except (OSError, ValueError, KeyError):
            raise NotFound(NOT_RUNNING.format(folder=self._folder)) from None
