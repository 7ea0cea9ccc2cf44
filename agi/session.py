"""One connection of Asterisk, from its header to the end.

Asterisk sends a header, then carries out commands, one a line, until the other side has no more to say. All commands
go out in one piece and the sending side is closed at once: Asterisk reads its buffer to the end (tried on 22), so an
answer costs one round trip however many variables it sets. Whatever goes wrong, the connection closes without a
command and the dialplan goes on.
"""

import asyncio
from typing import Protocol, cast

import structlog

from agi.commands import set_variables
from agi.handlers import Handler
from agi.request import MAX_BYTES, Malformed, Request, parse

MAX_REPLY_BYTES = 16_384
log = structlog.get_logger(__name__)


class House(Protocol):
    """What a session needs of the server."""

    deadline: float

    def admit(self, session: "Session", address: str) -> bool:
        """May this session go on? Each session that was admitted is handed back by `leave`."""

    def leave(self, session: "Session") -> None: ...

    def handler(self, verb: str) -> Handler | None: ...

    def complain(self, reason: str, **details: object) -> None:
        """Log that a session ended early; what repeats is counted rather than written."""


class Session(asyncio.Protocol):
    """Reads one header, asks the handler, answers, and is gone by the deadline."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._buffer = bytearray()
        self._received = 0
        self._asked = False
        self._peer_done = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if not self._house.admit(self, peer[0] if peer else ""):
            self._transport.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(self._house.deadline, self.end, "deadline passed")

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > MAX_BYTES + MAX_REPLY_BYTES:
            self.end("too much was sent")
        elif not self._asked:
            self._buffer += data
            self._read_header()

    def eof_received(self) -> bool:
        self._peer_done = True
        return self._task is not None and not self._task.done()  # it may close its side and still want the answer

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        if self._task:
            self._task.cancel()
        self._house.leave(self)

    def end(self, reason: str, **details: object) -> None:
        """Close at once, whatever the peer is doing."""
        self._house.complain(reason, **details)
        self._transport.abort()

    def _read_header(self) -> None:
        end = _header_end(self._buffer)
        if end < 0 and len(self._buffer) <= MAX_BYTES:
            return
        if not 0 <= end <= MAX_BYTES:
            self.end("header too long")
            return
        self._asked = True
        try:
            self._ask(parse(bytes(self._buffer[:end])))
        except Malformed as error:
            self.end(f"malformed header: {error}")
        self._buffer.clear()

    def _ask(self, request: Request) -> None:
        handler = self._house.handler(request.verb)
        if handler is None:
            self.end("unknown verb", verb=request.verb[:80])
            return
        self._task = asyncio.get_running_loop().create_task(self._answer(handler, request))

    async def _answer(self, handler: Handler, request: Request) -> None:
        try:
            commands = set_variables(await handler(request))
        except Exception:
            log.exception("agi handler failed", verb=request.verb)
            self._transport.abort()
            return
        if not self._transport.is_closing():
            self._transport.write(commands)
            self._finish()

    def _finish(self) -> None:
        if self._peer_done:
            self._transport.close()
        else:
            self._transport.write_eof()


def _header_end(buffer: bytearray) -> int:
    """Where the empty line is, or -1. Asterisk ends lines with LF; CR LF is understood too."""
    end = buffer.find(b"\n\n")
    return end if end >= 0 else buffer.find(b"\n\r\n")
