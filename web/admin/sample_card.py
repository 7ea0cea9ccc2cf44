"""A made-up call for the preview of a layout: every field has something to show."""

from screenpop.cards.model import (
    Card,
    CardBlock,
    CardCategory,
    CardCustomer,
    CardLastCall,
    CardLine,
    CardNumber,
    CardOrder,
    CardRow,
    Layout,
    Money,
)
from screenpop.errors import N_
from screenpop.facts import CallView, Party
from screenpop.pops.model import Pop
from web.i18n import gettext as _

NUMBER = "+995322123456"


def sample_pop(now: float) -> Pop:
    """A call that rings at extension 101; `now` in Unix seconds."""
    caller = Party(NUMBER, "")
    view = CallView(
        id="sample", direction="incoming", caller=caller, to=("101",), remote=caller, queue="sales", started_at=now
    )
    return Pop(id="sample", call=view, agent="101", state="ringing", rang_at=now)


def sample_card(layout: Layout, company: str, now: float) -> Card:
    """The card of a customer with orders, a debt and a note, in this layout. `company` is the called one."""
    return Card(
        call="sample",
        direction="incoming",
        started_at=now,
        known="known",
        line=CardLine(company=company, name="", number=""),
        number=CardNumber(raw=NUMBER, e164=NUMBER, international="+995 32 212 34 56", country="GE", place="Tbilisi"),
        queue="sales",
        extension="101",
        agent_name="Maria Fernandes",
        customer=_customer(),
        orders=_orders(),
        debt=(Money(amount=440_000, currency="EUR"),),
        last_call=CardLastCall(
            id="before", at=now - 90_000, direction="incoming", result="answered", agent="103",
            agent_name="Ines Moreau", talk_seconds=187.0, note=_("Asked when the truck leaves"),
        ),
        blocks=(CardBlock(name="tickets", title=N_("Open tickets"), rows=(CardRow(text=_("Broken pallet")),)),),
        layout=layout,
    )  # fmt: skip


def _customer() -> CardCustomer:
    return CardCustomer(
        id="sample",
        name="Nino Beridze",
        company="Tbilisi Wine House",
        category=CardCategory(name="VIP", colour="violet", flag="important"),
        note=_("Always confirm the delivery address: the last order went to the old warehouse."),
        city="Tbilisi",
        country="GE",
        timezone="Asia/Tbilisi",
        responsible="Daniel Okafor",
    )


def _orders() -> tuple[CardOrder, ...]:
    bottles = CardOrder(
        id="1", number="1042", title=_("Glass bottles, 4 pallets"), stage=_("In transit"), responsible="Daniel Okafor",
        amount=1_240_000, paid=800_000, due=440_000, currency="EUR",
    )  # fmt: skip
    corks = CardOrder(
        id="2", number="1051", title=_("Corks"), stage=_("In production"), responsible="Maria Fernandes",
        amount=64_000, paid=64_000, currency="EUR",
    )  # fmt: skip
    return bottles, corks
