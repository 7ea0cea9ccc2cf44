"""Cards: fetched ahead, kept fresh, never waited for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.bus import Bus
from screenpop.cards.layouts import Layouts, company_scope, line_scope
from screenpop.cards.model import CardBlock, CardLastCall, CardRow
from screenpop.cards.service import KEPT, Cards, Sources
from screenpop.customers.model import Match, NewCustomer, Snapshot
from screenpop.customers.service import Customers
from screenpop.errors import NotFound
from screenpop.facts import CallView, Party
from screenpop.lines import Lines
from screenpop.numbers import Number, Numbers
from screenpop.store.engine import Store, default_url
from tests.until import until

ANN = "+493012345678"


class Desk:
    """Everybody is called after the place or the id."""

    def name_at(self, extension: str) -> str:
        return f"Agent {extension}"

    def name_of(self, user_id: str) -> str:
        return ""


class Blocks:
    """A section that says the id back, or fails."""

    name = "echo"
    broken = False

    async def block(self, customer_id: str) -> CardBlock:
        if self.broken:
            raise RuntimeError("no")
        return CardBlock(name=self.name, title="Echo", rows=(CardRow(text=customer_id),))


class Calls:
    """The last call is always the same."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def last_call(self, customer_id: str, number: str, before: str) -> CardLastCall | None:
        self.asked.append((customer_id, number, before))
        return CardLastCall(id="c0", at=1.0, direction="incoming")


class Counting:
    """The customers, counting what is asked."""

    def __init__(self, customers: Customers) -> None:
        self.customers, self.matches, self.gate = customers, 0, asyncio.Event()
        self.gate.set()

    async def match(self, number: Number) -> list[Match]:
        self.matches += 1
        await self.gate.wait()
        return await self.customers.match(number)

    async def snapshot(self, customer_id: str) -> Snapshot:
        return await self.customers.snapshot(customer_id)


class House:
    """What a test works with."""

    def __init__(self, store: Store, photos: Path) -> None:
        self.bus, self.numbers = Bus(), Numbers("DE")
        self.customers = Customers(store, self.numbers, self.bus, photos)
        self.source, self.calls, self.blocks = Counting(self.customers), Calls(), Blocks()
        self.lines, self.layouts = Lines(store, self.numbers, self.bus), Layouts(store, self.bus)
        sources = Sources(
            numbers=self.numbers,
            customers=self.source,
            lines=self.lines,
            layouts=self.layouts,
            people=Desk(),
            company="Blue Boat",
            last_calls=self.calls,
            sections=(self.blocks,),
        )
        self.cards = Cards(sources, self.bus)
        self.told: list[str] = []
        self.cards.listen(lambda number, _: self.told.append(number))

    async def add(self, name: str = "Ann", number: str = ANN) -> str:
        return (await self.customers.create(NewCustomer(name=name, numbers=((number, ""),)), "system")).id


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    house = House(store, tmp_path / "photos")
    yield house
    await house.cards.close()
    await store.close()


def call(number: str = ANN, call_id: str = "c1", line: str = "", direction: str = "incoming") -> CallView:
    remote = Party(number)
    return CallView(id=call_id, direction=direction, caller=remote, to=(), remote=remote, line=line, started_at=1.0)


@pytest.mark.feature("CALL-02")
async def test_card_fetched_ahead_is_ready_when_the_phone_rings(house: House) -> None:
    await house.add()
    house.cards.prefetch(call())
    await until(lambda: house.told)
    card = house.cards.now(call(), "101")
    assert (card.ready, card.title, card.agent_name) == (True, "Ann", "Agent 101")


async def test_card_that_is_not_there_yet_is_the_number_and_is_told_when_it_comes(house: House) -> None:
    await house.add()
    house.source.gate.clear()
    card = house.cards.now(call(), "101")
    assert (card.ready, card.title, house.told) == (False, "+49 30 12345678", [])
    house.source.gate.set()
    await until(lambda: ANN in house.told)
    assert house.cards.now(call(), "101").title == "Ann"


async def test_many_asking_at_once_look_up_once(house: House) -> None:
    for agent in ("101", "102", "103"):
        house.cards.prefetch(call())
        house.cards.now(call(), agent)
    await house.cards.for_call(call(), "101")
    assert house.source.matches == 1


async def test_card_is_ready_once_the_caller_was_looked_up(house: House) -> None:
    house.source.gate.clear()
    assert not house.cards.is_ready(call())
    house.source.gate.set()
    await until(lambda: house.told)
    assert house.cards.is_ready(call())
    assert house.source.matches == 1


async def test_caller_who_changes_while_being_looked_up_is_looked_up_again(house: House) -> None:
    house.source.gate.clear()
    house.cards.prefetch(call())
    await until(lambda: house.source.matches == 1)
    await house.add()
    house.source.gate.set()
    await until(lambda: house.told)
    assert house.cards.now(call(), "101").title == "Ann"
    assert house.source.matches == 2


async def test_last_call_and_blocks_come_after_the_card(house: House) -> None:
    ann = await house.add()
    card = await house.cards.for_call(call(), "101")
    assert card.last_call is not None
    assert (card.last_call.id, card.blocks[0].rows[0].text) == ("c0", ann)
    assert house.calls.asked[-1] == (ann, ANN, "c1")
    house.cards.now(call(), "101")
    await until(lambda: house.cards.now(call(), "101").blocks)


