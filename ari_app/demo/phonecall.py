"""One call of a softphone: what a person does with it, as methods."""

import asyncio
import contextlib
import itertools
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from ari_app.demo import sip
from ari_app.demo.sip import HOST, Message
from ari_app.demo.voice import Voice
from screenpop.errors import PbxRefused

RESEND_SECONDS = 0.5
ANSWER_SECONDS = 8.0
TRANSFERRED = re.compile(r"SIP/2\.0 2")  # what a NOTIFY says when the REFER has succeeded (RFC 3515)


class Line(Protocol):
    """What a call needs of its phone."""

    server_port: int
    recording: Path | None

    @property
    def contact(self) -> str: ...
    def via(self, branch: str = "") -> str: ...
    def request(self, method: str, uri: str, sender: str, to: str, call_id: str, number: int) -> Message: ...
    def credentials(self, request: Message, challenge: Message) -> list[tuple[str, str]]: ...
    def send(self, message: Message) -> None: ...
    async def ask(self, request: Message, limit: float, progress: Callable[[Message], None] = ...) -> Message: ...
    def forget(self, call: "Call") -> None: ...


class Call:
    """One call of a phone. Wait for `ringing`, `answered` and `ended`; each is set once, in that order."""

    def __init__(self, phone: Line, call_id: str, local: str, remote: str, target: str) -> None:
        self.phone, self.id, self.local, self.remote, self.target = phone, call_id, local, remote, target
        self.incoming: Message | None = None
        self.status = 0
        """The last code that the other side answered an outgoing call with: 180, 200, 486 …"""
        self.ringing, self.answered, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.voice: Voice | None = None
        self._cseq = itertools.count(1)
        self._versions = itertools.count(1)
        self._tag = secrets.token_hex(6)
        self._invite: Message | None = None
        self._acknowledged = asyncio.Event()

    # ------------------------------------------------------------ being called

    @property
    def from_number(self) -> str:
        """The number that calls, of a call that came in."""
        return unquote(sip.address(self.remote).partition(":")[2].partition("@")[0])

    @property
    def to_number(self) -> str:
        """The number that was dialled to reach this phone."""
        assert self.incoming is not None
        return unquote(self.incoming.start.split(" ")[1].partition(":")[2].partition("@")[0])

    def ring(self) -> None:
        """Say 180 Ringing."""
        assert self.incoming is not None
        self.phone.send(self.incoming.answer(180, self._tag, contact=self.phone.contact))
        self.ringing.set()

    async def answer(self) -> None:
        """Take the call; repeats the 200 until it is acknowledged. Raises TimeoutError when it never is."""
        assert self.incoming is not None
        self.local = f"{self.incoming.get('To')};tag={self._tag}"
        response = self.incoming.answer(200, self._tag, await self._describe(self.incoming.body), self.phone.contact)
        self.answered.set()
        async with asyncio.timeout(ANSWER_SECONDS):
            while not (self._acknowledged.is_set() or self.ended.is_set()):
                self.phone.send(response)
                await _wait_any(RESEND_SECONDS, self._acknowledged, self.ended)

    def refuse(self, status: int = 486) -> None:
        """Say no: 486 busy, 603 decline, 480 unavailable."""
        assert self.incoming is not None
        self.phone.send(self.incoming.answer(status, self._tag))
        self.end()

    # ------------------------------------------------------------ calling

    async def invite(self, limit: float = 90.0) -> None:
        """Send the INVITE and follow it until it is answered or refused; `status` says which."""
        try:
            self._invite = self._request("INVITE", await self._describe())
            response = await self.phone.ask(self._invite, limit, self._progress)
            if response.status in (401, 407):
                self._acknowledge(response, self._invite.branch)
                self._invite = self._request(
                    "INVITE", self._invite.body, self.phone.credentials(self._invite, response)
                )
                response = await self.phone.ask(self._invite, limit, self._progress)
            self._finish(response)
        finally:
            if not self.answered.is_set():
                self.end()

    def _progress(self, response: Message) -> None:
        self.status = response.status
        if response.status in (180, 183):
            self.remote = response.get("To")
            self.ringing.set()

    def _finish(self, response: Message) -> None:
        self.status = response.status
        if response.status >= 300:
            assert self._invite is not None
            self._acknowledge(response, self._invite.branch)
            return
        self.remote, self.target = response.get("To"), response.contact or self.target
        self._acknowledge(response)
        self._listen_to(response.body)
        self.answered.set()

    def _acknowledge(self, response: Message, branch: str = "") -> None:
        """ACK a final answer: hop by hop (the INVITE's branch) for a no, end to end for a yes."""
        number = response.get("CSeq").partition(" ")[0]
        target = sip.address(self.remote) if branch and not self.answered.is_set() else self.target
        ack = self.phone.request("ACK", target, self.local, response.get("To"), self.id, int(number))
        if branch:
            ack.headers[0] = ("Via", self.phone.via(branch))
        self.phone.send(ack)

    # ------------------------------------------------------------ while it is up

    async def hang_up(self) -> None:
        """End it in whatever state it is: BYE, CANCEL or a refusal. Never raises for a call that is over."""
        if self.ended.is_set():
            return
        with contextlib.suppress(TimeoutError):
            if self.answered.is_set():
                await self.phone.ask(self._request("BYE"), ANSWER_SECONDS)
            elif self.incoming is not None:
                self.refuse(480)
            elif self._invite is not None:
                await self._cancel(self._invite)
        self.end()

    async def hold(self) -> None:
        """Put the other side on hold (re-INVITE, sendonly)."""
        await self._reinvite("sendonly")

    async def unhold(self) -> None:
        """Take the other side back."""
        await self._reinvite("sendrecv")

    async def transfer(self, extension: str) -> None:
        """Blind transfer: REFER to `extension`. Raises PbxRefused."""
        await self._refer(f"sip:{quote(extension)}@{HOST}:{self.phone.server_port}")

    async def transfer_to(self, consultation: "Call") -> None:
        """Attended transfer: REFER that replaces `consultation`, another call of this phone. Raises PbxRefused."""
        to_tag, from_tag = sip.parameter(consultation.remote, "tag"), sip.parameter(consultation.local, "tag")
        replaces = quote(f"{consultation.id};to-tag={to_tag};from-tag={from_tag}", safe="")
        await self._refer(f"{sip.address(consultation.remote)}?Replaces={replaces}")

    async def press(self, digits: str, seconds: float = 0.12) -> None:
        """Press keys (DTMF by INFO), `seconds` apart."""
        for digit in digits:
            info = self._request("INFO", f"Signal={digit}\r\nDuration=100\r\n")
            info.headers = [item for item in info.headers if item[0] != "Content-Type"]
            info.headers.append(("Content-Type", "application/dtmf-relay"))
            await self.phone.ask(info, ANSWER_SECONDS)
            await asyncio.sleep(seconds)

    # ------------------------------------------------------------ within

    async def _describe(self, offer: str = "", direction: str = "sendrecv") -> str:
        if self.voice is None:
            self.voice = await Voice.open(self.phone.recording)
        self._listen_to(offer)
        return sip.sdp(self.voice.port, next(self._versions), direction)

    def _listen_to(self, body: str) -> None:
        where = sip.media_address(body)
        if where and self.voice:
            self.voice.speak_to(where)

    async def _reinvite(self, direction: str) -> None:
        request = self._request("INVITE", await self._describe(direction=direction))
        response = await self.phone.ask(request, ANSWER_SECONDS)
        if response.status in (401, 407):
            self._acknowledge(response, request.branch)
            request = self._request("INVITE", request.body, self.phone.credentials(request, response))
            response = await self.phone.ask(request, ANSWER_SECONDS)
        self._acknowledge(response, request.branch if response.status >= 300 else "")

    async def _refer(self, target: str) -> None:
        extra = [("Refer-To", f"<{target}>"), ("Referred-By", f"<{sip.address(self.local)}>")]
        request = self._request("REFER", "", extra)
        response = await self.phone.ask(request, ANSWER_SECONDS)
        if response.status in (401, 407):
            request = self._request("REFER", "", [*extra, *self.phone.credentials(request, response)])
            response = await self.phone.ask(request, ANSWER_SECONDS)
        if response.status >= 300:
            raise PbxRefused(f"transfer refused: {response.start}")

    async def _cancel(self, invite: Message) -> None:
        number = int(invite.get("CSeq").partition(" ")[0])
        uri = invite.start.split(" ")[1]
        cancel = self.phone.request("CANCEL", uri, self.local, invite.get("To"), self.id, number)
        cancel.headers[0] = ("Via", self.phone.via(invite.branch))
        await self.phone.ask(cancel, ANSWER_SECONDS)

    def _request(self, method: str, body: str = "", extra: Sequence[tuple[str, str]] = ()) -> Message:
        request = self.phone.request(method, self.target, self.local, self.remote, self.id, next(self._cseq))
        request.headers += [*extra, *([("Content-Type", "application/sdp")] if body else [])]
        request.body = body
        return request

    async def take(self, request: Message) -> None:
        """A request of the other side within this call."""
        match request.method:
            case "ACK":
                self._acknowledged.set()
            case "BYE":
                self.phone.send(request.answer(200))
                self.end()
            case "CANCEL":
                self.phone.send(request.answer(200, self._tag))
                if self.incoming is not None and not self.answered.is_set():
                    self.refuse(487)
            case "INVITE" | "UPDATE":
                body = await self._describe(request.body) if request.body or request.method == "INVITE" else ""
                self.phone.send(request.answer(200, self._tag, body, self.phone.contact))
            case "NOTIFY" if TRANSFERRED.match(request.body):
                self.phone.send(request.answer(200))
                await self.hang_up()
            case _:
                self.phone.send(request.answer(200))

    def end(self) -> None:
        """It is over; frees what it used."""
        self.ended.set()
        if self.voice:
            self.voice.close()
        self.phone.forget(self)


async def _wait_any(limit: float, *events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def within(event: asyncio.Event, limit: float) -> bool:
    """Did it happen within `limit` seconds?"""
    try:
        await asyncio.wait_for(event.wait(), limit)
    except TimeoutError:
        return False
    return True
