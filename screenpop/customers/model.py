"""What a customer is: the types that the rest of the house reads, frozen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Flag = Literal["ordinary", "important", "problem"]
Confidence = Literal["exact", "maybe"]
SYSTEM = "system"
"""The actor of what nobody in particular did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of customer, as the admin keeps the list. `colour` is CSS hex."""

    id: str
    name: str
    colour: str = ""
    flag: Flag = "ordinary"
    sort: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNumber:
    """A number of a customer: `key` finds it, `national` is for people's eyes, `e164` is dialled ("" when short)."""

    id: str
    raw: str
    e164: str = ""
    key: str
    national: str = ""
    kind: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMail:
    """A mail address of a customer."""

    id: str
    address: str
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as it stands. `photo` is the hash of the picture or ""; `country` is ISO 3166."""

    id: str
    name: str = ""
    company: str = ""
    category: Category | None = None
    note: str = ""
    city: str = ""
    country: str = ""
    timezone: str = ""
    responsible: str = ""
    record: str = ""
    """What the customer said about calls being recorded: yes, no, or "" for nothing."""
    external_id: str = ""
    numbers: tuple[CustomerNumber, ...] = ()
    mails: tuple[CustomerMail, ...] = ()
    photo: str = ""
    version: int = 1
    merged_into: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def title(self) -> str:
        """What to call this customer: the name, else the company, else the first number."""
        return self.name or self.company or (self.numbers[0].national if self.numbers else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be made. `numbers` are (raw text, kind); kind may be ""."""

    name: str = ""
    company: str = ""
    category: str = ""
    """A category's id."""
    note: str = ""
    city: str = ""
    country: str = ""
    timezone: str = ""
    responsible: str = ""
    record: str = ""
    external_id: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of a customer. Money in minor units of `currency` (ISO 4217)."""

    id: str
    customer_id: str
    number: str = ""
    title: str = ""
    stage: str = ""
    responsible: str = ""
    amount: int = 0
    paid: int = 0
    currency: str = ""
    open: bool = True
    url: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def due(self) -> int:
        """What is still owed, never below nothing."""
        return max(self.amount - self.paid, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to be made."""

    number: str = ""
    title: str = ""
    stage: str = ""
    responsible: str = ""
    amount: int = 0
    paid: int = 0
    currency: str = ""
    open: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A customer that a number may belong to. `maybe`: a guess, because of `reason`."""

    customer_id: str
    confidence: Confidence
    reason: Literal["number", "same_tail", "in_note"] = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A customer in a list."""

    id: str
    name: str
    company: str
    category: Category | None
    city: str
    country: str
    number: str
    """The primary number as people read it."""
    numbers: int
    photo: str
    e164: str = ""
    """The primary number's international form; "" for a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list. `total` counts no further than a thousand when a text is searched: then `more` is true."""

    rows: tuple[Row, ...]
    offset: int
    total: int
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a card needs of a customer, in one piece."""

    customer: Customer
    orders: tuple[Order, ...]
    """The open ones, oldest first."""

    @property
    def debt(self) -> dict[str, int]:
        """What is owed in all, by currency, in minor units; without the currencies in which nothing is."""
        owed: dict[str, int] = {}
        for order in self.orders:
            owed[order.currency] = owed.get(order.currency, 0) + order.due
        return {currency: due for currency, due in owed.items() if due}
