"""What the pops need of the rest of the house."""

from dataclasses import dataclass
from typing import Protocol

from screenpop.agents.model import User
from screenpop.bus import Bus
from screenpop.calls.log import LoggedCall
from screenpop.cards.model import Card
from screenpop.cards.service import Cards
from screenpop.customers.model import Customer, NewCustomer, Page
from screenpop.hub import Hub
from screenpop.pops.model import Pop


@dataclass(frozen=True, slots=True)
class Work:
    """What a user wrote about the call: the note, and the result chosen."""

    note: str = ""
    result: str = ""


class Renderer(Protocol):
    """Makes the card's HTML for one reader; `web` fills it in."""

    def __call__(self, pop: Pop, card: Card, work: Work, user: User) -> str: ...


class Audience(Protocol):
    """Who sits where."""

    def at(self, extension: str) -> tuple[User, ...]: ...

    def all(self) -> tuple[User, ...]: ...

    def get(self, user_id: str) -> User | None: ...


class CustomerDesk(Protocol):
    """What can be done with customers from a card."""

    async def create(self, new: NewCustomer, actor: str) -> Customer: ...

    async def add_number(self, customer_id: str, raw: str, kind: str, actor: str) -> Customer: ...

    async def search(self, text: str = "", limit: int = 50, offset: int = 0) -> Page: ...


class CallDesk(Protocol):
    """What is written down about a call."""

    async def set_note(self, call_id: str, text: str, actor: str) -> object: ...

    async def set_result(self, call_id: str, disposition: str, actor: str) -> object: ...

    async def assign_customer(self, call_id: str, customer_id: str, actor: str) -> object: ...

    async def get(self, call_id: str) -> LoggedCall: ...


class RecordingState(Protocol):
    """Which calls are recorded at this moment."""

    def is_recorded(self, call_id: str) -> bool: ...

    def is_paused(self, call_id: str) -> bool: ...


class Ears(Protocol):
    """Which agents are told that somebody listens in."""

    def heard(self, call_id: str, agent: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What the pops work with."""

    bus: Bus
    hub: Hub
    cards: Cards
    audience: Audience
    customers: CustomerDesk
    calls: CallDesk
    render: Renderer
    recordings: RecordingState | None = None
    ears: Ears | None = None
