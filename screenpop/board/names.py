"""Who the other side of a call is: its customer where exactly one has the number, else what the PBX shows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from screenpop.board.model import LiveCall
from screenpop.board.rows import Other
from screenpop.customers.fields import tame
from screenpop.errors import NotFound
from screenpop.facts import Party
from screenpop.numbers import Number, Numbers

MAX_KNOWN = 2000
log = structlog.get_logger(__name__)


class OtherSides:
    """Looks customers up once for each number. `find` gives the ids of the customers with a number's key, from
    memory; `title` what a customer is called, or raises NotFound."""

    def __init__(
        self, numbers: Numbers, find: Callable[[str], Sequence[str]], title: Callable[[str], Awaitable[str]]
    ) -> None:
        self._numbers, self._find, self._title = numbers, find, title
        self._titles: dict[str, str] = {}
        self._fetching: asyncio.Task[None] | None = None

    def of(self, call: LiveCall) -> Other:
        """The other side as far as it is known by now."""
        party = call.view.remote
        number, customer_id = self._customer(party)
        return Other(
            number=number.key,
            text=number.international or tame(number.national),
            who=self._titles.get(customer_id) or tame(party.name),
            customer_id=customer_id,
        )

    def unknown(self, calls: Iterable[LiveCall]) -> set[str]:
        """The customers in these calls whose names were not read yet."""
        found = {self._customer(call.view.remote)[1] for call in calls}
        return {customer_id for customer_id in found if customer_id and customer_id not in self._titles}

    async def try_to_know(self, calls: Iterable[LiveCall]) -> bool:
        """Read the names of the customers in these calls. False where the store could not be asked: numbers stand for
        them meanwhile."""
        try:
            await self._know(calls)
        except SQLAlchemyError:
            log.exception("names of callers could not be read")
            return False
        return True

    async def _know(self, calls: Iterable[LiveCall]) -> None:
        if len(self._titles) > MAX_KNOWN:
            self._titles.clear()
        for customer_id in self.unknown(calls):
            try:
                self._titles[customer_id] = await self._title(customer_id)
            except NotFound:  # removed since the index was asked
                self._titles[customer_id] = ""

    def fetch(self, calls: Iterable[LiveCall], then: Callable[[], None]) -> None:
        """Read the names in a task of its own; `then` is called when they are there."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch(tuple(calls), then))

    def forget(self, customer_id: str) -> None:
        """A customer was changed."""
        self._titles.pop(customer_id, None)

    async def close(self) -> None:
        """End what is being read."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _fetch(self, calls: tuple[LiveCall, ...], then: Callable[[], None]) -> None:
        if await self.try_to_know(calls):
            then()

    def _customer(self, party: Party) -> tuple[Number, str]:
        """The number, and the one customer who has it."""
        number = self._numbers.parse(party.number)
        found = self._find(number.key) if number.key else ()
        return number, found[0] if len(found) == 1 else ""
