"""A manager interface that records what it was asked, and misbehaves on request."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from ari_app.ami_codec import Framer
from ari_app.demo.ports import free_ports

Headers = dict[str, str]
BANNER = b"Asterisk Call Manager/9.0.0\r\n"
CHALLENGE = "145896321"


def encode(headers: Headers) -> bytes:
    """One message as Asterisk writes it."""
    return "".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode() + b"\r\n"


@dataclass
class FakeAmi:
    """Set an attribute to change its manners, at any time."""

    username: str = "ringdesk"
    secret: str = "s3cret"
    banner: bytes = BANNER
    booted: bool = True
    frozen: bool = False
    silent: set[str] = field(default_factory=set)
    """Actions that are never answered."""
    refused: dict[str, str] = field(default_factory=dict)
    """Actions that are answered with an error, and its words."""
    channels: list[Headers] = field(default_factory=list)
    bridges: dict[str, list[Headers]] = field(default_factory=dict)
    queue_entries: list[Headers] = field(default_factory=list)
    originate_reason: str = "4"
    version: str = "22.10.1"
    clock_ahead: float = 0.0
    commands: list[str] = field(default_factory=list)
    manager_conf: list[str] = field(default_factory=list)
    """The lines of the login's section, for GetConfig."""
    before_list: Callable[[], None] = lambda: None
    """Called before a list of channels is written: what happens meanwhile."""
    actions: list[Headers] = field(default_factory=list)
    port: int = 0

    _server: asyncio.Server | None = None
    _peers: list[asyncio.StreamWriter] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port it had before if it was stopped."""
        self.port = self.port or free_ports(1)[0]
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Away, as killed: every connection breaks."""
        assert self._server is not None
        self._server.close()
        self.drop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def drop(self) -> None:
        """Break every connection."""
        for writer in self._peers:
            writer.transport.abort()
        self._peers.clear()

    @property
    def sessions(self) -> int:
        """How many are logged in."""
        return len(self._peers)

    def send(self, data: bytes) -> None:
        """Raw bytes to everyone who is logged in."""
        for writer in self._peers:
            writer.write(data)

    def event(self, name: str, **headers: str) -> None:
        """An event to everyone who is logged in."""
        self.send(encode({"Event": name, **headers}))

    def asked(self, action: str) -> list[Headers]:
        """The actions of this name so far."""
        return [headers for headers in self.actions if headers["Action"] == action]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        framer = Framer()
        if not self.frozen:
            writer.write(self.banner)
        try:
            while data := await reader.read(65536):
                for headers in framer.feed(data):
                    self._answer(headers, writer)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    def _answer(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self.actions.append(headers)
        action = headers["Action"]
        if self.frozen or action in self.silent:
            return
        handler = getattr(self, f"_on_{action.lower()}", None)
        if action in self.refused:
            self._respond(writer, headers, "Error", Message=self.refused[action])
        elif handler is None:
            self._respond(writer, headers, "Error", Message="Invalid/unknown command")
        else:
            handler(headers, writer)

    def _respond(self, writer: asyncio.StreamWriter, headers: Headers, response: str, **more: str) -> None:
        writer.write(encode({"Response": response, "ActionID": headers.get("ActionID", ""), **more}))

    def _list(self, writer: asyncio.StreamWriter, headers: Headers, items: Iterable[Headers]) -> None:
        self._respond(writer, headers, "Success", EventList="start", Message="Will follow")
        for item in items:
            writer.write(encode({**item, "ActionID": headers["ActionID"]}))
        done = {"Event": f"{headers['Action']}Complete", "ActionID": headers["ActionID"], "EventList": "Complete"}
        writer.write(encode(done))

    # ------------------------------------------------------------------ actions

    def _on_challenge(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", Challenge=CHALLENGE)

    def _on_login(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        key = hashlib.md5((CHALLENGE + self.secret).encode(), usedforsecurity=False).hexdigest()
        proven = headers.get("Key") == key or headers.get("Secret") == self.secret
        if headers.get("Username") != self.username or not proven:
            self._respond(writer, headers, "Error", Message="Authentication failed")
            writer.close()
            return
        self._respond(writer, headers, "Success", Message="Authentication accepted")
        self._peers.append(writer)
        if self.booted:
            writer.write(encode({"Event": "FullyBooted", "Status": "Fully Booted"}))

    def _on_ping(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", Ping="Pong", Timestamp=f"{time.time() + self.clock_ahead:.6f}")

    def _on_coresettings(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", AsteriskVersion=self.version, AMIversion="9.0.0")

    def _on_listcommands(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", **dict.fromkeys(self.commands, "What it does"))

    def _on_getconfig(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        lines = {f"Line-000000-{number:06}": line for number, line in enumerate(self.manager_conf)}
        self._respond(writer, headers, "Success", **{"Category-000000": headers["Category"]}, **lines)

    def _on_coreshowchannels(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self.before_list()
        self._list(writer, headers, [{"Event": "CoreShowChannel", **item} for item in self.channels])

    def _on_bridgelist(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._list(writer, headers, [{"Event": "BridgeListItem", "BridgeUniqueid": item} for item in self.bridges])

    def _on_bridgeinfo(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        members = self.bridges[headers["BridgeUniqueid"]]
        self._list(writer, headers, [{"Event": "BridgeInfoChannel", **member} for member in members])

    def _on_queuestatus(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._list(writer, headers, [{"Event": "QueueEntry", **entry} for entry in self.queue_entries])

    def _on_originate(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", Message="Originate successfully queued")
        outcome = "Success" if self.originate_reason == "4" else "Failure"
        done = {"Event": "OriginateResponse", "Response": outcome, "Reason": self.originate_reason}
        writer.write(encode({**done, "ActionID": headers["ActionID"]}))

    def _on_hangup(self, headers: Headers, writer: asyncio.StreamWriter) -> None:
        self._respond(writer, headers, "Success", Message="Channel Hungup")
