"""A panel as a test sees it: subscribe first, then fetch, then apply what came meanwhile."""

import asyncio
import json
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from tests.until import until

Client = TestClient[web.Request, web.Application]


class Panel:
    """One open stream, and the pops that follow from snapshot and events."""

    def __init__(self, client: Client, stream: ClientResponse) -> None:
        self.client = client
        self.pops: dict[str, dict[str, Any]] = {}
        self.events: list[tuple[str, str, Any]] = []
        self.ended = False
        self._reader = asyncio.create_task(self._read(stream))

    @classmethod
    async def open(cls, client: Client, last_id: str = "") -> "Panel":
        """Subscribe, fetch, apply."""
        stream = await client.get("/stream", headers={"Last-Event-ID": last_id} if last_id else {})
        assert stream.status == 200
        panel = cls(client, stream)
        await until(lambda: panel.events or panel.ended)
        if not last_id:
            await panel.fetch()
        return panel

    async def fetch(self) -> None:
        for pop in (await self.snapshot()).values():
            self._apply("pop", pop)

    async def snapshot(self) -> dict[str, dict[str, Any]]:
        """What the server says is on this screen, afresh."""
        answer = await self.client.get("/api/pops")
        return {pop["id"]: pop for pop in (await answer.json())["pops"]}

    def of(self, kind: str) -> list[Any]:
        return [data for _, each, data in self.events if each == kind]

    @property
    def last_id(self) -> str:
        return next(event_id for event_id, _, _ in reversed(self.events) if event_id)

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self, stream: ClientResponse) -> None:
        async with stream:
            event: dict[str, str] = {}
            async for raw in stream.content:
                line = raw.decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif "event" in event:
                    self._take(event)
                    event = {}
        self.ended = True

    def _take(self, event: dict[str, str]) -> None:
        data = json.loads(event["data"])
        self.events.append((event.get("id", ""), event["event"], data))
        self._apply(event["event"], data)

    def _apply(self, kind: str, data: Any) -> None:
        if kind == "pop_gone":
            self.pops.pop(data["id"], None)
        elif kind == "pop" and data["version"] >= self.pops.get(data["id"], {"version": 0})["version"]:
            self.pops[data["id"]] = data
