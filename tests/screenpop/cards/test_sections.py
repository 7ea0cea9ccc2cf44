"""Further blocks on the card: registered by features and add-ons, harmless when they fail."""

import asyncio
from importlib.metadata import EntryPoint

import pytest

from screenpop.cards import sections
from screenpop.cards.model import CardBlock


class Loyalty:
    """An add-on's section, as docs/extending.md shows it."""

    name = "loyalty"

    async def block(self, customer_id: str) -> CardBlock | None:
        return CardBlock(name=self.name, title="Loyalty") if customer_id == "a" else None


class Hanging(Loyalty):
    """A section whose system does not answer."""

    async def block(self, customer_id: str) -> CardBlock | None:
        await asyncio.Event().wait()
        return None


@pytest.fixture
def add_ons(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    points: list[EntryPoint] = []
    monkeypatch.setattr(sections, "entry_points", lambda group: [p for p in points if p.group == group])
    return points


def test_installed_add_on_is_found_and_a_broken_one_left_out(add_ons: list[EntryPoint]) -> None:
    add_ons.append(EntryPoint("gone", "no_such_package:Section", sections.GROUP))
    add_ons.append(EntryPoint("loyalty", f"{__name__}:Loyalty", sections.GROUP))
    add_ons.append(EntryPoint("other", f"{__name__}:Hanging", "somebody.else"))
    assert [section.name for section in sections.installed()] == ["loyalty"]


async def test_blocks_are_those_that_have_something_to_say() -> None:
    assert await sections.blocks((Loyalty(),), "b") == ()
    assert [block.title for block in await sections.blocks((Loyalty(),), "a")] == ["Loyalty"]


async def test_section_that_does_not_answer_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "DEADLINE", 0.01)
    assert [block.name for block in await sections.blocks((Hanging(), Loyalty()), "a")] == ["loyalty"]
