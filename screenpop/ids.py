"""Ids that sort by the time they were made."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def new_id() -> str:
    """A fresh id: 26 characters, the first ten from the clock in milliseconds (the ULID layout, lower case)."""
    return make_id(time.time_ns() // 1_000_000, secrets.randbits(80))


def make_id(milliseconds: int, randomness: int) -> str:
    """The id of this moment (Unix milliseconds, 48 bits used) and these 80 random bits."""
    value = (milliseconds & (1 << 48) - 1) << 80 | randomness & (1 << 80) - 1
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
