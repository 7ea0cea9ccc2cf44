"""Categories: the admin's list."""

import pytest

from screenpop.bus import Bus
from screenpop.customers.categories import Categories
from screenpop.customers.model import Flag, NewCustomer
from screenpop.customers.service import Customers
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.facts import SettingsChanged


@pytest.mark.feature("CALL-09", "CALL-10", "CALL-11")
async def test_a_new_site_has_ordinary_vip_and_problem(categories: Categories) -> None:
    assert [(each.name, each.flag) for each in await categories.all()] == [
        ("Ordinary", "ordinary"),
        ("VIP", "important"),
        ("Problem", "problem"),
    ]


@pytest.mark.feature("CALL-09")
async def test_the_list_can_be_changed(categories: Categories, bus: Bus) -> None:
    told: list[SettingsChanged] = []
    bus.subscribe(SettingsChanged, told.append)

    made = await categories.create("Press", "#00AA00", "important", "admin")
    await categories.update(made.id, "Press & radio", "#00bb00", "ordinary", "admin")
    await categories.reorder([made.id, "vip", "ordinary", "problem"], "admin")

    first = (await categories.all())[0]
    assert (first.id, first.name, first.colour, first.flag) == (made.id, "Press & radio", "#00bb00", "ordinary")
    assert {fact.key for fact in told} == {"categories"}


@pytest.mark.parametrize(
    ("name", "colour", "flag", "field"),
    [("", "", "ordinary", "name"), ("x", "red", "ordinary", "colour"), ("x", "", "angry", "flag")],
)
async def test_bad_input_names_the_field(
    categories: Categories, name: str, colour: str, flag: Flag, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        await categories.create(name, colour, flag, "admin")
    assert caught.value.field == field


async def test_a_name_can_be_there_once(categories: Categories) -> None:
    with pytest.raises(Conflict):
        await categories.create("VIP", "", "ordinary", "admin")
    with pytest.raises(NotFound):
        await categories.update("no-such", "x", "", "ordinary", "admin")


async def test_deleting_one_in_use_asks_for_a_replacement(categories: Categories, customers: Customers) -> None:
    anna = await customers.create(NewCustomer(name="Anna", category="vip"), "u1")
    assert await categories.in_use() == {"vip": 1}

    with pytest.raises(Conflict):
        await categories.delete("vip", "admin")
    await categories.delete("vip", "admin", replacement="problem")

    category = (await customers.snapshot(anna.id)).customer.category
    assert category is not None
    assert category.id == "problem"
    assert [each.id for each in await categories.all()] == ["ordinary", "problem"]


async def test_deleting_one_in_use_may_leave_none(categories: Categories, customers: Customers) -> None:
    anna = await customers.create(NewCustomer(name="Anna", category="vip"), "u1")
    await categories.delete("vip", "admin", replacement="")
    assert (await customers.get(anna.id)).category is None
