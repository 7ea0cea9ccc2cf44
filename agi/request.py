"""What Asterisk sends when the dialplan runs `AGI(agi://host/verb,…)`: `agi_key: value` lines, then an empty one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

MAX_BYTES = 16_384
"""Of the whole header. Asterisk's own is below 1 KiB; a caller's name and the arguments can lengthen it."""
MAX_LINES = 200
"""Asterisk sends 22 lines, and one for each of at most 128 arguments."""

_KEY = re.compile(r"agi_[a-z0-9_]{1,40}")
_EMPTY = frozenset({"unknown", "<unknown>"})


class Malformed(Exception):
    """The header is not one that Asterisk would send; the text says what is wrong with it, without quoting it."""


@dataclass(frozen=True)
class Request:
    """One question of the dialplan. All values are hostile text."""

    headers: Mapping[str, str]

    @cached_property
    def verb(self) -> str:
        """The path of the address: `lookup` in `agi://host/lookup`."""
        return self.headers.get("agi_network_script", "").partition("?")[0].strip("/")

    @property
    def caller_number(self) -> str:
        """The caller's number as the channel has it, "" when it is withheld."""
        number = self.headers.get("agi_callerid", "")
        return "" if number in _EMPTY else number

    @cached_property
    def options(self) -> Mapping[str, str]:
        """The arguments: `AGI(…,callerid,number=123)` is {"callerid": "", "number": "123"}."""
        arguments = (value for key, value in self.headers.items() if key.startswith("agi_arg_"))
        parts = (argument.partition("=") for argument in arguments)
        return {name.strip(): value.strip() for name, _, value in parts}


def parse(header: bytes) -> Request:
    """Read a header without its empty line. Raises Malformed."""
    lines = header.decode("utf-8", "replace").split("\n")
    if len(lines) > MAX_LINES:
        raise Malformed("too many lines")
    headers: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.rstrip("\r").partition(":")
        if not colon or not _KEY.fullmatch(key):
            raise Malformed("a line that is not 'agi_key: value'")
        if key in headers:  # a line break smuggled into a name would speak for Asterisk
            raise Malformed("a key twice")
        headers[key] = value.strip()
    return Request(headers)
