"""A real SMTP server that keeps what it is given, and refuses what a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from screenpop.config import Mail
from tests.until import until


@dataclass
class Sink:
    """`mails` in the order they came. `refuses`: recipients; `answer`: to the mail itself."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    answer: str = "250 Taken"
    port: int = 0

    @property
    def config(self) -> Mail:
        """How Ringdesk is to be set up for it."""
        return Mail(host="127.0.0.1", port=self.port, security="none", sender="Ringdesk <desk@example.com>", timeout=60)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuses:
            return "550 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
            self.envelopes.append(envelope)
        return self.answer


@asynccontextmanager
async def smtp_sink(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Sink]:
    """The server on a free port of this machine; `options` are those of aiosmtpd's SMTP."""
    sink = Sink()
    loop = asyncio.get_running_loop()
    talks: list[SMTP] = []

    def talk() -> SMTP:
        talks.append(SMTP(sink, hostname="sink", loop=loop, **options))
        return talks[-1]

    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()
        await until(lambda: all(talk.transport is None or talk.transport.is_closing() for talk in talks))
