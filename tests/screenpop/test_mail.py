"""Mails: what cannot get into a header, and what is said when a server will not have them."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace as _replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from screenpop.config import Mail
from screenpop.errors import BadInput
from screenpop.mail import Letter, Mailer, MailFailed, clean_recipients, message_of, one_line
from tests.fakes.smtp import smtp_sink

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LETTER = Letter(
    subject="گزارش هفته", text="Grüße\n" + "x" * 2_000, file_name="week.pdf", kind="application/pdf", body=b"%PDF-1.7"
)


def letter(**changes: object) -> Letter:
    return _replace(LETTER, **changes)  # type: ignore[arg-type]


async def test_mail_arrives_as_it_was_made() -> None:
    async with smtp_sink() as sink:
        mailer = Mailer(sink.config)
        message = message_of(LETTER, mailer.sender, ("a@example.com", "b@example.com"), AT, "s1.123")
        assert await mailer.send(message, ["a@example.com", "b@example.com"]) == ""
    (mail,) = sink.mails
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "گزارش هفته",
        "Ringdesk <desk@example.com>",
        "a@example.com, b@example.com",
    )
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<s1.123@example.com>", "auto-generated")
    body, (attached,) = mail.get_body(), list(mail.iter_attachments())
    assert body is not None
    assert body.get_content().split() == LETTER.text.split()
    assert (attached.get_filename(), attached.get_content()) == ("week.pdf", b"%PDF-1.7")
    assert sink.envelopes[0].rcpt_tos == ["a@example.com", "b@example.com"]


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_text_makes_a_header_of_its_own(subject: str, name: str) -> None:
    given_ = letter(subject=f"{subject}\r\nBcc: evil@example.com", file_name=f"{name}\nX-Evil: 1.pdf")
    message = message_of(given_, "Ringdesk <desk@example.com>", ("a@example.com",), AT, "m\r\nX-Evil: 2")
    raw = message.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = {line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in " \t"}
    assert names == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert b"\nX-Evil" not in raw


def test_line_is_one_line() -> None:
    assert one_line("a\r\n b\x00\u2028c\t d") == "a b c d"


@pytest.mark.parametrize(
    "text", ["", "nobody", "a@b\r\nBcc: c@example.com x", "a b@example.com\n@", "ä@example.com", "a@-b.com"]
)
def test_recipients_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        clean_recipients(text)


def test_recipients_are_split_and_taken_once() -> None:
    assert clean_recipients("a@example.com, b@example.com;\n a@example.com") == ("a@example.com", "b@example.com")


async def test_recipient_that_is_refused_is_named_and_the_others_get_it() -> None:
    async with smtp_sink() as sink:
        sink.refuses = {"gone@example.com"}
        mailer = Mailer(sink.config)
        to = ("gone@example.com", "a@example.com")
        said = await mailer.send(message_of(LETTER, mailer.sender, to, AT, ""), to)
        assert (said, len(sink.mails)) == ("gone@example.com: 550 No such person", 1)
        with pytest.raises(MailFailed, match="none of the recipients"):
            await mailer.send(message_of(LETTER, mailer.sender, to[:1], AT, ""), to[:1])
    assert len(sink.mails) == 1


async def test_server_that_is_not_there_is_said() -> None:
    async with smtp_sink() as sink:
        config = sink.config
    with pytest.raises(MailFailed, match="cannot be reached") as failed:
        await Mailer(config).try_out()
    assert not failed.value.unsure


async def test_server_that_refuses_the_mail_is_said_and_the_mail_was_not_sent() -> None:
    async with smtp_sink() as sink:
        sink.answer = "554 Smells of spam"
        mailer = Mailer(sink.config)
        with pytest.raises(MailFailed, match="554 Smells of spam") as failed:
            await mailer.send(message_of(LETTER, mailer.sender, ("a@example.com",), AT, ""), ["a@example.com"])
    assert not failed.value.unsure


@asynccontextmanager
async def silent_server(seconds: int) -> AsyncIterator[Mail]:
    """A server that says nothing more once the mail itself comes, and for how long that is borne."""
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            writer.write(b"354 go on\r\n" if line.startswith(b"DATA") else b"250 OK\r\n")
            if line.startswith(b"DATA"):
                break
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield Mail(host="127.0.0.1", port=port, security="none", sender="d@e.com", timeout=seconds)
    await gone.wait()
    server.close()
    await server.wait_closed()


async def test_server_that_falls_silent_at_the_mail_leaves_it_unsure() -> None:
    handed = asyncio.Event()

    async def handing() -> None:
        handed.set()

    async with silent_server(4) as config:
        with pytest.raises(MailFailed) as failed:
            await Mailer(config).send(message_of(LETTER, "d@e.com", ("a@e.com",), AT, ""), ["a@e.com"], handing)
    assert (failed.value.unsure, handed.is_set()) == (True, True)


async def test_silent_server_does_not_hold_up_our_own_end() -> None:
    handed = asyncio.Event()

    async def handing() -> None:
        handed.set()

    async with silent_server(600) as config, asyncio.timeout(30):
        message = message_of(LETTER, "d@e.com", ("a@e.com",), AT, "")
        sending = asyncio.create_task(Mailer(config).send(message, ["a@e.com"], handing))
        await handed.wait()
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def test_sign_in_that_is_refused_is_said() -> None:
    def never(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    async with smtp_sink(authenticator=never, auth_require_tls=False) as sink:
        config = msgspec.structs.replace(sink.config, username="desk", password="wrong")
        with pytest.raises(MailFailed, match="refused the sign-in"):
            await Mailer(config).try_out()


async def test_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    await _make_certificate(tmp_path)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with smtp_sink(tls=context) as sink:
        config = msgspec.structs.replace(sink.config, security="tls")
        with pytest.raises(MailFailed, match="certificate"):
            await Mailer(config).try_out()


async def _make_certificate(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
        *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-subj", "/CN=127.0.0.1"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
