"""The caller's card as data: everything that the screen shows, and nothing of how it looks. Free of I/O."""

from dataclasses import dataclass
from typing import Literal

from screenpop.facts import Direction

Known = Literal["known", "several", "unknown", "withheld", "colleague"]
"""known: one customer. several: a choice is offered. unknown: a number that is nobody's yet. withheld: no number.
colleague: an internal call."""
Region = Literal["head", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A thing that the card can show; `label` is an English text of the catalogue."""

    label: str
    region: Region
    shown: bool = True
    """Is it on the card where nobody set a layout?"""


FIELDS: dict[str, Field] = {
    "line": Field(label="Company that was called", region="head"),
    "direction": Field(label="Incoming or outgoing", region="head"),
    "time": Field(label="Date and time", region="head"),
    "queue": Field(label="Queue", region="head"),
    "name": Field(label="Name", region="body"),
    "category": Field(label="Category", region="body"),
    "company": Field(label="Customer's company", region="body"),
    "location": Field(label="City and country, with local time", region="body"),
    "note": Field(label="Note", region="body"),
    "debt": Field(label="Debt in all", region="body"),
    "orders": Field(label="Open orders", region="body"),
    "number": Field(label="Number", region="body"),
    "extension": Field(label="Extension", region="body"),
    "agent": Field(label="Agent", region="body"),
    "responsible": Field(label="Responsible", region="body", shown=False),
    "last_call": Field(label="Last call", region="body"),
    "sections": Field(label="Further blocks", region="body"),
}
"""Every field, in the order it has by default. The agent's name always follows the extension."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which fields the card shows, in which order, and whether it has the photo's place."""

    fields: tuple[str, ...] = tuple(name for name, field in FIELDS.items() if field.shown)
    with_photo: bool = True

    def in_region(self, region: Region) -> tuple[str, ...]:
        """The fields of this region, in order."""
        return tuple(name for name in self.fields if FIELDS[name].region == region)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """Which of our lines was called: `company` is the top line of the card."""

    company: str = ""
    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNumber:
    """The other side's number. All forms are "" where they are not known."""

    raw: str = ""
    e164: str = ""
    digits: str = ""
    """Of a number that has no E.164 form."""
    national: str = ""
    international: str = ""
    country: str = ""
    """ISO 3166 code."""
    place: str = ""
    """City or region, where the number tells."""
    carrier: str = ""
    withheld: bool = False
    short: bool = False

    @property
    def text(self) -> str:
        """The number as it is shown; "" where it is withheld."""
        return "" if self.withheld else self.international or self.national or self.raw

    @property
    def dial(self) -> str:
        """What calls it back; "" where nothing can, as with a withheld number or a mere word."""
        return self.e164 or self.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCategory:
    """The customer's category. `flag`: ordinary, important (VIP) or problem."""

    name: str
    colour: str = ""
    flag: Literal["ordinary", "important", "problem"] = "ordinary"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCustomer:
    """Who it is. `photo` is the hash of the picture, or "" for the placeholder."""

    id: str
    name: str = ""
    company: str = ""
    category: CardCategory | None = None
    note: str = ""
    city: str = ""
    country: str = ""
    timezone: str = ""
    responsible: str = ""
    photo: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    """An open order. Money in minor units of `currency`; `url` is "" or http(s)."""

    id: str
    number: str = ""
    title: str = ""
    stage: str = ""
    responsible: str = ""
    amount: int = 0
    paid: int = 0
    due: int = 0
    currency: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units of `currency` (ISO 4217)."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChoice:
    """One of several customers that it may be. `confidence` "maybe" is a guess, because of `reason`."""

    customer_id: str
    name: str = ""
    company: str = ""
    category: CardCategory | None = None
    confidence: Literal["exact", "maybe"] = "exact"
    reason: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLastCall:
    """The call before this one. `at` in Unix seconds."""

    id: str
    at: float
    direction: Direction
    result: str = ""
    agent: str = ""
    agent_name: str = ""
    talk_seconds: float = 0.0
    disposition: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A row of a further block."""

    text: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBlock:
    """A further block of the card, from a section that some feature or add-on registered."""

    name: str
    title: str
    rows: tuple[CardRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The caller's card."""

    call: str
    direction: Direction
    started_at: float
    known: Known
    ready: bool = True
    """False: the number is shown, the rest is being fetched and comes in a moment."""
    line: CardLine
    number: CardNumber
    caller_name: str = ""
    """What the PBX calls the other side; a stranger's text."""
    queue: str = ""
    extension: str = ""
    agent_name: str = ""
    customer: CardCustomer | None = None
    choices: tuple[CardChoice, ...] = ()
    orders: tuple[CardOrder, ...] = ()
    more_orders: int = 0
    """Open orders beyond those shown."""
    debt: tuple[Money, ...] = ()
    last_call: CardLastCall | None = None
    blocks: tuple[CardBlock, ...] = ()
    layout: Layout = Layout()

    @property
    def title(self) -> str:
        """What to call the other side, everywhere: the customer's or colleague's name, else the number.

        "" where the number is withheld. What the PBX calls a stranger is shown beside it, never in its place.
        """
        if self.customer:
            return self.customer.name or self.customer.company or self.number.text
        return (self.caller_name if self.known == "colleague" else "") or self.number.text
