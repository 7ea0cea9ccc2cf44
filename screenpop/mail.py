"""Mails: made safely, and handed to the configured SMTP server within a time limit."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, make_msgid, parseaddr
from typing import TYPE_CHECKING, Any

from screenpop.config import Mail
from screenpop.errors import N_, BadInput, RingdeskError

if TYPE_CHECKING:
    from aiosmtplib import SMTP

PORTS = {"none": 25, "starttls": 587, "tls": 465}
MOST_RECIPIENTS = 20
WIRE = SMTP_POLICY.clone(cte_type="7bit")
"""Lines of any length and letters of any script, in what every server takes."""
ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class MailFailed(RingdeskError):
    """The mail was not sent. `unsure`: or it was, and the server did not say so."""

    def __init__(self, message: str, *, unsure: bool = False, **values: object) -> None:
        super().__init__(message, **values)
        self.unsure = unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be sent. `kind` is the attachment's content type."""

    subject: str
    text: str
    file_name: str
    kind: str
    body: bytes


def clean_recipients(text: str) -> tuple[str, ...]:
    """The addresses of a field, split by commas, semicolons or lines, each once. Raises BadInput."""
    found = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))
    if not found:
        raise BadInput("Write at least one mail address.", "recipients")
    if len(found) > MOST_RECIPIENTS:
        raise BadInput("At most %(most)d people can get it.", "recipients", most=MOST_RECIPIENTS)
    for each in found:
        if not each.isascii() or not ADDRESS.fullmatch(each):
            raise BadInput("%(address)s is not a mail address.", "recipients", address=each[:100])
    return found


def message_of(letter: Letter, sender: str, recipients: Collection[str], at: datetime, mark: str) -> EmailMessage:
    """The mail; `mark` makes its Message-ID the same each time it is made. Lines in a header become spaces."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=WIRE)
    message["From"] = Address(one_line(name), addr_spec=address)
    message["To"] = ", ".join(recipients)
    message["Subject"] = one_line(letter.subject)[:200]
    message["Date"] = format_datetime(at)
    domain = address.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9.-]', '', mark)}@{domain}>" if mark else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    main, _, sub = letter.kind.partition("/")
    message.add_attachment(letter.body, maintype=main, subtype=sub, filename=one_line(letter.file_name))
    return message


def one_line(text: str) -> str:
    """Text that cannot end a header: every run of spaces, lines and control characters is one space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


class Mailer:
    """Hands mails over. Raises MailFailed."""

    def __init__(self, config: Mail) -> None:
        self._config = config

    @property
    def is_set_up(self) -> bool:
        """Is there a server and a sender?"""
        return bool(self._config.host and self._config.sender)

    @property
    def sender(self) -> str:
        """From whom mails are."""
        return self._config.sender

    async def send(
        self, message: EmailMessage, recipients: Sequence[str], handing: Callable[[], Awaitable[None]] | None = None
    ) -> str:
        """Hand the mail over; returns in words which recipients the server would not take, "" where all were taken.

        `handing` is awaited right before the mail itself goes: what goes wrong before it was certainly not sent.
        """
        if not self.is_set_up:
            raise MailFailed(N_("No mail server is set up: see [mail] in the configuration."))
        async with self._connected() as client:
            refused = await self._address(client, recipients)
            if handing:
                await handing()
            with _said(unsure=True):
                await client.data(message.as_bytes())
        return ", ".join(refused)

    async def try_out(self) -> None:
        """Connect and sign in, and send nothing."""
        async with self._connected():
            pass

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["SMTP"]:
        client = await self._client()
        try:
            with _said():
                await client.connect()
            yield client
            with suppress(Exception):
                await client.quit()
        finally:  # without a farewell where it failed: a silent server would hold up our own end
            client.close()

    async def _address(self, client: "SMTP", recipients: Sequence[str]) -> list[str]:
        """Say from whom and for whom; the recipients that were refused. Raises MailFailed where all were."""
        from aiosmtplib import SMTPRecipientRefused

        refused = []
        with _said():
            await client.mail(parseaddr(self._config.sender)[1])
            for recipient in recipients:
                try:
                    await client.rcpt(recipient)
                except SMTPRecipientRefused as error:
                    refused.append(f"{recipient}: {error.code} {one_line(error.message)}")
        if len(refused) == len(recipients):
            raise MailFailed(N_("The mail server takes none of the recipients: %(said)s"), said=", ".join(refused))
        return refused

    async def _client(self) -> "SMTP":
        from aiosmtplib import SMTP

        config = self._config
        context = await asyncio.to_thread(ssl.create_default_context) if config.security != "none" else None
        return SMTP(
            hostname=config.host,
            port=config.port or PORTS[config.security],
            username=config.username or None,
            password=config.password or None,
            timeout=config.timeout,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            tls_context=context,
        )


@contextmanager
def _said(*, unsure: bool = False) -> Iterator[None]:
    """What a server or the network says, as MailFailed. `unsure`: silence may mean that the mail was taken."""
    from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPTimeoutError

    try:
        yield
    except SMTPAuthenticationError as error:
        raise MailFailed(N_("The mail server refused the sign-in: %(said)s"), said=_text(error)) from error
    except SMTPResponseException as error:
        raise MailFailed(N_("The mail server refused: %(said)s"), said=_text(error)) from error
    except (TimeoutError, SMTPTimeoutError) as error:
        raise MailFailed(N_("The mail server did not answer in time."), unsure=unsure) from error
    except (SMTPException, OSError, ValueError) as error:
        said = one_line(str(error))[:300]
        raise MailFailed(N_("The mail server cannot be reached: %(said)s"), unsure=unsure, said=said) from error


def _text(error: Any) -> str:
    return one_line(f"{error.code} {error.message}")[:300]
