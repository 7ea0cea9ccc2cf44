"""From what is known to the card: pure rules, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from screenpop.cards.model import (
    Card,
    CardBlock,
    CardCategory,
    CardChoice,
    CardCustomer,
    CardLastCall,
    CardLine,
    CardNumber,
    CardOrder,
    Known,
    Layout,
    Money,
)
from screenpop.customers.model import Category, Customer, Match, Order, Snapshot
from screenpop.facts import CallView
from screenpop.lines import Line
from screenpop.numbers import Number, says_withheld

SHOWN_ORDERS = 5
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a number may belong to, and what is known of each; a match without a snapshot is gone."""

    matches: tuple[Match, ...] = ()
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)

    def customer_of(self, choice: str) -> Snapshot | None:
        """The one customer it is: the chosen one, else the only certain one."""
        if choice in self.snapshots:
            return self.snapshots[choice]
        certain = [m.customer_id for m in self.matches if m.confidence == "exact" and m.customer_id in self.snapshots]
        return self.snapshots[certain[0]] if len(certain) == 1 else None


@dataclass(frozen=True, slots=True)
class Extras:
    """What comes a moment later: the last call and the further blocks."""

    last_call: CardLastCall | None = None
    blocks: tuple[CardBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the call takes place: names and layout that hold for this card."""

    number: Number
    line: Line
    layout: Layout
    extension: str
    agent_name: str
    colleague: str = ""
    """Internal calls: the name of who sits at the other extension."""
    responsible: str = ""


def build(
    view: CallView, setting: Setting, found: Found | None, choice: str = "", extras: Extras | None = None
) -> Card:
    """The card of a call; `found` None: not known yet."""
    snapshot = found.customer_of(choice) if found else None
    extras = extras or Extras()
    orders = snapshot.orders if snapshot else ()
    return Card(
        call=view.id,
        direction=view.direction,
        started_at=view.started_at,
        known=known_as(view, setting, found, snapshot),
        ready=found is not None,
        line=CardLine(company=setting.line.company, name=setting.line.name, number=setting.line.raw),
        number=card_number(setting.number, with_place=snapshot is None),
        caller_name=setting.colleague or shown_name(view),
        queue=view.queue,
        extension=setting.extension,
        agent_name=setting.agent_name,
        customer=card_customer(snapshot.customer, setting.responsible) if snapshot else None,
        choices=choices(found, snapshot) if found else (),
        orders=tuple(card_order(order) for order in orders[:SHOWN_ORDERS]),
        more_orders=max(len(orders) - SHOWN_ORDERS, 0),
        debt=tuple(Money(amount=due, currency=unit) for unit, due in snapshot.debt.items()) if snapshot else (),
        last_call=extras.last_call,
        blocks=tuple(safe_block(block) for block in extras.blocks),
        layout=setting.layout,
    )


def known_as(view: CallView, setting: Setting, found: Found | None, snapshot: Snapshot | None) -> Known:
    """What kind of card it is."""
    if snapshot:
        return "known"
    if setting.number.withheld:
        return "withheld"
    if view.direction == "internal":
        return "colleague"
    return "several" if found and found.snapshots else "unknown"


def shown_name(view: CallView) -> str:
    """The PBX's name for the other side on one line, cut; "" where it repeats the number or that there is none."""
    name = " ".join("".join(c if c.isprintable() else " " for c in view.remote.name).split())[:LONGEST_NAME]
    return "" if name == view.remote.number or says_withheld(name) else name


def choices(found: Found, snapshot: Snapshot | None) -> tuple[CardChoice, ...]:
    """The customers to choose from; none where there is no question."""
    people = [
        (match, found.snapshots[match.customer_id]) for match in found.matches if match.customer_id in found.snapshots
    ]
    if len(people) == 1 and people[0][0].confidence == "exact":
        return ()
    return tuple(_choice(match, known.customer, known is snapshot) for match, known in people)


def card_number(number: Number, with_place: bool) -> CardNumber:
    """The number in the forms that the card shows; place and carrier (slower) only where they are of use."""
    return CardNumber(
        raw=number.raw[:LONGEST_NAME],
        e164=number.e164,
        digits=number.digits,
        national=number.national,
        international=number.international,
        country=number.country,
        place=number.region_name if with_place else "",
        carrier=number.carrier if with_place else "",
        withheld=number.withheld,
        short=number.short,
    )


def card_customer(customer: Customer, responsible: str) -> CardCustomer:
    """The customer as the card shows him."""
    return CardCustomer(
        id=customer.id,
        name=customer.name,
        company=customer.company,
        category=card_category(customer.category),
        note=customer.note,
        city=customer.city,
        country=customer.country,
        timezone=customer.timezone,
        responsible=responsible or customer.responsible,
        photo=customer.photo,
        version=customer.version,
    )


def card_category(category: Category | None) -> CardCategory | None:
    """The category with its flag."""
    return CardCategory(name=category.name, colour=category.colour, flag=category.flag) if category else None


def card_order(order: Order) -> CardOrder:
    """An open order; an address that is not of the web is left out."""
    return CardOrder(
        id=order.id,
        number=order.number,
        title=order.title,
        stage=order.stage,
        responsible=order.responsible,
        amount=order.amount,
        paid=order.paid,
        due=order.due,
        currency=order.currency,
        url=order.url if _is_web(order.url) else "",
    )


def safe_block(block: CardBlock) -> CardBlock:
    """The block with only such addresses as lead to the panel or to the web."""
    return replace(block, rows=tuple(replace(row, url=row.url if is_safe(row.url) else "") for row in block.rows))


def is_safe(url: str) -> bool:
    """Is it a path of the panel, or an address of the web?"""
    return (url.startswith("/") and not url.startswith(("//", "/\\"))) or _is_web(url)


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _choice(match: Match, customer: Customer, chosen: bool) -> CardChoice:
    return CardChoice(
        customer_id=customer.id,
        name=customer.name,
        company=customer.company,
        category=card_category(customer.category),
        confidence=match.confidence,
        reason=match.reason,
        chosen=chosen,
    )
