"""Cards: what is known of a caller is fetched ahead, so that the card is ready when the phone rings.

`now` never waits: it gives the card from what is in memory, `ready` false where that is only the number. What
comes later is told to the listeners with the number it is about.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from screenpop.bus import Bus
from screenpop.cards import sections as further
from screenpop.cards.build import Extras, Found, Setting, build
from screenpop.cards.layouts import Layouts
from screenpop.cards.model import Card, CardLastCall, Layout
from screenpop.customers.model import Match, Snapshot
from screenpop.errors import NotFound
from screenpop.facts import CallEnded, CallView, CustomerChanged, SettingsChanged
from screenpop.lines import Line, Lines
from screenpop.numbers import Number, Numbers

KEPT = 512
"""Numbers whose callers are remembered."""
FRESH_SECONDS = 30.0
KEPT_EXTRAS = 16
Listener = Callable[[str, str], None]
KEPT_GUESTS = 64
SHOWN_MATCHES = 8

log = structlog.get_logger(__name__)


class CustomerSource(Protocol):
    """What cards need of the customers."""

    async def match(self, number: Number) -> list[Match]: ...

    async def snapshot(self, customer_id: str) -> Snapshot: ...


class LastCalls(Protocol):
    """Finds the call before this one."""

    async def last_call(self, customer_id: str, number: str, before: str) -> CardLastCall | None:
        """The last call with the customer, else with the number's key, but not the call of id `before`."""


class People(Protocol):
    """Names of our own people."""

    def name_at(self, extension: str) -> str:
        """Who sits there, or ""."""

    def name_of(self, user_id: str) -> str:
        """The user's name; "" where it is no user's id."""


