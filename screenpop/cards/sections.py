"""Further blocks on the card: features and add-ons register what they know of a customer.

An add-on is a Python package with an entry point in the group `ringdesk.card_sections` that names a section.
"""

import asyncio
from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Protocol

import structlog

from screenpop.cards.model import CardBlock

GROUP = "ringdesk.card_sections"
DEADLINE = 2.0
"""Seconds a section may take; the card is on the screen meanwhile and gets the block when it comes."""

log = structlog.get_logger(__name__)


class Section(Protocol):
    """One source of blocks."""

    name: str
    """Lower-case letters; the block's mark in the page."""

    async def block(self, customer_id: str) -> CardBlock | None:
        """What to show of this customer, or None. May raise: then there is no block."""


def installed() -> tuple[Section, ...]:
    """The sections of installed add-ons; one that cannot be loaded is logged and left out."""
    found: list[Section] = []
    for point in entry_points(group=GROUP):
        try:
            found.append(point.load()())
        except Exception:
            log.exception("card section cannot be loaded", section=point.name)
    return tuple(found)


async def blocks(sections: Iterable[Section], customer_id: str) -> tuple[CardBlock, ...]:
    """The blocks of all sections, asked at the same time; one that fails or is late is left out."""
    found = await asyncio.gather(*(_block(section, customer_id) for section in sections))
    return tuple(block for block in found if block is not None)


async def _block(section: Section, customer_id: str) -> CardBlock | None:
    try:
        async with asyncio.timeout(DEADLINE):
            return await section.block(customer_id)
    except Exception:
        log.exception("card section failed", section=section.name)
        return None
