"""AMI on the wire: bytes to messages and actions to bytes. No I/O.

A message is a run of `Key: value` lines closed by an empty line (the manager protocol of Asterisk, manager.c).
Caller names arrive in any encoding and cut at any byte, so the stream is split on bytes and each message is
decoded by itself. A value that holds a bare line feed must not begin a new message: what separates lines is
settled by the first line after the banner, CRLF from a PBX, LF from a trace that went through an editor.
"""

from collections.abc import Mapping, Sequence

import structlog

MAX_MESSAGE = 1 << 20
"""Bytes. The longest honest messages (the variables of a channel, a page of command output) are some kilobytes."""

_BANNER = b"Asterisk Call Manager/"
_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\0": None})
log = structlog.get_logger(__name__)


class Framer:
    """Cuts a byte stream into messages, whatever the chunks it comes in. `dropped` counts what was too long."""

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self.banner = ""
        """The first line of a live stream, `Asterisk Call Manager/9.0.0`; "" where there was none."""
        self.dropped = 0
        self._limit = limit
        self._buffer = bytearray()
        self._newline = ""
        self._dropping = False

    def feed(self, data: bytes) -> list[dict[str, str]]:
        """The messages that `data` completes. A key that comes several times has its values joined by LF."""
        searched = len(self._buffer)
        self._buffer += data
        if not self._newline:
            searched = self._begin()
        newline = self._newline
        return [headers for block in self._cut(searched) if (headers := parse(block, newline))]

    def finish(self) -> list[dict[str, str]]:
        """The last message of a trace that ends without an empty line."""
        block, self._buffer = self._buffer, bytearray()
        headers = {} if self._dropping else parse(block, self._newline or "\n")
        return [headers] if headers else []

    def _begin(self) -> int:
        """Take the banner off, and settle what separates lines; returns where to search from."""
        end = self._buffer.find(b"\n")
        if end >= 0 and self._buffer.startswith(_BANNER):
            self.banner = self._buffer[:end].decode("utf-8", "replace").strip()
            del self._buffer[: end + 1]
            end = self._buffer.find(b"\n")
        if end >= 0:
            self._newline = "\r\n" if self._buffer[:end].endswith(b"\r") else "\n"
        return 0

    def _cut(self, searched: int) -> list[bytearray]:
        """The complete blocks of the buffer, of which the first `searched` bytes hold no end of a message."""
        blank = (self._newline * 2).encode()
        blocks: list[bytearray] = []
        if blank and self._buffer.find(blank, max(0, searched - len(blank) + 1)) >= 0:
            blocks = self._buffer.split(blank)
            self._buffer = blocks.pop()
            if self._dropping:
                self._dropping = False
                del blocks[0]
        kept = [block for block in blocks if len(block) <= self._limit]
        self._count_dropped(len(blocks) - len(kept))
        self._bound()
        return kept

    def _bound(self) -> None:
        """Let go of a message that is too long before it is complete; its last bytes may begin the empty line."""
        if len(self._buffer) > self._limit + 3:
            del self._buffer[:-3]
            self._count_dropped(0 if self._dropping else 1)
            self._dropping = True

    def _count_dropped(self, count: int) -> None:
        if count:
            self.dropped += count
            log.warning("AMI message too long, dropped", limit=self._limit, count=count)


def parse(block: bytes | bytearray, newline: str = "\r\n") -> dict[str, str]:
    """The headers of one message, without its closing empty line; lines that are no header are left out."""
    lines = block.decode("utf-8", "replace").split(newline)
    try:
        headers = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        return _parse_slowly(lines)
    return headers if len(headers) == len(lines) else _parse_slowly(lines)


def _parse_slowly(lines: Sequence[str]) -> dict[str, str]:
    """For repeated keys (Variable, ChanVariable, Output), keys without a value, and what is no header at all."""
    values: dict[str, list[str]] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and key:
            values.setdefault(key, []).append(value[1:] if value.startswith(" ") else value)
    return {key: "\n".join(all_values) for key, all_values in values.items()}


def encode_action(fields: Mapping[str, str | Sequence[str]]) -> bytes:
    """One action as it is sent. Line breaks in keys and values become spaces: no text can add a header."""
    lines = []
    for key, value in fields.items():
        for one in (value,) if isinstance(value, str) else value:
            lines.append(f"{_one_line(key)}: {_one_line(one)}\r\n")
    return ("".join(lines) + "\r\n").encode("utf-8", "replace")


def _one_line(text: str) -> str:
    return text.translate(_BREAKS)
