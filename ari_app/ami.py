"""One connection to Asterisk's manager interface: actions and their answers, events as they come.

The reader does nothing but frame, hand answers to who waits for them, and give events away: Asterisk drops a
client that it cannot write to for 100 ms.
"""

import asyncio
import hashlib
import itertools
import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from ari_app.ami_codec import Framer, encode_action
from screenpop.errors import PbxAway, PbxRefused

Headers = dict[str, str]
Fields = Mapping[str, str | Sequence[str]]


class PbxSilent(PbxAway):
    """The PBX accepts the connection but does not answer in time: frozen, or half-open."""


class LoginRefused(PbxRefused):
    """The PBX does not take the user name or the secret, or not from this address."""


@dataclass(slots=True)
class _Exchange:
    """An action under way: what was answered so far, and which message is the last."""

    is_last: Callable[[Headers], bool]
    answered: asyncio.Future[list[Headers]]
    messages: list[Headers] = field(default_factory=list)

    def take(self, message: Headers) -> None:
        self.messages.append(message)
        if not self.answered.done() and (message.get("Response") == "Error" or self.is_last(message)):
            self.answered.set_result(self.messages)


def _is_response(message: Headers) -> bool:
    return "Response" in message


def _ends_list(message: Headers) -> bool:
    return message.get("EventList") in {"Complete", "Cancelled"}


def _ends_originate(message: Headers) -> bool:
    return message.get("Event") == "OriginateResponse"


class AmiConnection(asyncio.Protocol):
    """A manager session. `on_event` gets every event that answers no action; it must be quick and not raise."""

    def __init__(self, on_event: Callable[[Headers], None]) -> None:
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done when the connection is over; the result says why."""
        self._framer = Framer()
        self._on_event = on_event
        self._pending: dict[str, _Exchange] = {}
        self._ids = map(f"{secrets.token_hex(4)}-{{}}".format, itertools.count(1))
        self._transport: asyncio.Transport | None = None
        self._spoke = False

    @property
    def banner(self) -> str:
        """`Asterisk Call Manager/9.0.0`, or "" where nothing of the kind came."""
        return self._framer.banner

    @property
    def dropped(self) -> int:
        """How many messages were too long."""
        return self._framer.dropped

    @property
    def spoke(self) -> bool:
        """Whether anything at all was read."""
        return self._spoke

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._spoke = True
        for message in self._framer.feed(data):
            exchange = self._pending.get(message.get("ActionID", ""))
            if exchange is not None:
                exchange.take(message)
            elif "Event" in message:
                self._on_event(message)

    def connection_lost(self, error: Exception | None) -> None:
        self.close(f"the connection broke ({error})" if error else "the PBX closed the connection")

    def close(self, reason: str = "closed") -> None:
        """End it at once, whatever is still under way; harmless when it is over already."""
        if not self.lost.done():
            self.lost.set_result(reason)
        for exchange in self._pending.values():
            if not exchange.answered.done():
                exchange.answered.set_exception(PbxAway(self.lost.result()))
        if self._transport is not None:
            self._transport.abort()

    async def action(self, fields: Fields, timeout: float = 5.0) -> Headers:
        """Send one action and return its response.

        Raises PbxRefused with the PBX's own words, PbxSilent after `timeout` seconds, PbxAway when the link breaks.
        """
        return (await self._exchange(fields, _is_response, timeout))[0]

    async def listing(self, fields: Fields, timeout: float = 10.0) -> list[Headers]:
        """Send an action that answers with a list of events; returns them without the frame. Raises like `action`."""
        return (await self._exchange(fields, _ends_list, timeout))[1:-1]

    async def originate(self, fields: Fields, timeout: float) -> Headers:
        """Send an asynchronous Originate and return its OriginateResponse. Raises like `action`.

        A PBX that accepts it, but whose event filter keeps OriginateResponse back, gives its first response.
        """
        return (await self._exchange(fields, _ends_originate, timeout, partly=True))[-1]

    async def login(self, username: str, secret: str, timeout: float = 5.0) -> None:
        """Log in by challenge, so that the secret is not sent; plainly where the PBX knows no challenge.

        Raises LoginRefused; PbxSilent and PbxAway like `action`.
        """
        try:
            proof = await self._proof(secret, timeout)
            await self.action({"Action": "Login", "Username": username, "Events": "on", **proof}, timeout)
        except PbxRefused as refused:
            raise LoginRefused(str(refused)) from refused

    async def _proof(self, secret: str, timeout: float) -> dict[str, str]:
        try:
            challenge = (await self.action({"Action": "Challenge", "AuthType": "MD5"}, timeout))["Challenge"]
        except (PbxRefused, KeyError):
            return {"Secret": secret}
        digest = hashlib.md5((challenge + secret).encode(), usedforsecurity=False)
        return {"AuthType": "MD5", "Key": digest.hexdigest()}

    async def _exchange(
        self, fields: Fields, is_last: Callable[[Headers], bool], timeout: float, *, partly: bool = False
    ) -> list[Headers]:
        """Everything that answers the action; with `partly` also what was answered when the time is up."""
        if self._transport is None or self.lost.done():
            raise PbxAway("there is no connection to the PBX")
        action_id, exchange = next(self._ids), _Exchange(is_last, asyncio.get_running_loop().create_future())
        self._pending[action_id] = exchange
        self._transport.write(encode_action({**fields, "ActionID": action_id}))
        try:
            async with asyncio.timeout(timeout):
                messages = await exchange.answered
        except TimeoutError as late:
            if partly and exchange.messages:
                return exchange.messages
            raise PbxSilent(f"the PBX did not answer {fields['Action']} within {timeout:g} s") from late
        finally:
            del self._pending[action_id]
        return _unless_error(messages)


def _unless_error(messages: list[Headers]) -> list[Headers]:
    if messages[0].get("Response") == "Error":
        raise PbxRefused(messages[0].get("Message", "the PBX said no"))
    return messages


async def connect(host: str, port: int, on_event: Callable[[Headers], None], timeout: float = 3.0) -> AmiConnection:
    """Open a connection; raises PbxAway with the reason when nothing answers within `timeout` seconds."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            _, connection = await loop.create_connection(lambda: AmiConnection(on_event), host, port)
    except TimeoutError as late:
        raise PbxAway(f"no answer within {timeout:g} s") from late
    except OSError as error:
        raise PbxAway(_in_words(error)) from error
    return connection


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there; is Asterisk running, and enabled in manager.conf?"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    return os.strerror(error.errno) if error.errno else str(error)