async def test_last_call_is_fetched_ahead_as_well(house: House) -> None:
    await house.add()
    house.cards.prefetch(call())
    await until(lambda: len(house.told) == 2)
    assert house.cards.now(call(), "101").last_call is not None
    house.cards.prefetch(call(call_id="c2"))
    await until(lambda: len(house.told) == 3)
    assert house.cards.now(call(call_id="c2"), "101").last_call is not None


async def test_many_calls_from_one_number_do_not_redraw_each_other(house: House) -> None:
    await house.add()
    calls = [call(call_id=f"c{number}") for number in range(60)]
    by_id = {each.id: each for each in calls}
    redrawn: list[str] = []

    def redraw(_: str, call_id: str) -> None:
        for each in [by_id[call_id]] if call_id else calls:
            redrawn.append(each.id)
            house.cards.now(each, "101")

    house.cards.listen(redraw)
    for each in calls:
        house.cards.prefetch(each)
    await until(lambda: len(house.calls.asked) >= len(calls))
    asked, seen = 0, -1
    while asked != seen:
        seen, asked = asked, len(house.calls.asked)
        for _ in range(50):
            await asyncio.sleep(0)
    assert len(house.calls.asked) <= 3 * len(calls)
    assert len(redrawn) <= 4 * len(calls)


async def test_broken_section_costs_its_block_only(house: House) -> None:
    await house.add()
    house.blocks.broken = True
    card = await house.cards.for_call(call(), "101")
    assert (card.title, card.blocks) == ("Ann", ())


@pytest.mark.feature("CALL-27", "CALL-28")
async def test_change_of_a_customer_is_told_to_the_cards_of_the_number(house: House) -> None:
    assert (await house.cards.for_call(call(), "101")).known == "unknown"
    ann = await house.add()
    await until(lambda: house.cards.now(call(), "101").title == "Ann")
    await house.customers.set_note(ann, "Careful", "system")
    await until(lambda: "Careful" in str(house.cards.now(call(), "101")))
    number = (await house.customers.get(ann)).numbers[0]
    await house.customers.remove_number(ann, number.id, "system")
    await until(lambda: house.cards.now(call(), "101").known == "unknown")


async def test_merged_customer_is_the_one_kept(house: House) -> None:
    gone, keep = await house.add("Gone"), await house.add("Keep", "+493099999999")
    assert (await house.cards.for_call(call(), "101")).title == "Gone"
    await house.customers.merge(keep, gone, "system")
    await until(lambda: house.cards.now(call(), "101").title == "Keep")


async def test_withheld_number_asks_nobody_for_a_last_call(house: House) -> None:
    card = await house.cards.for_call(call("anonymous"), "101")
    assert (card.known, card.last_call, house.calls.asked) == ("withheld", None, [])


async def test_internal_call_shows_the_colleague(house: House) -> None:
    card = await house.cards.for_call(call("102", direction="internal"), "101")
    assert (card.known, card.title) == ("colleague", "Agent 102")


@pytest.mark.feature("CALL-05", "CALL-06")
async def test_layout_of_the_line_wins_over_the_companys_and_that_over_all(house: House) -> None:
    line = await house.lines.put("+49 30 5550000", "Sales", "Red Boat", "system")
    here, there = call(line="+49305550000"), call(line="")
    fields = {"": ["name"], company_scope("RED boat"): ["name", "note"], line_scope(line.number): ["name", "debt"]}
    for scope, names in fields.items():
        await house.layouts.save(scope, names, True, "system")
    assert (await house.cards.for_call(here, "101")).layout.fields == ("name", "debt")
    await house.layouts.reset(line_scope(line.number), "system")
    assert (await house.cards.for_call(here, "101")).layout.fields == ("name", "note")
    assert (await house.cards.for_call(there, "101")).layout.fields == ("name",)
    assert (await house.cards.for_call(here, "101")).line.company == "Red Boat"
    assert (await house.cards.for_call(there, "101")).line.company == "Blue Boat"


async def test_layout_is_as_saved_after_a_restart(house: House, tmp_path: Path) -> None:
    await house.layouts.save("", ["note", "name"], False, "system")
    again = Layouts(Store.open(default_url(tmp_path)), Bus())
    await again.load()
    assert again.all() == house.layouts.all()
    await again._store.close()


async def test_numbers_remembered_are_bounded(house: House) -> None:
    for number in range(KEPT + 20):
        house.cards._entry(f"+4930{number:07}")
    assert len(house.cards._entries) == KEPT


async def test_withheld_caller_can_be_anybody_for_this_call_only(house: House) -> None:
    ann = await house.add()
    assert await house.cards.admit("anonymous", ann)
    assert house.cards.now(call("anonymous"), "101", ann).title == "Ann"
    other = house.cards.now(call("anonymous", "c2"), "101")
    assert (other.known, other.title, other.choices) == ("withheld", "", ())
    await house.customers.update(ann, {"name": "Ann Boat"}, 1, "system")
    await until(lambda: house.cards.now(call("anonymous"), "101", ann).title == "Ann Boat")


async def test_caller_with_a_number_can_be_nobody_else(house: House) -> None:
    ann, bea = await house.add(), await house.add("Bea", "+493099999999")
    assert (await house.cards.admit(ANN, ann), await house.cards.admit(ANN, bea)) == (True, False)
    with pytest.raises(NotFound):
        await house.cards.admit("anonymous", "nobody")
