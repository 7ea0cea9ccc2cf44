"""The index: the same answers as the store, from memory, whatever changes meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from screenpop.bus import Bus
from screenpop.customers import index as module
from screenpop.customers.index import WRITTEN_OUTSIDE, NumberIndex, pack_key
from screenpop.customers.model import NewCustomer
from screenpop.customers.service import Customers
from screenpop.facts import CustomerChanged, SettingsChanged
from screenpop.ids import make_id, pack_id, unpack_id
from screenpop.numbers import Numbers
from screenpop.store.engine import Store
from screenpop.store.outside import set_mark
from screenpop.store.tables import customer_number
from tests.until import until

BERLIN = "+49301234567"


@pytest.mark.feature("CALL-29", "CALL-27")
async def test_the_index_is_fresh_before_and_after_it_is_loaded(
    customers: Customers, index: NumberIndex, store: Store
) -> None:
    before = await customers.create(NewCustomer(name="A", numbers=((BERLIN, ""), ("101", ""))), "u1")
    assert index.find(BERLIN) == index.find("101") == (before.id,)

    await index.load(store)
    after = await customers.create(NewCustomer(name="B", numbers=((BERLIN, ""),)), "u1")

    assert set(index.find(BERLIN)) == {before.id, after.id}
    assert index.find("101") == (before.id,)
    assert index.find("+4930999") == index.find("") == ()


async def test_a_number_taken_away_is_not_found_any_more(
    customers: Customers, index: NumberIndex, store: Store
) -> None:
    made = await customers.create(NewCustomer(name="A", numbers=((BERLIN, ""), ("101", ""))), "u1")
    await index.load(store)
    for number in made.numbers:
        await customers.remove_number(made.id, number.id, "u1")

    assert index.find(BERLIN) == index.find("101") == ()


async def test_what_changes_while_the_index_loads_is_not_lost(
    customers: Customers, index: NumberIndex, store: Store
) -> None:
    for place in range(30):
        await customers.create(NewCustomer(name=str(place), numbers=((f"030 12345{place:02}", ""),)), "u1")
    loads = [index.load(store) for _ in range(3)]
    changes = [
        customers.create(NewCustomer(name="new", numbers=((f"0171 55667{place:02}", ""),)), "u1") for place in range(20)
    ]
    await asyncio.gather(*loads, *changes)

    async with store.read() as tx:
        stored = (await tx.execute(sa.select(customer_number.c.key, customer_number.c.customer_id))).all()
    assert len(stored) == 50
    assert [index.find(row.key) for row in stored] == [(row.customer_id,) for row in stored]


async def test_many_changes_make_it_load_anew(store: Store) -> None:
    bus = Bus()
    index = NumberIndex(bus, rebuild_after=2)
    await index.load(store)
    for id_ in ("a", "b"):
        bus.publish(CustomerChanged(customer_id=id_, numbers=(BERLIN,)))

    await index.refresh(store)

    assert index.find(BERLIN) == ()


async def test_what_another_process_wrote_is_noticed(index: NumberIndex, bus: Bus, store: Store) -> None:
    told: list[SettingsChanged] = []
    bus.subscribe(SettingsChanged, told.append)
    await index.load(store)
    other = Customers(store, Numbers("DE"), Bus(), Path())
    made = await other.create(NewCustomer(name="A", numbers=((BERLIN, ""),)), "u1")
    await index.refresh(store)
    assert (index.find(BERLIN), told) == ((), [])

    await set_mark(store, WRITTEN_OUTSIDE)
    await index.refresh(store)

    assert index.find(BERLIN) == (made.id,)
    assert len(told) == 1


async def test_index_outlives_a_store_that_fails_for_a_while(
    bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    index = NumberIndex(bus)
    healthy, tries = store.read, []

    def read() -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise sa.exc.OperationalError("SELECT", {}, OSError("disk I/O error"))
        return healthy()

    monkeypatch.setattr(store, "read", read)
    running = asyncio.create_task(index.run(store))
    await until(lambda: index.loaded or running.done())
    running.cancel()
    assert index.loaded


@given(st.integers(0, (1 << 48) - 1), st.integers(0, (1 << 80) - 1))
def test_an_id_comes_out_of_its_bytes_again(milliseconds: int, randomness: int) -> None:
    made = make_id(milliseconds, randomness)
    packed = pack_id(made)
    assert packed is not None
    assert (len(packed), unpack_id(packed)) == (16, made)


@given(st.text(max_size=30))
def test_what_is_no_id_of_ours_is_not_packed(text: str) -> None:
    packed = pack_id(text)
    assert packed is None or unpack_id(packed) == text


@given(st.lists(st.from_regex(r"\+[1-9][0-9]{1,14}", fullmatch=True), max_size=20))
def test_packed_keys_sort_as_their_texts_do(keys: list[str]) -> None:
    packed = {key: pack_key(key) for key in keys}
    assert sorted(set(keys)) == sorted(set(keys), key=lambda key: packed[key] or 0)
    assert len(set(packed.values())) == len(packed)
    assert all(value is not None and value < 1 << 64 for value in packed.values())


@pytest.mark.parametrize("key", ["", "101", "+1234567890123456", "+49x", "+٤٩"])
def test_a_key_that_is_no_e164_is_not_packed(key: str) -> None:
    assert pack_key(key) is None
