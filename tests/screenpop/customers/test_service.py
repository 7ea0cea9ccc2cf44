"""Customers: what can be done with them, what it leaves behind, and what it must not do."""

import asyncio

import pytest

from screenpop.customers.categories import Categories
from screenpop.customers.model import Customer, NewCustomer, NewOrder
from screenpop.customers.service import Customers
from screenpop.errors import BadInput, Conflict, NotFound
from screenpop.facts import CustomerChanged
from screenpop.numbers import Numbers

BERLIN = "+49301234567"
ANNA = NewCustomer(name="Anna Müller", company="Müller GmbH", numbers=(("030 1234567", "office"),))


@pytest.fixture
async def anna(customers: Customers) -> Customer:
    return await customers.create(ANNA, "u1")


@pytest.mark.feature("CALL-26", "CALL-04")
async def test_create_normalises_the_number_tells_the_bus_and_leaves_an_audit_row(
    customers: Customers, told: list[CustomerChanged]
) -> None:
    made = await customers.create(ANNA, "u1")

    assert [(number.e164, number.national, number.primary) for number in made.numbers] == [
        (BERLIN, "030 1234567", True)
    ]
    assert told == [CustomerChanged(customer_id=made.id, numbers=(BERLIN,))]
    assert await customers.get(made.id) == made
    (entry,) = await customers.history(made.id)
    assert (entry.actor, entry.action, entry.changes["name"]) == ("u1", "create", ("", "Anna Müller"))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewCustomer(), "name"),
        (NewCustomer(name="x" * 201), "name"),
        (NewCustomer(name="x", country="Germany"), "country"),
        (NewCustomer(name="x", timezone="Mars/Base"), "timezone"),
        (NewCustomer(name="x", category="no-such"), "category"),
        (NewCustomer(name="x", numbers=(("not a number", ""),)), "number"),
        (NewCustomer(name="x", mails=("nobody",)), "mail"),
    ],
)
async def test_create_with_bad_input_names_the_field_and_writes_nothing(
    customers: Customers, told: list[CustomerChanged], new: NewCustomer, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        await customers.create(new, "u1")

    assert caught.value.field == field
    assert (await customers.search()).total == 0
    assert told == []


async def test_update_writes_only_what_differs_and_says_old_and_new(customers: Customers, anna: Customer) -> None:
    changed = await customers.update(anna.id, {"name": "Anna Müller", "city": "Berlin"}, anna.version, "u2")

    assert (changed.city, changed.version) == ("Berlin", anna.version + 1)
    latest = (await customers.history(anna.id))[0]
    assert (latest.actor, latest.changes) == ("u2", {"city": ("", "Berlin")})


async def test_update_that_changes_nothing_leaves_no_trace(
    customers: Customers, anna: Customer, told: list[CustomerChanged]
) -> None:
    told.clear()
    assert await customers.update(anna.id, {"name": anna.name}, None, "u2") == anna
    assert told == []
    assert len(await customers.history(anna.id)) == 1


async def test_update_of_a_version_that_was_overtaken_is_a_conflict(customers: Customers, anna: Customer) -> None:
    await customers.set_note(anna.id, "Pays late.", "u1")

    with pytest.raises(Conflict):
        await customers.update(anna.id, {"note": "Pays early."}, anna.version, "u2")
    assert (await customers.get(anna.id)).note == "Pays late."


async def test_concurrent_updates_of_one_version_let_exactly_one_through(customers: Customers, anna: Customer) -> None:
    writes = [customers.update(anna.id, {"note": str(turn)}, anna.version, "u1") for turn in range(8)]
    results = await asyncio.gather(*writes, return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 7 + ["Customer"]


@pytest.mark.feature("CALL-12", "CALL-09")
async def test_note_and_category_are_stored(customers: Customers, anna: Customer) -> None:
    await customers.set_note(anna.id, "Ask for the contract\r\nnumber.\x00", "u1")
    await customers.set_category(anna.id, "vip", "u1")

    stored = await customers.get(anna.id)
    assert stored.note == "Ask for the contract\nnumber."
    assert stored.category is not None
    assert (stored.category.name, stored.category.flag) == ("VIP", "important")


@pytest.mark.feature("CALL-28", "CALL-29", "CALL-27")
async def test_every_number_of_a_customer_matches(customers: Customers, anna: Customer) -> None:
    await customers.add_number(anna.id, "0151 23456789", "", "u1")

    for raw in ("030/1234567", "0049 30 1234567", "+49 (0)151 23456789", "tel:+4915123456789"):
        matches = await customers.match(Numbers("DE").parse(raw))
        assert [(match.customer_id, match.confidence) for match in matches] == [(anna.id, "exact")]


async def test_adding_a_number_twice_changes_nothing(customers: Customers, anna: Customer) -> None:
    assert await customers.add_number(anna.id, BERLIN, "", "u1") == anna


async def test_removing_the_primary_number_makes_another_one_primary(customers: Customers, anna: Customer) -> None:
    both = await customers.add_number(anna.id, "0151 23456789", "", "u1")

    left = await customers.remove_number(anna.id, both.numbers[0].id, "u1")

    assert [(number.e164, number.primary) for number in left.numbers] == [("+4915123456789", True)]
    with pytest.raises(NotFound):
        await customers.remove_number(anna.id, both.numbers[0].id, "u1")


@pytest.mark.feature("CALL+05")
async def test_a_shared_number_offers_every_owner(customers: Customers, anna: Customer) -> None:
    other = await customers.create(NewCustomer(name="Bernd", numbers=((BERLIN, ""),)), "u1")

    matches = await customers.match(Numbers("DE").parse(BERLIN))
    assert {match.customer_id for match in matches} == {anna.id, other.id}
    assert {match.confidence for match in matches} == {"exact"}


@pytest.mark.feature("CALL+05")
async def test_a_number_in_a_note_is_a_maybe(customers: Customers, anna: Customer) -> None:
    await customers.set_note(anna.id, "Her brother calls from 0171 / 55 66 778.", "u1")

    (match,) = await customers.match(Numbers("DE").parse("+491715566778"))
    assert (match.customer_id, match.confidence, match.reason) == (anna.id, "maybe", "in_note")


@pytest.mark.feature("CALL+05")
async def test_the_same_last_digits_without_a_country_code_are_a_maybe(customers: Customers) -> None:
    made = await customers.create(NewCustomer(name="Oleh", numbers=(("+380 44 123 45 67", ""),)), "u1")

    (match,) = await customers.match(Numbers("XX").parse("044 1234567"))
    assert (match.customer_id, match.confidence, match.reason) == (made.id, "maybe", "same_tail")


async def test_a_stranger_with_seven_digits_alike_is_no_match(customers: Customers, anna: Customer) -> None:
    assert await customers.match(Numbers("DE").parse("040 1234567")) == []
    assert await customers.match(Numbers("DE").parse("anonymous")) == []


@pytest.mark.feature("CALL-13", "CALL-14", "CALL-15", "CALL-16")
async def test_snapshot_has_the_open_orders_and_the_debt(customers: Customers, anna: Customer) -> None:
    new = NewOrder(number="A-1", title="Roof", stage="Delivery", responsible="Eva", amount=10_000, currency="eur")
    first = await customers.add_order(anna.id, new, "u1")
    await customers.add_order(anna.id, NewOrder(number="A-2", amount=500, paid=700, currency="EUR"), "u1")
    done = await customers.add_order(anna.id, NewOrder(number="A-0", amount=900, currency="EUR"), "u1")
    await customers.update_order(first.id, {"paid": 2_500}, "u1")
    await customers.update_order(done.id, {"open": False}, "u1")

    shown = await customers.snapshot(anna.id)

    assert [(order.number, order.due) for order in shown.orders] == [("A-1", 7_500), ("A-2", 0)]
    assert shown.debt == {"EUR": 7_500}
    assert [order.number for order in await customers.orders(anna.id)] == ["A-1", "A-2", "A-0"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"amount": -1}, "amount"), ({"amount": 1.5}, "amount"), ({"currency": "EURO"}, "currency"), ({"id": "x"}, "id")]
    + [({"url": url}, "url") for url in ("javascript:alert(1)", "//evil.example", "https://a b", "data:text/html,x")],
)
async def test_an_order_with_bad_input_names_the_field(
    customers: Customers, anna: Customer, changes: dict[str, object], field: str
) -> None:
    made = await customers.add_order(anna.id, NewOrder(number="A-1"), "u1")

    with pytest.raises(BadInput) as caught:
        await customers.update_order(made.id, changes, "u1")
    assert caught.value.field == field


async def test_snapshot_is_kept_until_the_customer_changes(customers: Customers, anna: Customer) -> None:
    first = await customers.snapshot(anna.id)
    assert await customers.snapshot(anna.id) is first

    await customers.set_note(anna.id, "New.", "u1")
    assert (await customers.snapshot(anna.id)).customer.note == "New."


async def test_snapshot_follows_a_category_that_was_renamed(
    customers: Customers, categories: Categories, anna: Customer
) -> None:
    await customers.set_category(anna.id, "vip", "u1")
    await customers.snapshot(anna.id)

    await categories.update("vip", "Gold", "#7c3aed", "important", "u1")

    category = (await customers.snapshot(anna.id)).customer.category
    assert category is not None
    assert category.name == "Gold"


async def test_external_id_of_another_customer_is_a_conflict(customers: Customers) -> None:
    await customers.create(NewCustomer(name="A", external_id="7"), "u1")
    with pytest.raises(Conflict):
        await customers.create(NewCustomer(name="B", external_id="7"), "u1")


async def test_get_of_nobody_is_not_found(customers: Customers) -> None:
    with pytest.raises(NotFound):
        await customers.get("nobody")
