"""A raw AMI connection for the lab: logs in, keeps every byte, sends an action and waits for its answer."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from screenpop.errors import PbxAway, PbxRefused

Headers = dict[str, str]
NONE: Mapping[str, str] = {}
END = b"\r\n\r\n"
_actions = itertools.count(1)


class AmiTap:
    """Everything that AMI says to one user, kept as bytes and as messages, in the order it came."""

    def __init__(self, port: int, username: str, secret: str, host: str = "127.0.0.1") -> None:
        self._where = (host, port)
        self._login = {"Username": username, "Secret": secret}
        self.raw = bytearray()
        self.messages: list[Headers] = []
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        """Connect and log in. Raises OSError (nobody listens), PbxRefused (wrong login) or TimeoutError."""
        reader, self._writer = await asyncio.open_connection(*self._where)
        self._reader = asyncio.create_task(self._read(reader))
        try:
            await self.action("Login", fields=self._login)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection; what was read stays."""
        if self._writer is not None:
            self._writer.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def action(self, name: str, fields: Mapping[str, str] = NONE, limit: float = 30.0) -> Headers:
        """Send one action and return its response. Raises PbxRefused, PbxAway or TimeoutError (`limit` seconds)."""
        assert self._writer is not None
        action_id = f"tap-{next(_actions)}"
        headers = {"Action": name, "ActionID": action_id, **fields}
        self._writer.write("".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode() + b"\r\n")
        answer = await self.wait(lambda message: message.get("ActionID") == action_id and "Response" in message, limit)
        if answer["Response"] == "Error":
            raise PbxRefused(answer.get("Message", "refused"))
        return answer

    async def wait(self, wanted: Callable[[Headers], bool], limit: float = 30.0, since: int = 0) -> Headers:
        """The first message from number `since` on that is `wanted`; waits for it at most `limit` seconds."""
        async with asyncio.timeout(limit):
            while True:
                for message in self.messages[since:]:
                    if wanted(message):
                        return message
                since = len(self.messages)
                if self._reader is None or self._reader.done():
                    raise PbxAway("AMI closed the connection")
                self._changed.clear()
                await self._changed.wait()

    async def event(self, name: str, limit: float = 30.0, since: int = 0, **fields: str) -> Headers:
        """The first event `name` from message number `since` on with these fields; `PJSIP/101*` fits any ending."""
        return await self.wait(lambda message: _fits(message, {"Event": name, **fields}), limit, since)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        pending = bytearray(await reader.readline())  # the banner, "Asterisk Call Manager/…"
        self.raw += pending
        pending.clear()
        try:
            while chunk := await reader.read(65536):
                self.raw += chunk
                pending += chunk
                while (at := pending.find(END)) >= 0:
                    self.messages.append(_headers(bytes(pending[:at])))
                    del pending[: at + len(END)]
                self._changed.set()
        finally:
            self._changed.set()


def _headers(message: bytes) -> Headers:
    lines = message.decode(errors="replace").split("\r\n")
    return {key: value for key, _, value in (line.partition(": ") for line in lines)}


def _fits(message: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(_same(message.get(key, ""), value) for key, value in wanted.items())


def _same(text: str, wanted: str) -> bool:
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted
