"""Who calls? The one question that the dialplan asks, and what it needs to know of the answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from screenpop.customers.model import Customer
from screenpop.errors import NotFound
from screenpop.numbers import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the dialplan may know of a caller. With no match, or several, all but `matches` is empty."""

    matches: int = 0
    """How many customers have this number."""
    customer_id: str = ""
    name: str = ""
    category: str = ""
    responsible: str = ""
    """The extension of the agent who looks after this customer."""
    vip: bool = False


NOBODY = Caller()


class CallerLookup(Protocol):
    """Finds the caller by number. Must not block the loop; the one who asks sets the deadline."""

    async def look_up(self, raw: str) -> Caller:
        """The caller behind `raw`, a number as the PBX shows it: any notation, hostile text, or ""."""


class Callers:
    """The lookup over the house's own customers.

    `find` gives the ids of the customers with a number's key, from memory; `get` one customer, or raises NotFound;
    `extension_of` the extension of a user, or "".
    """

    def __init__(
        self,
        numbers: Numbers,
        find: Callable[[str], Sequence[str]],
        get: Callable[[str], Awaitable[Customer]],
        extension_of: Callable[[str], str],
    ) -> None:
        self._numbers = numbers
        self._find = find
        self._get = get
        self._extension_of = extension_of

    async def look_up(self, raw: str) -> Caller:
        """The caller behind `raw`; no database is asked where the number is nobody's or several people's."""
        key = self._numbers.parse(raw).key
        found = self._find(key) if key else ()
        if len(found) != 1:
            return Caller(matches=len(found))
        try:
            return self._described(await self._get(found[0]))
        except NotFound:  # removed since the index was asked
            return NOBODY

    def _described(self, customer: Customer) -> Caller:
        category = customer.category
        return Caller(
            matches=1,
            customer_id=customer.id,
            name=customer.title,
            category=category.name if category else "",
            responsible=self._extension_of(customer.responsible) if customer.responsible else "",
            vip=category is not None and category.flag == "important",
        )
