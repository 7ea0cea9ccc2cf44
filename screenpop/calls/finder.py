"""Calls that fit a search, as the call log shows them: pages, sums, and where words were said."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

import sqlalchemy as sa

from screenpop.calls import log_store, search_store
from screenpop.calls.hits import Hit, hits
from screenpop.calls.log_store import LoggedCall
from screenpop.calls.search import Search
from screenpop.calls.search_plan import Asked
from screenpop.calls.search_sql import EVERYBODY, Whose
from screenpop.calls.search_store import Cursor, Found, Totals
from screenpop.errors import N_, BadInput
from screenpop.numbers import Numbers
from screenpop.store.engine import Store
from screenpop.store.limit import TooSlow, time_limit
from screenpop.store.tables import call

PATIENCE: Final = 10.0
"""Seconds that a page may take."""
SUMMED_IN: Final = 3.0
"""Seconds that the sums may take; then calls are counted for as long again."""
AT_ONCE: Final = 2
"""Sums over everything that are made at the same time: they keep a reader of the store busy."""
HEARD: Final = ("tracker", "sentiment")
"""Filters that say what was said."""
_UNHEARD: Final = N_("You may not listen to these calls, so they are not found by what was said in them.")
_TOO_SLOW: Final = N_("This search takes too long. Choose a shorter period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """One page of calls, in order; `first` and `last` are the places of its ends, "" where there is nothing beyond."""

    calls: tuple[LoggedCall, ...]
    before: str
    after: str


class CallFinder:
    """Reads the call log. Times of day are those of the zone that a question names."""

    def __init__(self, store: Store, numbers: Numbers) -> None:
        self._store, self._numbers = store, numbers
        self._summing = asyncio.Semaphore(AT_ONCE)

    def asked(
        self,
        search: Search,
        zone: tzinfo,
        whose: Whose = EVERYBODY,
        now: datetime | None = None,
        *,
        hears: bool = True,
        blind: str = "",
    ) -> Asked:
        """A question: which calls, in whose clock, of those that `whose` may see, and may hear (`hears`); `blind`: the
        reviewer who is not to know others' scores. Raises BadInput for what only those may ask who hear."""
        unheard(search, hears=hears)
        at = datetime.now(UTC) if now is None else now
        return Asked(search=search, numbers=self._numbers, now=at, zone=zone, whose=whose, hears=hears, blind=blind)

    async def page(self, asked: Asked, limit: int, after: str = "", before: str = "") -> CallPage:
        """One page. Raises BadInput for a place that is none, and for a search that takes too long."""
        past = Cursor.read(after, "after") if after else None
        until = Cursor.read(before, "before") if before else None
        async with self._store.read() as tx:
            try:
                async with time_limit(tx, PATIENCE):
                    found = await search_store.page(tx, asked, limit, past, until)
            except TooSlow:
                raise BadInput(_TOO_SLOW, "q") from None
            rows = await log_store.select(tx, call.c.id.in_(found.ids), limit=limit, offset=0)
        return _page(found, rows)

    async def get(self, call_id: str, whose: Whose = EVERYBODY) -> LoggedCall | None:
        """This call, if it is there for `whose`."""
        async with self._store.read() as tx:
            rows = await log_store.select(tx, call.c.id == call_id, *search_store.own(whose), limit=1, offset=0)
        return rows[0] if rows else None

    async def these(self, call_ids: Sequence[str]) -> list[LoggedCall]:
        """The calls of these ids, as far as they are there, in this order."""
        async with self._store.read() as tx:
            rows = await log_store.select(tx, call.c.id.in_(call_ids), limit=len(call_ids), offset=0)
        by_id = {each.id: each for each in rows}
        return [by_id[each] for each in call_ids if each in by_id]

    async def among(self, call_ids: Collection[str], whose: Whose) -> set[str]:
        """Those of the calls that `whose` may see."""
        query = sa.select(call.c.id).where(call.c.id.in_(call_ids), *search_store.own(whose))
        async with self._store.read() as tx:
            return set((await tx.execute(query)).scalars())

    async def hits(
        self, calls: Sequence[LoggedCall], q: str, heard: Collection[str] | None = None
    ) -> dict[str, tuple[Hit, ...]]:
        """Where the words of `q` stand in these calls; in what was said only of those in `heard` (None: all)."""
        may_know = [each.id for each in calls] if heard is None else heard
        async with self._store.read() as tx:
            return await hits(tx, calls, q, may_know, self._numbers)

    async def totals(self, asked: Asked, seconds: float = SUMMED_IN) -> Totals | None:
        """The sums; only the number of calls, or nothing, where that takes longer than `seconds`."""
        async with self._summing, self._store.read() as tx:
            try:
                async with time_limit(tx, seconds):
                    return await search_store.totals(tx, asked)
            except TooSlow:
                return await self._counted(asked, seconds)

    async def _counted(self, asked: Asked, seconds: float) -> Totals | None:
        async with self._store.read() as tx:
            try:
                async with time_limit(tx, seconds):
                    number = await search_store.count(tx, asked)
            except TooSlow:
                return None
        return Totals(calls=min(number, search_store.COUNTED), more=True)

    async def count(self, asked: Asked, most: int) -> int:
        """How many fit; `most + 1` stands for more. Raises BadInput where that takes too long."""
        async with self._store.read() as tx:
            try:
                async with time_limit(tx, PATIENCE):
                    return await search_store.count(tx, asked, most)
            except TooSlow:
                raise BadInput(_TOO_SLOW, "q") from None


def unheard(search: Search, *, hears: bool) -> None:
    """Refuse to find calls by what was said in them for somebody who may not listen to them. Raises BadInput."""
    for name in () if hears else HEARD:
        if getattr(search, name):
            raise BadInput(_UNHEARD, name)


def _page(found: Found, rows: list[LoggedCall]) -> CallPage:
    by_id = {row.id: row for row in rows}
    places = found.places
    return CallPage(
        calls=tuple(by_id[id_] for id_ in found.ids if id_ in by_id),
        before=str(places[0]) if places and found.earlier else "",
        after=str(places[-1]) if places and found.further else "",
    )
