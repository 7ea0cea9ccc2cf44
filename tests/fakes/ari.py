"""A REST interface that records what it was asked and answers what it is told to."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class FakeAri:
    """`answers` maps "GET /channels" to what is answered: JSON, (status, JSON), bytes, or a function that gives it."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Method and raw path with its query, of each request."""
    password: str = "s3cret"
    url: str = ""
    sockets: list[web.WebSocketResponse] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path.removeprefix('/ari')}")
        expected = base64.b64encode(f"ringdesk:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return web.json_response({"error": "Authentication required"}, status=401)
        if request.path == "/ari/events":
            return await self._stream(request)
        answer = self.answers.get(f"{request.method} {request.raw_path.removeprefix('/ari').partition('?')[0]}")
        if callable(answer):
            answer = answer()
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        status, body = (
            answer if isinstance(answer, tuple) else (404, {"message": "Not here"}) if answer is None else (200, answer)
        )
        return web.json_response(body, status=status)

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for _ in socket:
            pass
        return socket


@asynccontextmanager
async def fake_ari() -> AsyncIterator[FakeAri]:
    """One that listens; its address is `url`."""
    fake = FakeAri()
    app = web.Application()
    app.router.add_route("*", "/ari/{rest:.*}", fake.handle)
    server = TestServer(app)
    await server.start_server()
    fake.url = str(server.make_url("")).rstrip("/")
    try:
        yield fake
    finally:
        for socket in fake.sockets:
            await socket.close()
        await server.close()
