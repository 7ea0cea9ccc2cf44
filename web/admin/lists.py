"""Rules that stand in an order: found by their place, moved, and lists of words in one field."""

from collections.abc import Sequence
from typing import TypeVar

from screenpop.errors import NotFound

T = TypeVar("T")
LONGEST = 200


def place_in(rules: Sequence[object], text: str) -> int:
    """The place (from 0) that a form or an address names. Raises NotFound."""
    if not text.isdecimal() or len(text) > 4 or int(text) >= len(rules):
        raise NotFound("There is no such rule.")
    return int(text)


def moved(rules: Sequence[T], text: str, by: str) -> tuple[T, ...]:
    """The rules with one of them a place up (`by` is -1) or down (1). Raises NotFound."""
    at = place_in(rules, text)
    if by not in ("-1", "1"):
        raise NotFound("There is no such rule.")
    order = list(rules)
    order.insert(min(max(at + int(by), 0), len(order) - 1), order.pop(at))
    return tuple(order)


def split(text: str) -> tuple[str, ...]:
    """What stands in a field, between commas."""
    return tuple(dict.fromkeys(word.strip()[:LONGEST] for word in text.split(",") if word.strip()))
