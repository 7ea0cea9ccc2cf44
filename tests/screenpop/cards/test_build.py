"""From what is known to the card: pure rules."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from screenpop.cards.build import SHOWN_ORDERS, Extras, Found, Setting, build
from screenpop.cards.layouts import make_layout
from screenpop.cards.model import FIELDS, CardBlock, CardLastCall, CardRow, Layout, Money
from screenpop.customers.model import Category, Customer, Match, Order, Snapshot
from screenpop.errors import BadInput
from screenpop.facts import CallView, Party
from screenpop.lines import Line
from screenpop.numbers import Numbers

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NUMBERS = Numbers("DE")


def call(number: str = "+493012345678", name: str = "", **changes) -> CallView:
    remote = Party(number, name)
    made = CallView(id="c1", direction="incoming", caller=remote, to=("101",), remote=remote, started_at=1.0)
    return replace(made, **changes)


def setting(view: CallView, **changes) -> Setting:
    made = Setting(
        number=NUMBERS.parse(view.remote.number),
        line=Line(id="", number="", raw="", company="Blue Boat"),
        layout=Layout(),
        extension="101",
        agent_name="Anna",
    )
    return replace(made, **changes)


def known(customer_id: str = "a", *orders: Order, **changes) -> Snapshot:
    customer = Customer(id=customer_id, name=f"Name {customer_id}", created_at=NOW, updated_at=NOW)
    return Snapshot(customer=replace(customer, **changes), orders=orders)


def order(number: str, amount: int = 0, paid: int = 0, currency: str = "EUR", url: str = "") -> Order:
    return Order(
        id=number, customer_id="a", number=number, amount=amount, paid=paid, currency=currency, url=url,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def found(*snapshots: Snapshot, confidence: str = "exact") -> Found:
    matches = tuple(Match(customer_id=s.customer.id, confidence=confidence) for s in snapshots)
    return Found(matches, {s.customer.id: s for s in snapshots})


@pytest.mark.parametrize(
    ("view", "what", "expected"),
    [
        (call(), found(known("a")), "known"),
        (call(), found(known("a"), known("b")), "several"),
        (call(), found(known("a"), confidence="maybe"), "several"),
        (call(), Found(), "unknown"),
        (call(), None, "unknown"),
        (call("anonymous"), Found(), "withheld"),
        (call(""), None, "withheld"),
        (call("102", direction="internal"), Found(), "colleague"),
    ],
)
def test_kind_of_card(view: CallView, what: Found | None, expected: str) -> None:
    card = build(view, setting(view), what)
    assert (card.known, card.ready) == (expected, what is not None)


def test_number_that_is_withheld_has_no_text_and_nothing_to_dial() -> None:
    for raw in ("", "anonymous", "Restricted"):
        card = build(call(raw, name="A. Body"), setting(call(raw)), Found())
        assert (card.title, card.number.text, card.number.dial) == ("", "", "")


@pytest.mark.parametrize(("raw", "dialled"), [("030 12345678", "+493012345678"), ("102", "102"), ("foo", "")])
def test_number_is_dialled_as_it_is_known(raw: str, dialled: str) -> None:
    assert build(call(raw), setting(call(raw)), Found()).number.dial == dialled


def test_choice_among_several_is_kept_and_can_be_changed() -> None:
    card = build(call(), setting(call()), found(known("a"), known("b")), choice="b")
    assert card.customer is not None
    assert card.customer.id == "b"
    assert [(choice.customer_id, choice.chosen) for choice in card.choices] == [("a", False), ("b", True)]


def test_choice_of_somebody_else_is_no_choice() -> None:
    assert build(call(), setting(call()), found(known("a"), known("b")), choice="x").customer is None


def test_one_certain_match_asks_nothing() -> None:
    assert build(call(), setting(call()), found(known("a"))).choices == ()


@pytest.mark.feature("CALL-18", "CALL-25")
def test_unknown_number_says_where_it_is_from() -> None:
    card = build(call("+442079460000"), setting(call("+442079460000")), Found())
    assert (card.number.international, card.number.country, card.number.place) == ("+44 20 7946 0000", "GB", "London")
    assert card.title == "+44 20 7946 0000"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann", "Ann"),
        ("+493012345678", ""),
        ("A\r\nB\x00C", "A B C"),
        ("x" * 300, "x" * 120),
        ("Anonymous", ""),
    ],
)
def test_name_from_the_pbx_is_one_short_line(name: str, shown: str) -> None:
    assert build(call(name=name), setting(call()), Found()).caller_name == shown


@pytest.mark.feature("CALL-13", "CALL-16")
def test_orders_are_few_and_debt_counts_them_all() -> None:
    orders = [order(str(n), amount=100, paid=60) for n in range(SHOWN_ORDERS + 2)]
    orders.append(order("usd", amount=500, currency="USD"))
    card = build(call(), setting(call()), found(known("a", *orders)))
    assert (len(card.orders), card.more_orders) == (SHOWN_ORDERS, 3)
    assert card.debt == (Money(amount=280, currency="EUR"), Money(amount=500, currency="USD"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.example/7", "https://shop.example/7"),
        ("javascript:alert(1)", ""),
        ("//evil.example", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
@pytest.mark.feature("CALL-30")
def test_order_opens_web_addresses_only(url: str, shown: str) -> None:
    assert build(call(), setting(call()), found(known("a", order("1", url=url)))).orders[0].url == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/tickets/7", "/tickets/7"),
        ("https://a.example", "https://a.example"),
        ("//evil", ""),
        ("data:x", ""),
        ("", ""),
    ],
)
def test_block_leads_to_the_panel_or_the_web_only(url: str, shown: str) -> None:
    block = CardBlock(name="x", title="X", rows=(CardRow(text="row", url=url),))
    card = build(call(), setting(call()), found(known("a")), extras=Extras(blocks=(block,)))
    assert card.blocks[0].rows[0].url == shown


@pytest.mark.feature("CALL-09", "CALL-10", "CALL-11", "CALL-12", "CALL-17")
def test_customer_is_shown_with_category_note_and_place() -> None:
    vip = Category(id="vip", name="VIP", colour="#7c3aed", flag="important")
    one = known("a", category=vip, note="Careful", city="Kiel", country="DE", responsible="u1")
    card = build(call(), setting(call(), responsible="Mia"), found(one))
    shown = card.customer
    assert shown is not None
    assert shown.category is not None
    assert (shown.category.flag, shown.note, shown.city, shown.country) == ("important", "Careful", "Kiel", "DE")
    assert shown.responsible == "Mia"


def test_extras_come_later() -> None:
    last = CardLastCall(id="c0", at=1.0, direction="incoming")
    assert build(call(), setting(call()), found(known("a")), extras=Extras(last)).last_call == last


@pytest.mark.feature("CALL-05", "CALL-20")
def test_layout_keeps_the_agents_name_right_after_the_extension() -> None:
    layout = make_layout(["agent", "name", "name", "extension", "line"], with_photo=False)
    assert layout.fields == ("name", "extension", "agent", "line")
    assert (layout.in_region("head"), layout.in_region("body")) == (("line",), ("name", "extension", "agent"))


def test_layout_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(BadInput, match="no field salary"):
        make_layout(["name", "salary"], with_photo=True)


def test_default_layout_shows_every_field_that_is_shown_by_default() -> None:
    assert set(Layout().fields) == {name for name, field in FIELDS.items() if field.shown}
