"""Ids that sort by the time they were made."""

import re
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PLAIN = "0123456789abcdefghijklmnopqrstuv"
_TO_PLAIN = str.maketrans(_ALPHABET, _PLAIN)
_SHAPE = re.compile(f"[0-7][{_ALPHABET}]{{25}}")


def new_id() -> str:
    """A fresh id: 26 characters, the first ten from the clock in milliseconds (the ULID layout, lower case)."""
    return make_id(time.time_ns() // 1_000_000, secrets.randbits(80))


def make_id(milliseconds: int, randomness: int) -> str:
    """The id of this moment (Unix milliseconds, 48 bits used) and these 80 random bits."""
    value = (milliseconds & (1 << 48) - 1) << 80 | randomness & (1 << 80) - 1
    return unpack_id(value.to_bytes(16, "big"))


def pack_id(text: str) -> bytes | None:
    """The 16 bytes of an id; None for a text that is not laid out as `make_id` does it."""
    return int(text.translate(_TO_PLAIN), 32).to_bytes(16, "big") if _SHAPE.fullmatch(text) else None


def unpack_id(packed: bytes) -> str:
    """The id of these 16 bytes."""
    value = int.from_bytes(packed, "big")
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
