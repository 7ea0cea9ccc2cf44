"""A SIP phone that does what a program tells it: rings, answers, calls, holds, transfers, picks up, hangs up.

It talks to one Asterisk over UDP on the loopback interface. Nothing outside the process is needed, so that
dozens of them cost next to nothing; `close` ends what they left.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from ari_app.demo import sip
from ari_app.demo.phonecall import ANSWER_SECONDS, RESEND_SECONDS, Call
from ari_app.demo.sip import HOST, Message
from screenpop.errors import PbxRefused

REGISTER_SECONDS = 300
REMEMBERED = 100  # responses, to be repeated when their request is
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY, REFER, UPDATE"


Behaviour = Callable[[Call], Awaitable[None]]


class Phone(asyncio.DatagramProtocol):
    """One SIP user on one UDP port. With `behaviour` calls that come in are handed to it, else `next_call` gives them.

    `recording` is what it says while it talks: a file of raw 8 kHz mu-law; silence without one.
    """

    def __init__(self, user: str, server_port: int, *, secret: str = "", name: str = "",
                 behaviour: Behaviour | None = None, recording: Path | None = None) -> None:  # fmt: skip
        self.user, self.name, self.server_port, self.recording = user, name, server_port, recording
        self.behaviour = behaviour
        self.port = 0
        self._secret = secret
        self._calls: dict[str, Call] = {}
        self._arrived: asyncio.Queue[Call] = asyncio.Queue()
        self._asked: dict[tuple[str, str], tuple[asyncio.Future[Message], Callable[[Message], None]]] = {}
        self._answers: dict[tuple[str, str], bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._registered = False

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self, port: int = 0) -> Self:
        """Listen on `port`, or on any free one."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, port))
        self.port = int(self._transport.get_extra_info("sockname")[1])
        return self

    async def register(self, seconds: int = REGISTER_SECONDS) -> None:
        """Tell the server where this phone is, and again before that lapses. Raises PbxRefused or TimeoutError."""
        await self._register(seconds)
        self._registered = True
        self._spawn(self._stay_registered(seconds))

    async def close(self) -> None:
        """Hang up, unregister, free the port."""
        if self._transport is None or self._transport.is_closing():
            return
        await self.hang_up()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._registered:
            with contextlib.suppress(PbxRefused, TimeoutError):
                await self._register(0, limit=1.0)
        self._transport.close()

    async def hang_up(self) -> None:
        """End all its calls."""
        await asyncio.gather(*(call.hang_up() for call in tuple(self._calls.values())))

    async def _stay_registered(self, seconds: int) -> None:
        while True:
            await asyncio.sleep(min(seconds / 2, 5))
            with contextlib.suppress(PbxRefused, TimeoutError):  # the server is away: the next round tries again
                await self._register(seconds)

    async def _register(self, seconds: int, limit: float = ANSWER_SECONDS) -> None:
        server = f"sip:{HOST}:{self.server_port}"
        me, call_id = self.identity(), secrets.token_hex(8)
        request = self.request("REGISTER", server, f"{me};tag={secrets.token_hex(4)}", me, call_id, 1)
        request.headers.append(("Expires", str(seconds)))
        response = await self.ask(request, limit)
        if response.status == 401:
            request = self.request("REGISTER", server, request.get("From"), me, call_id, 2)
            request.headers += [("Expires", str(seconds)), *self.credentials(request, response)]
            response = await self.ask(request, limit)
        if response.status != 200:
            raise PbxRefused(f"{self.user} cannot register: {response.start}")

    # ------------------------------------------------------------ calls

    async def dial(self, number: str) -> Call:
        """Call `number`; returns at once, the call's own events tell how it goes."""
        uri = f"sip:{quote(number, safe='+*#')}@{HOST}:{self.server_port}"
        call = Call(self, secrets.token_hex(12), f"{self.identity()};tag={secrets.token_hex(6)}", f"<{uri}>", uri)
        self._calls[call.id] = call
        self._spawn(call.invite())
        return call

    async def next_call(self, limit: float = 30.0) -> Call:
        """The next call that comes in, not ringing yet. Raises TimeoutError after `limit` seconds."""
        return await asyncio.wait_for(self._arrived.get(), limit)

    def forget(self, call: Call) -> None:
        """The call is over."""
        self._calls.pop(call.id, None)

    # ------------------------------------------------------------ messages

    @property
    def contact(self) -> str:
        """The address of this very device."""
        return f"sip:{quote(self.user, safe='+')}@{HOST}:{self.port}"

    def identity(self) -> str:
        """Who this phone says it is: `"Name" <sip:user@host>`."""
        return f"{sip.quoted(self.name)}<sip:{quote(self.user, safe='+')}@{HOST}>"

    def via(self, branch: str = "") -> str:
        """The Via of a new transaction, or of a known one."""
        return f"SIP/2.0/UDP {HOST}:{self.port};rport;branch={branch or 'z9hG4bK' + secrets.token_hex(8)}"

    def request(self, method: str, uri: str, sender: str, to: str, call_id: str, number: int) -> Message:
        """A request with what every request has; its Via comes first."""
        headers = [("Via", self.via()), ("Max-Forwards", "70"), ("From", sender), ("To", to), ("Call-ID", call_id)]
        headers += [("CSeq", f"{number} {method}"), ("Contact", f"<{self.contact}>"), ("Allow", ALLOW)]
        return Message(f"{method} {uri} SIP/2.0", headers)

    def credentials(self, request: Message, challenge: Message) -> list[tuple[str, str]]:
        """The header that answers a 401 or a 407."""
        asked, answer = (
            ("WWW-Authenticate", "Authorization")
            if challenge.status == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )
        uri = request.start.split(" ")[1]
        text = sip.authorization(challenge.get(asked), request.method, uri, self.user, self._secret)
        return [(answer, text)]

    def send(self, message: Message) -> None:
        """One datagram to the server; a response is kept, to be repeated when its request is."""
        data = message.encode()
        if message.status:
            self._answers[message.branch, message.method] = data
            if len(self._answers) > REMEMBERED:
                del self._answers[next(iter(self._answers))]
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, (HOST, self.server_port))

    async def ask(
        self, request: Message, limit: float, progress: Callable[[Message], None] = lambda _: None
    ) -> Message:
        """Send a request, again and again until something answers; returns the final response, or TimeoutError."""
        key = (request.branch, request.method)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        heard = asyncio.Event()

        def listen(response: Message) -> None:
            heard.set()
            progress(response)

        self._asked[key] = (future, listen)
        try:
            async with asyncio.timeout(limit):
                while not (heard.is_set() or future.done()):
                    self.send(request)
                    await asyncio.wait((future,), timeout=RESEND_SECONDS)
                return await future
        finally:
            del self._asked[key]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """A datagram of the server (asyncio calls this)."""
        message = Message.parse(data)
        if message.status:
            self._take_response(message)
        elif (message.branch, message.method) in self._answers and self._transport is not None:
            self._transport.sendto(self._answers[message.branch, message.method], addr)
        else:
            self._take_request(message)

    def error_received(self, exc: Exception) -> None:
        """The server's port is closed: it is away; whoever waits for an answer gets a TimeoutError."""

    def _take_response(self, response: Message) -> None:
        future, progress = self._asked.get((response.branch, response.method), (None, None))
        if future is None or progress is None or future.done():
            return
        if response.status < 200:
            progress(response)
        else:
            future.set_result(response)

    def _take_request(self, request: Message) -> None:
        call = self._calls.get(request.get("Call-ID"))
        if call is not None:
            self._spawn(call.take(request))
        elif request.method == "INVITE":
            self._take_invite(request)
        elif request.method != "ACK":
            self.send(request.answer(200 if request.method in ("OPTIONS", "NOTIFY") else 481, "x"))

    def _take_invite(self, request: Message) -> None:
        call = Call(self, request.get("Call-ID"), request.get("To"), request.get("From"), request.contact)
        call.incoming = request
        self._calls[call.id] = call
        self.send(request.answer(100))
        if self.behaviour is None:
            self._arrived.put_nowait(call)
        else:
            self._spawn(self._behave(self.behaviour, call))

    async def _behave(self, behaviour: Behaviour, call: Call) -> None:
        with contextlib.suppress(TimeoutError):
            await behaviour(call)
        await call.hang_up()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(_quiet(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quiet(work: Awaitable[None]) -> None:
    """A phone that gets no answer goes on; its owner sees it by the call's state."""
    with contextlib.suppress(TimeoutError, PbxRefused):
        await work
