"""What plays Asterisk in the tests of the FastAGI server, and what plays the customers."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from screenpop.callers import NOBODY, Caller

HEADER: Mapping[str, str] = {
    "agi_network": "yes",
    "agi_network_script": "lookup",
    "agi_request": "agi://127.0.0.1/lookup",
    "agi_channel": "PJSIP/trunk-00000001",
    "agi_language": "en",
    "agi_type": "PJSIP",
    "agi_uniqueid": "1760000000.1",
    "agi_version": "22.10.1",
    "agi_callerid": "+442079460000",
    "agi_calleridname": "unknown",
    "agi_callingpres": "0",
    "agi_callingani2": "0",
    "agi_callington": "0",
    "agi_callingtns": "0",
    "agi_dnid": "100",
    "agi_rdnis": "unknown",
    "agi_context": "from-trunk",
    "agi_extension": "100",
    "agi_priority": "2",
    "agi_enhanced": "0.0",
    "agi_accountcode": "",
    "agi_threadid": "140000000000000",
}
"""As Asterisk 22 sends it."""


def header(*arguments: str, **changed: str) -> bytes:
    """Asterisk's header with some fields changed, with arguments, and with the empty line."""
    named = {f"agi_arg_{index}": value for index, value in enumerate(arguments, 1)}
    lines = (f"{key}: {value}\n" for key, value in {**HEADER, **changed, **named}.items())
    return ("".join(lines) + "\n").encode()


async def ask(port: int, sent: bytes) -> bytes:
    """Connect, send, and read to the end; what the server said, b"" when it closed without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    with suppress(ConnectionError):
        writer.write(sent)
        await writer.drain()
        said = await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return said


class KnownCallers:
    """Knows the callers it was given; can be slow, or broken."""

    def __init__(self, *, delay: float = 0.0, error: Exception | None = None, **known: Caller) -> None:
        self.known = {"+" + number.lstrip("n"): caller for number, caller in known.items()}
        self.delay, self.error = delay, error
        self.asked: list[str] = []

    async def look_up(self, raw: str) -> Caller:
        self.asked.append(raw)
        if self.error:
            raise self.error
        if self.delay:
            await asyncio.sleep(self.delay)
        return self.known.get(raw, NOBODY)
