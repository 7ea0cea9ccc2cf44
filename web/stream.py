"""`GET /stream`: Server-Sent Events, written by the hub straight to the connection.

What a panel gets (each event's data is one JSON object):

| event | data |
|---|---|
| `hello` | `{}`: a fresh stream begins; its id is the newest event's |
| `refetch` | `{}`: too much was missed; fetch `/api/pops` and `/api/state` again |
| `pop` | a pop as it stands now; see `screenpop.pops.wire` |
| `pop_gone` | `{"id"}`: take the pop away |
| `pbx` | `{"up", "state", "reason", "version", "since"}` |
| `presence` | `{"user_id", "name", "presence", "on_call", "extensions"}`; `on_call`: "", ringing or talking |
| `recording` | `{"call_id", "recording_id", "state", "paused"}`: a recording began, paused, is here, or is gone |
| `analysis` | `{"call_id", "recording_id", "state", "progress"}`: how an analysis goes on; `progress` is 0 to 1 |
| `notice` | `{"id", "kind", "title", "text", "url"}` |
| `calls` | `{}`: calls were written; to those who see all |
| `board` | what changed on the live board, for those who look at it; see `screenpop.board.service` |
| `prefs` | the user's own preferences after a change |
| `beat` | `{}`, without an id, every 15 s: where none comes for 40 s the line is dead |

A live page subscribes first, then fetches its snapshot, then applies the events that came meanwhile.
"""

import asyncio
from typing import cast

from aiohttp import web

from screenpop.agents.rights import Permission
from web.keys import SESSION, services, user_of
from web.security import requires

PREAMBLE = b"retry: 1000\n\n"


class _Chunks:
    """The last event in HTTP/1.1 chunk form: fifty streams get it framed once."""

    def __init__(self) -> None:
        self._plain = self._framed = b""

    def frame(self, data: bytes) -> bytes:
        if data is not self._plain:
            self._plain, self._framed = data, b"%x\r\n%b\r\n" % (len(data), data)
        return self._framed


_chunks = _Chunks()


class Pipe:
    """The hub's end of one stream. Writes to the transport at once; asyncio keeps what the socket does not take."""

    def __init__(self, transport: asyncio.WriteTransport, chunked: bool, ended: asyncio.Event) -> None:
        self._transport, self._chunked, self._ended = transport, chunked, ended

    def write(self, data: bytes) -> None:
        """Send `data` unless the stream is ending."""
        if not self._transport.is_closing():
            self._transport.write(_chunks.frame(data) if self._chunked else data)

    def backlog(self) -> int:
        """What the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()

    def close(self) -> None:
        """Let the handler end the answer; a panel that does not read is not waited for."""
        if self.backlog():
            self._transport.abort()
        self._ended.set()


@requires(Permission.USE_PANEL)
async def stream(request: web.Request) -> web.StreamResponse:
    """The events of the user who is signed in, until the panel goes or the hub ends it."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    await response.write(PREAMBLE)
    ended = asyncio.Event()
    chunked = response.headers.get("Transfer-Encoding", "") == "chunked"
    pipe = Pipe(cast(asyncio.WriteTransport, request.transport), chunked, ended)
    unsubscribe = services(request).hub.subscribe(
        user_of(request).id, request[SESSION].key, pipe, request.headers.get("Last-Event-ID", "")
    )
    try:
        await ended.wait()
    finally:
        unsubscribe()
    return response


def routes() -> list[web.RouteDef]:
    """The stream's route."""
    return [web.get("/stream", stream)]
