"""Merging two customers: nothing is lost, and the old id leads to the one kept."""

from pathlib import Path

import pytest

from screenpop.calls.log import CallLog
from screenpop.customers.categories import Categories
from screenpop.customers.index import NumberIndex
from screenpop.customers.model import Customer, NewCustomer, NewOrder
from screenpop.customers.service import Customers
from screenpop.errors import BadInput
from screenpop.facts import CallRang, CallView, CustomerChanged, Party
from screenpop.numbers import Numbers
from screenpop.store.engine import Store

Pair = tuple[Customer, Customer]


@pytest.fixture
async def pair(customers: Customers, picture: bytes) -> Pair:
    keep = await customers.create(NewCustomer(name="Anna", note="Kind.", numbers=(("030 1234567", ""),)), "u1")
    new = NewCustomer(
        name="A. Müller",
        company="Müller GmbH",
        category="vip",
        note="Pays late.",
        external_id="77",
        numbers=(("030 1234567", ""), ("0171 5566778", "mobile")),
        mails=("a@example.org",),
    )
    gone = await customers.create(new, "u1")
    await customers.add_order(gone.id, NewOrder(number="A-1"), "u1")
    return keep, await customers.set_photo(gone.id, picture, "u1")


async def test_merge_moves_everything_and_fills_what_was_missing(
    customers: Customers, pair: Pair, picture: bytes
) -> None:
    keep, gone = pair

    merged = await customers.merge(keep.id, gone.id, "u2")

    assert [(number.key, number.primary) for number in merged.numbers] == [
        ("+49301234567", True),
        ("+491715566778", False),
    ]
    assert (merged.name, merged.company, merged.external_id) == ("Anna", "Müller GmbH", "77")
    assert merged.note == "Kind.\n\nPays late."
    assert merged.category is not None
    assert merged.category.id == "vip"
    assert [mail.address for mail in merged.mails] == ["a@example.org"]
    assert [order.number for order in await customers.orders(keep.id)] == ["A-1"]
    assert (await customers.photo(keep.id)).path.read_bytes() == picture


async def test_the_merged_id_leads_to_the_kept_customer(
    customers: Customers, pair: Pair, told: list[CustomerChanged]
) -> None:
    keep, gone = pair
    await customers.merge(keep.id, gone.id, "u2")

    assert (await customers.get(gone.id)).id == keep.id
    assert (await customers.snapshot(gone.id)).customer.id == keep.id
    assert (await customers.set_note(gone.id, "Written on the old card.", "u3")).id == keep.id
    assert [row.id for row in (await customers.search("ller")).rows] == [keep.id]
    assert CustomerChanged(customer_id=gone.id, gone=True, merged_into=keep.id) in told


async def test_the_index_gives_the_kept_customer_only(customers: Customers, pair: Pair, index: NumberIndex) -> None:
    keep, gone = pair
    await customers.merge(keep.id, gone.id, "u2")

    assert index.find("+491715566778") == index.find("+49301234567") == (keep.id,)


async def test_the_audit_tells_both_histories(customers: Customers, pair: Pair) -> None:
    keep, gone = pair
    await customers.merge(keep.id, gone.id, "u2")

    entries = await customers.history(keep.id)
    assert {entry.object_id for entry in entries} == {keep.id, gone.id}
    merged = next(entry for entry in entries if entry.action == "merge")
    summary = merged.changes["merged"][1]
    assert isinstance(summary, dict)
    assert (merged.actor, summary["name"], summary["numbers"]) == (
        "u2",
        "A. Müller",
        ["+49301234567", "+491715566778"],
    )


async def test_category_of_the_one_that_goes_is_free_again(
    customers: Customers, categories: Categories, pair: Pair
) -> None:
    keep, gone = pair
    await customers.set_category(keep.id, "vip", "u1")
    await customers.set_category(gone.id, "problem", "u1")
    await customers.merge(keep.id, gone.id, "u2")

    assert await categories.in_use() == {"vip": 1}
    await categories.delete("problem", "u1")


async def test_calls_go_with_the_customer(customers: Customers, pair: Pair, store: Store, tmp_path: Path) -> None:
    keep, gone = pair
    log = CallLog(store, Numbers("DE"), customers._bus)
    remote = Party("0171 5566778")
    view = CallView(id="1", direction="incoming", caller=remote, to=("101",), remote=remote, started_at=1.0)
    log.apply(CallRang(call=view, at=1.0, agent="101"))
    await log.flush()

    await customers.merge(keep.id, gone.id, "u2")

    assert [call.id for call in await log.recent(customer_id=keep.id)] == ["1"]


async def test_a_customer_cannot_be_merged_with_itself_or_twice(customers: Customers, pair: Pair) -> None:
    keep, gone = pair
    with pytest.raises(BadInput):
        await customers.merge(keep.id, keep.id, "u1")
    await customers.merge(keep.id, gone.id, "u1")
    with pytest.raises(BadInput):
        await customers.merge(keep.id, gone.id, "u1")