@dataclass(slots=True)
class _Entry:
    """What is known of one number."""

    raw: str
    number: Number
    found: Found | None = None
    fetched_at: float = float("-inf")
    fetching: asyncio.Task[None] | None = None
    again: bool = False
    """Something changed while it was being fetched."""
    ahead: set[str] = field(default_factory=set)
    """Calls whose extras are wanted as soon as the caller is found."""
    guests: dict[str, None] = field(default_factory=dict)
    """Customers whom somebody recognised though the number was withheld; the oldest first."""
    extras: dict[tuple[str, str], Extras | None] = field(default_factory=dict)
    """By customer ("" for none) and call; None is being fetched."""

    def keep(self, key: tuple[str, str], extras: Extras | None) -> None:
        """Remember the extras of a call, for as many calls as there is room for."""
        self.extras.pop(key, None)
        self.extras[key] = extras
        for oldest in tuple(self.extras)[:-KEPT_EXTRAS]:
            del self.extras[oldest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the card's data comes from."""

    numbers: Numbers
    customers: CustomerSource
    lines: Lines
    layouts: Layouts
    people: People
    company: str = ""
    """The name on the card where the line has none of its own."""
    last_calls: LastCalls | None = None
    sections: Sequence[further.Section] = ()


class Cards:
    """Makes cards. Listeners get the raw number whose cards have more to show now, and the call where it is only one's:
    many calls from one number must not redraw each other's cards."""

    def __init__(self, sources: Sources, bus: Bus, clock: Callable[[], float] = time.monotonic) -> None:
        self._sources, self._clock = sources, clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()
        bus.subscribe(CustomerChanged, self._customer_changed)
        bus.subscribe(SettingsChanged, self._settings_changed)
        bus.subscribe(CallEnded, self._call_ended)

    def listen(self, listener: Listener) -> None:
        """Call `listener(raw_number, call_id)` when more is known, or something else, than `now` gave; "" is all calls
        of that number."""
        self._listeners.append(listener)

    def prefetch(self, view: CallView) -> None:
        """Begin to fetch what the card of this call will need."""
        entry = self._entry(view.remote.number)
        entry.ahead.add(view.id)
        if entry.found is None or self._clock() - entry.fetched_at > FRESH_SECONDS:
            self._begin(entry)
        elif entry.fetching is None:
            self._extras_ahead(entry)

    def is_ready(self, view: CallView) -> bool:
        """Would `now` give more than the number? What is missing is being fetched from now on."""
        entry = self._entry(view.remote.number)
        if entry.found is None:
            self._begin(entry)
        return entry.found is not None

    def now(self, view: CallView, agent: str, choice: str = "") -> Card:
        """The card as far as it is known; what is missing is being fetched from now on."""
        entry = self._entry(view.remote.number)
        if entry.found is None:
            self._begin(entry)
            return self._build(view, agent, entry, choice, None)
        snapshot = entry.found.customer_of(choice)
        return self._build(view, agent, entry, choice, self._extras(entry, snapshot, view.id))

    async def for_call(self, view: CallView, agent: str, choice: str = "") -> Card:
        """The whole card; waits for all of it."""
        entry = self._entry(view.remote.number)
        if entry.found is None:
            self._begin(entry)
        while entry.fetching:
            await asyncio.wait([entry.fetching])
        snapshot = entry.found.customer_of(choice) if entry.found else None
        extras = await self._load_extras(entry.number, snapshot.customer.id if snapshot else "", view.id)
        return self._build(view, agent, entry, choice, extras)

    def matches(self, raw_number: str) -> tuple[str, ...]:
        """The ids of the customers that the card of this number offers."""
        found = self._entry(raw_number).found
        return tuple(found.snapshots) if found else ()

    async def admit(self, raw_number: str, customer_id: str) -> bool:
        """May the caller be this customer? One of those with the number; of a withheld number, anybody.

        Raises NotFound where there is no such customer.
        """
        entry = self._entry(raw_number)
        if entry.number.withheld and customer_id not in entry.guests:
            await self._sources.customers.snapshot(customer_id)
            self._let_in(entry, customer_id)
        elif entry.found is None:
            self._begin(entry)
        while entry.fetching:
            await asyncio.wait([entry.fetching])
        return customer_id in self.matches(raw_number)

    def _let_in(self, entry: _Entry, customer_id: str) -> None:
        entry.guests[customer_id] = None
        for oldest in tuple(entry.guests)[:-KEPT_GUESTS]:
            del entry.guests[oldest]
        self._fetch(entry)

    async def close(self) -> None:
        """Stop fetching."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ from what is known to the card

    def _build(self, view: CallView, agent: str, entry: _Entry, choice: str, extras: Extras | None) -> Card:
        sources, line = self._sources, self._line(view.line)
        snapshot = entry.found.customer_of(choice) if entry.found else None
        setting = Setting(
            number=entry.number,
            line=line,
            layout=sources.layouts.of(line),
            extension=agent,
            agent_name=sources.people.name_at(agent),
            colleague=sources.people.name_at(entry.number.raw) if view.direction == "internal" else "",
            responsible=sources.people.name_of(snapshot.customer.responsible) if snapshot else "",
        )
        return build(view, setting, entry.found, choice, extras)

    def _line(self, called: str) -> Line:
        line = self._sources.lines.find(called) if called else None
        line = line or Line(id="", number="", raw=called)
        return line if line.company else replace(line, company=self._sources.company)

    # ------------------------------------------------------------ fetching

    def _entry(self, raw: str) -> _Entry:
        entry = self._entries.get(raw)
        if entry is None:
            entry = self._entries[raw] = _Entry(raw, self._sources.numbers.parse(raw))
            if len(self._entries) > KEPT:
                self._entries.popitem(last=False)
        self._entries.move_to_end(raw)
        return entry

    def _fetch(self, entry: _Entry) -> None:
        """Fetch it afresh: what is being fetched already may be old."""
        entry.again = True
        self._begin(entry)

    def _begin(self, entry: _Entry) -> None:
        if entry.fetching is None:
            entry.fetching = self._start(self._fetch_into(entry))

    async def _fetch_into(self, entry: _Entry) -> None:
        try:
            entry.again = True
            while entry.again:
                entry.again = False
                entry.found = await self._find(entry)
                entry.fetched_at = self._clock()
        except Exception:
            log.exception("caller cannot be looked up")
            entry.found = entry.found or Found()
        finally:
            entry.fetching = None
        self._extras_ahead(entry)
        self._tell(entry)

    async def _find(self, entry: _Entry) -> Found:
        matches = (await self._sources.customers.match(entry.number))[:SHOWN_MATCHES]
        snapshots: dict[str, Snapshot] = {}
        for customer_id in (*(match.customer_id for match in matches), *entry.guests):
            try:
                snapshots[customer_id] = await self._sources.customers.snapshot(customer_id)
            except NotFound:
                continue
        return Found(tuple(matches), snapshots)

    def _extras(self, entry: _Entry, snapshot: Snapshot | None, call_id: str) -> Extras | None:
        key = (snapshot.customer.id if snapshot else "", call_id)
        if key not in entry.extras:
            entry.keep(key, None)
            _ = self._start(self._extras_into(entry, key))
        return entry.extras[key]

    def _extras_ahead(self, entry: _Entry) -> None:
        snapshot = entry.found.customer_of("") if entry.found else None
        for call_id in entry.ahead:
            self._extras(entry, snapshot, call_id)
        entry.ahead.clear()

    async def _extras_into(self, entry: _Entry, key: tuple[str, str]) -> None:
        extras = await self._load_extras(entry.number, *key)
        entry.keep(key, extras)
        if extras != Extras():
            self._tell(entry, key[1])

    async def _load_extras(self, number: Number, customer_id: str, call_id: str) -> Extras:
        blocks = await further.blocks(self._sources.sections, customer_id) if customer_id else ()
        return Extras(await self._last_call(customer_id, number.key, call_id), blocks)

    async def _last_call(self, customer_id: str, key: str, call_id: str) -> CardLastCall | None:
        if self._sources.last_calls is None or not (customer_id or key):
            return None
        try:
            return await self._sources.last_calls.last_call(customer_id, key, call_id)
        except Exception:
            log.exception("last call cannot be looked up")
            return None

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _tell(self, entry: _Entry, call_id: str = "") -> None:
        for listener in self._listeners:
            try:
                listener(entry.raw, call_id)
            except Exception:
                log.exception("card listener failed")

    # ------------------------------------------------------------ keeping up

    def _customer_changed(self, fact: CustomerChanged) -> None:
        for entry in tuple(self._entries.values()):
            known = entry.found.snapshots if entry.found else {}
            if fact.customer_id in known or fact.merged_into in known or entry.number.key in fact.numbers:
                entry.extras.clear()
                self._fetch(entry)

    def _settings_changed(self, fact: SettingsChanged) -> None:
        for entry in tuple(self._entries.values()):
            if fact.key == "categories":
                self._fetch(entry)
            elif fact.key in ("layout", "lines"):
                self._tell(entry)

    def _call_ended(self, fact: CallEnded) -> None:
        """The call that ended is the last call of the next one."""
        entry = self._entries.get(fact.call.remote.number)
        if entry is not None:
            entry.fetched_at = float("-inf")


def preview(layout: Layout, line: Line, view: CallView, found: Found, number: Number, agent_name: str) -> Card:
    """A sample card for the layout editor."""
    setting = Setting(number=number, line=line, layout=layout, extension=view.agents[0], agent_name=agent_name)
    return build(view, setting, found)
