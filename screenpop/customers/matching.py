"""Whom does a number belong to? Those who have it; where nobody has, careful guesses."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers import store as rows
from screenpop.customers.model import Match
from screenpop.customers.search import found_in_text
from screenpop.numbers import Number
from screenpop.store.tables import customer_number

MOST_GUESSES = 5
SAME_DIGITS = 9
"""So many last digits alike are no accident: one of the two was written with a wrong or missing country code."""


async def match(tx: AsyncConnection, number: Number) -> list[Match]:
    """Every owner of the number; else up to five guesses: the same last digits, or the number in a note."""
    owners = await rows.owners_of(tx, number.key)
    if owners:
        return [Match(customer_id=id_, confidence="exact") for id_ in owners]
    if not number.tail:
        return []
    guesses = [Match(customer_id=id_, confidence="maybe", reason="same_tail") for id_ in await _tails(tx, number)]
    noted = await found_in_text(tx, number.key.lstrip("+"), MOST_GUESSES)
    guesses += [Match(customer_id=id_, confidence="maybe", reason="in_note") for id_ in noted]
    return _first_of_each(guesses)[:MOST_GUESSES]


async def _tails(tx: AsyncConnection, number: Number) -> list[str]:
    c = customer_number.c
    query = sa.select(c.customer_id, c.key, c.e164).where(c.tail == number.tail).limit(200)
    return [row.customer_id for row in await tx.execute(query) if alike(number.key, row.key)]


def alike(one: str, other: str) -> bool:
    """May two keys be one number? At least nine last digits alike, or the shorter, without its zeros, ends the other.

    The second holds only where one of them has no country code.
    """
    shared = _shared_tail(one, other)
    if shared >= SAME_DIGITS:
        return True
    known = [key for key in (one, other) if key.startswith("+")]
    return len(known) < 2 and shared >= min(len(key.lstrip("+0")) for key in (one, other))


def _shared_tail(one: str, other: str) -> int:
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count


def _first_of_each(guesses: Iterable[Match]) -> list[Match]:
    """Each customer once, with the better reason."""
    best: dict[str, Match] = {}
    for guess in guesses:
        best.setdefault(guess.customer_id, guess)
    return list(best.values())
