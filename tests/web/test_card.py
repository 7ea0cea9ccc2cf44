"""The caller's card: what stands on it, where, and what it says of the call."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.agents.model import User
from screenpop.agents.rights import Role
from screenpop.cards.layouts import make_layout
from screenpop.cards.model import (
    FIELDS,
    Card,
    CardBlock,
    CardCategory,
    CardChoice,
    CardCustomer,
    CardLine,
    CardNumber,
    CardOrder,
    Layout,
    Money,
)
from screenpop.config import Config
from screenpop.facts import CallView, Party
from screenpop.pops.model import Pop
from screenpop.pops.service import Work
from web.card import CardRenderer
from web.i18n import use
from web.render import build_environment

NUMBER = "+995322123456"
AGENT = User(id="u1", login="101", name="Maria", role=Role.AGENT, timezone="UTC")
PARTY = Party(NUMBER, "")
CALL = CallView(id="c1", direction="incoming", caller=PARTY, to=("101",), remote=PARTY, started_at=1_700_000_000.0)
POP = Pop(id="c1-101", call=CALL, agent="101", state="ringing", rang_at=1_700_000_000.0)
NINO = CardCustomer(
    id="k1", name="Nino Beridze", company="Tbilisi Wine House", note="Speak slowly.", city="Tbilisi", country="GE",
    timezone="Asia/Tbilisi",
)  # fmt: skip
ORDER = CardOrder(
    id="o1", number="1042", title="Bottles", stage="In transit", responsible="Daniel", amount=100, due=100,
    currency="EUR", url="https://erp.example/1042",
)  # fmt: skip
KNOWN = Card(
    call="c1", direction="incoming", started_at=1_700_000_000.0, known="known", line=CardLine(company="Brightwater"),
    number=CardNumber(raw=NUMBER, e164=NUMBER, international="+995 32 212 34 56", country="GE"),
    extension="101", agent_name="Maria Fernandes", customer=NINO, orders=(ORDER,),
    debt=(Money(amount=440_000, currency="EUR"),),
)  # fmt: skip
UNKNOWN = replace(KNOWN, known="unknown", customer=None, orders=(), debt=())


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use("en", "UTC"):
        yield


def html(card: Card = KNOWN, pop: Pop = POP, user: User = AGENT, work: Work | None = None) -> str:
    render = CardRenderer(build_environment(), Config(), lambda extension: {"102": "Ben"}.get(extension, ""))
    return render(pop, card, work or Work(), user)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def flagged(flag: str, name: str) -> Card:
    category = CardCategory(name=name, colour="#123456", flag=flag)
    return replace(KNOWN, customer=replace(NINO, category=category))


@pytest.mark.feature("CALL-05", "CALL-22")
@settings(deadline=None, max_examples=60)
@given(
    fields=st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, unique=True),
    with_photo=st.booleans(),
    known=st.sampled_from(["known", "colleague", "several", "unknown", "withheld"]),
)
def test_card_can_be_drawn_with_any_fields_in_any_order(fields: list[str], with_photo: bool, known: str) -> None:
    person = NINO if known == "known" else None
    card = replace(KNOWN, known=known, customer=person, layout=make_layout(fields, with_photo))  # type: ignore[arg-type]
    with use("en", "UTC"):
        text = html(card)
    assert ("<h2" in text) == ("name" in fields or known in ("several", "unknown", "withheld"))
    if known == "known":
        assert text.count('aria-label="No photo"') == with_photo


@pytest.mark.feature("CALL-01")
def test_card_that_cannot_be_drawn_as_laid_out_is_drawn_plain() -> None:
    broken = CardBlock(name="erp", title="Parcels", rows=7)  # type: ignore[arg-type]
    text = html(replace(KNOWN, blocks=(broken,), layout=make_layout(["name", "sections"], with_photo=False)))
    assert "Nino Beridze" in words(text)
    assert "Parcels" not in text


@pytest.mark.feature("CALL-06", "CALL-07", "CALL-08")
def test_top_line_has_the_called_company_in_bold_the_direction_in_capitals_and_the_time() -> None:
    text = html()
    head = text[text.index("<header") : text.index("</header>")]
    assert re.search(r"<strong[^>]*>Brightwater</strong>", head)
    assert "INCOMING" in head
    assert 'datetime="2023-11-14T22:13:20+00:00"' in head
    assert "OUTGOING" in html(replace(KNOWN, direction="outgoing"))


@pytest.mark.feature("CALL-09", "CALL-10", "CALL-11")
def test_problem_and_vip_customers_are_flagged_by_more_than_colour() -> None:
    problem, vip, plain = html(flagged("problem", "Dunning")), html(flagged("important", "Gold")), html()
    assert ("pop-flag-problem" in problem, "chip-problem" in problem, "Dunning" in words(problem)) == (True,) * 3
    assert ("pop-flag-important" in vip, "chip-vip" in vip, "Gold" in words(vip)) == (True,) * 3
    assert "pop-flag-ordinary" in plain


@pytest.mark.feature("CALL-12", "CALL-13", "CALL-14", "CALL-15", "CALL-16", "CALL-17", "CALL-21")
def test_card_tells_name_note_orders_debt_and_place() -> None:
    text = words(html())
    for part in ("Nino Beridze", "Tbilisi Wine House", "Speak slowly.", "Tbilisi , Georgia", "Owes €4,400.00"):
        assert part in text
    assert "1042 Bottles due €1.00 In transit Daniel" in text
    assert "No debt" in words(html(replace(KNOWN, debt=())))


@pytest.mark.feature("CALL-18", "CALL-19", "CALL-20")
def test_number_is_followed_by_extension_and_agent() -> None:
    assert "+995 32 212 34 56 101 Maria Fernandes" in words(html())


@pytest.mark.feature("CALL-22", "CALL-23", "CALL-24")
def test_photo_is_the_uploaded_file_or_a_placeholder_or_not_there() -> None:
    with_photo = replace(KNOWN, customer=replace(NINO, photo="ab12"))
    assert '<img class="card-photo" src="/photos/ab12"' in html(with_photo)
    assert 'aria-label="No photo"' in html()
    assert "card-photo" not in html(replace(with_photo, layout=Layout(with_photo=False)))


@pytest.mark.feature("CALL-30")
def test_order_is_opened_from_the_card() -> None:
    assert 'href="https://erp.example/1042" target="_blank" rel="noopener noreferrer"' in html()
    assert 'href="/customers/k1#order-o1"' in html(replace(KNOWN, orders=(replace(ORDER, url=""),)))


@pytest.mark.feature("CALL-05")
def test_fields_stand_in_the_order_of_the_layout_and_no_others() -> None:
    layout = make_layout(("orders", "name", "number"), with_photo=True)
    text = html(replace(KNOWN, layout=layout))
    assert text.index("card-orders") < text.index("card-name") < text.index("card-ends")
    assert "card-note" not in text
    assert "INCOMING" not in text


@pytest.mark.feature("CALL-25", "CALL-26", "CALL-28")
def test_unknown_caller_is_a_small_card_with_the_ways_to_enter_it() -> None:
    text = html(replace(UNKNOWN, number=replace(KNOWN.number, carrier="Silknet", place="Tbilisi")))
    assert "+995 32 212 34 56" in words(text)
    assert ("Silknet" in text, "Georgia" in text) == (True, True)
    assert ('data-act="customer"' in text, "data-candidates" in text) == (True, True)


@pytest.mark.feature("CALL-18")
@pytest.mark.parametrize("state", ["ringing", "missed", "ended"])
@pytest.mark.parametrize("raw", ["", "anonymous", "Restricted"])
def test_withheld_number_is_said_everywhere_and_can_only_be_recognised(raw: str, state: str) -> None:
    card = replace(UNKNOWN, known="withheld", number=CardNumber(raw=raw, withheld=True))
    text = html(card, replace(POP, state=state))
    for place in (' data-title="Number withheld"', ': Number withheld"', 'name cut" dir="auto">Number withheld<'):
        assert place in text
    assert ('<h2 class="card-name">Number withheld</h2>' in text, raw and raw in text) == (True, raw and False)
    assert ('data-then="choose"' in text, 'data-act="customer"' in text, 'data-act="call"' in text) == (
        True,
        False,
        False,
    )
    assert 'data-act="choose" data-customer=""' in html(replace(KNOWN, number=card.number))


def test_stranger_has_one_name_everywhere_and_what_the_pbx_calls_him_beside_it() -> None:
    text = html(replace(UNKNOWN, caller_name="A. Body"))
    assert ' data-title="+995 32 212 34 56" data-body="Ringing · A. Body · Brightwater"' in text
    assert 'name cut" dir="auto">+995 32 212 34 56<' in text
    assert "Shows as A. Body" in words(text)


def test_what_is_no_number_is_not_called_back() -> None:
    missed = replace(POP, state="missed")
    assert 'href="tel:%2B995322123456"' in html(UNKNOWN, missed)
    assert 'href="tel:42"' in html(replace(UNKNOWN, number=CardNumber(raw="42", digits="42", short=True)), missed)
    assert "Call back</a>" not in html(replace(UNKNOWN, number=CardNumber(raw="foo", national="foo")), missed)


@pytest.mark.feature("CALL-17")
def test_parts_of_a_place_stand_apart_as_the_language_has_it() -> None:
    assert "</bdi>،\u200f <bdi>" in html(user=replace(AGENT, locale="fa"))


def test_several_matches_are_a_choice_and_the_choice_can_be_taken_back() -> None:
    choices = (CardChoice(customer_id="k1", name="Nino"), CardChoice(customer_id="k2", name="Gio", confidence="maybe"))
    text = html(replace(UNKNOWN, known="several", choices=choices))
    assert ('data-customer="k1"' in text, 'data-customer="k2"' in text, "perhaps" in text) == (True, True, True)
    assert 'data-act="choose" data-customer=""' in html(replace(KNOWN, choices=choices))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Ringing"),
        ({"state": "answered", "answered_at": 1.0}, "Talking"),
        ({"state": "answered", "answered_at": 1.0, "held": True}, "On hold"),
        ({"state": "answered_elsewhere", "by": "102"}, "Answered by Ben"),
        ({"state": "answered_elsewhere", "by": "109"}, "Answered by 109"),
        ({"state": "answered_elsewhere"}, "Answered by a colleague"),
        ({"state": "missed", "outcome": "abandoned"}, "Missed, the caller gave up"),
        ({"state": "ended", "outcome": "transferred", "target": "102"}, "Passed on to Ben"),
        ({"state": "ended", "outcome": "busy"}, "Busy"),
        ({"state": "ended", "outcome": "answered"}, "Ended"),
    ],
)
def test_card_says_what_became_of_the_call(changes: dict[str, object], said: str) -> None:
    text = html(pop=replace(POP, **changes))
    assert f'data-announce="{said}: Nino Beridze"' in text
    assert f"</svg>{said}</span>" in text


@pytest.mark.feature("CALL-21")
def test_hostile_texts_are_shown_as_text() -> None:
    evil = '"><script>alert(1)</script>'
    card = replace(UNKNOWN, caller_name=evil, line=CardLine(company=evil), queue=evil, agent_name=evil)
    for text in (
        html(card),
        html(replace(KNOWN, customer=replace(NINO, name=evil, note=evil, company=evil, city=evil))),
    ):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_note_and_result_written_before_are_on_the_card() -> None:
    text = html(work=Work(note="Wants <it>", result="call_back"))
    assert 'data-saved="Wants &lt;it&gt;">Wants &lt;it&gt;</textarea>' in text
    assert 'value="call_back" checked' in text


def test_card_is_in_the_language_of_its_reader() -> None:
    text = html(user=replace(AGENT, locale="fa"))
    assert "در حال زنگ" in text
