"""Pops on screens: call facts in, cards out, to those who sit at the extension and have pop-ups on.

What goes over the wire is told in `screenpop.pops.wire`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import structlog

from screenpop.agents.model import User
from screenpop.cards.model import Card
from screenpop.customers.model import Customer, NewCustomer
from screenpop.errors import N_, BadInput, NotFound
from screenpop.facts import CallFact, CallStarted, ExtensionsChanged, ListenerChanged, RecordingChanged, UserChanged
from screenpop.pops.model import Change, Pop, PopBook
from screenpop.pops.seams import Seams, Work
from screenpop.pops.wire import describe

PATIENCE = 0.05
"""Seconds that a card waits for the customer's data before it is shown with the number alone."""
SWEEP_SECONDS = 30.0
LONGEST_NOTE = 4000
NOT_THERE = N_("This call is not on your screen any more.")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Shown:
    """A pop as it stands on screens."""

    payloads: dict[str, bytes] = field(default_factory=dict)
    """By user: what the panel got last."""
    made_of: dict[str, tuple[Pop, Card, Work, User]] = field(default_factory=dict)
    """By user: what that was made of; the same again is not sent again."""
    version: int = 0
    rang: bool = False
    seated: set[str] = field(default_factory=set)
    """Who sat at the extension while the call was there: the card of a call that is over is for nobody else."""
    dismissed: set[str] = field(default_factory=set)
    work: dict[str, Work] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None
    """Runs while the card waits for the customer's data."""


class Pops:
    """Every pop, and who sees it. Listens on the bus from the moment it is made."""

    def __init__(self, seams: Seams, clock: Callable[[], float] = time.time) -> None:
        self._seams, self._clock = seams, clock
        self._book = PopBook()
        self._shown: dict[str, _Shown] = {}
        self._choices: dict[str, str] = {}
        self._started, self._recalling = clock(), set[asyncio.Task[None]]()
        seams.cards.listen(self._know_more)
        seams.bus.subscribe(CallFact, self._take, first=True)
        seams.bus.subscribe(ExtensionsChanged, lambda _: self._refresh_all())
        seams.bus.subscribe(RecordingChanged, lambda fact: self._refresh_call(fact.call_id))
        seams.bus.subscribe(ListenerChanged, lambda fact: self._refresh_call(fact.call_id))
        seams.bus.subscribe(UserChanged, lambda _: self._refresh_all())

    async def run(self) -> None:
        """Let go of old pops, for ever."""
        try:
            while True:
                await asyncio.sleep(SWEEP_SECONDS)
                self.sweep()
        finally:
            for task in self._recalling:
                task.cancel()

    def sweep(self) -> None:
        """Let go of old pops now."""
        self._show(self._book.sweep(self._clock()))
        self._choices = {call: choice for call, choice in self._choices.items() if self._book.of_call(call)}

    # ------------------------------------------------------------ asking

    def snapshot(self, user_id: str) -> bytes:
        """All pops on the user's screen, oldest first, and the id of the last event in them: JSON."""
        body = b",".join(filter(None, (self._payload(pop.id, user_id) for pop in self._book.all())))
        return b'{"last_id":"%b","pops":[%b]}' % (self._seams.hub.last_id.encode(), body)

    def payload(self, pop_id: str, user_id: str) -> bytes:
        """One pop as the user sees it: JSON; `null` where the user has no such pop."""
        return self._payload(pop_id, user_id) or b"null"

    # ------------------------------------------------------------ what a user does

    def dismiss(self, pop_id: str, user_id: str) -> None:
        """Take the card off this user's screen; the call is not touched."""
        pop = self._pop(pop_id, user_id)
        self._shown[pop_id].dismissed.add(user_id)
        self._publish(pop)

    async def choose(self, pop_id: str, user_id: str, customer_id: str) -> None:
        """Who it is, for all cards of this call: one of several, or anybody where the number is withheld.

        "" takes it back. Raises BadInput, NotFound.
        """
        pop = self._pop(pop_id, user_id)
        if customer_id and not await self._seams.cards.admit(pop.call.remote.number, customer_id):
            raise BadInput("This customer is not one of those who have this number.", "customer_id")
        self._choices[pop.call.id] = customer_id
        self._refresh_call(pop.call.id)
        await self._seams.calls.assign_customer(pop.call.id, customer_id, user_id)

    async def write(self, pop_id: str, user_id: str, note: str | None, result: str | None) -> None:
        """Save the user's note on the call and its result; None leaves that as it is.

        Works for a card that the service has let go of too, so that nothing typed on one is lost.
        """
        if note is not None and len(note) > LONGEST_NOTE:
            raise BadInput("A note has at most %(most)d characters.", "text", most=LONGEST_NOTE)
        shown = self._shown.get(pop_id) if self._payload(pop_id, user_id) else None
        old = shown.work.get(user_id, Work()) if shown else None
        call_id = self._pop(pop_id, user_id).call.id if shown else await self._call_of(pop_id, user_id)
        if note is not None and (old is None or note != old.note):
            await self._seams.calls.set_note(call_id, note, user_id)
        if result is not None and (old is None or result != old.result):
            await self._seams.calls.set_result(call_id, result, user_id)
        if shown and old:
            shown.work[user_id] = Work(old.note if note is None else note, old.result if result is None else result)
            self._refresh(pop_id)

    async def _call_of(self, pop_id: str, user_id: str) -> str:
        """The call of a card that is not there any more, if it was on a phone of this user. Raises NotFound."""
        call_id, _, agent = pop_id.rpartition("-")
        if any(user.id == user_id for user in self._seams.audience.at(agent)):
            logged = await self._seams.calls.get(call_id)
            if agent in (logged.agent, *logged.to):
                return logged.id
        raise NotFound(NOT_THERE)

    async def new_customer(self, pop_id: str, user_id: str, fields: Mapping[str, str]) -> Customer:
        """Make a customer with this card's number; all cards of the number know it at once. Raises BadInput."""
        number = self._pop(pop_id, user_id).call.remote.number
        texts: dict[str, Any] = {name: fields[name] for name in NEW_FIELDS if fields.get(name)}
        if not texts.get("name", "").strip() and not texts.get("company", "").strip():
            raise BadInput("Write a name or a company.", "name")
        return await self._seams.customers.create(NewCustomer(**texts, numbers=((number, ""),)), user_id)

    async def add_number(self, pop_id: str, user_id: str, customer_id: str) -> Customer:
        """This card's number becomes one more of that customer's. Raises NotFound, BadInput."""
        number = self._pop(pop_id, user_id).call.remote.number
        return await self._seams.customers.add_number(customer_id, number, "", user_id)

    def call_of(self, pop_id: str, user_id: str) -> str:
        """The id of this pop's call. Raises NotFound."""
        return self._pop(pop_id, user_id).call.id

    def shown(self, pop_id: str, user_id: str) -> Card:
        """The card of this pop. Raises NotFound."""
        pop = self._pop(pop_id, user_id)
        return self._seams.cards.now(pop.call, pop.agent, self._choices.get(pop.call.id, ""))

    async def settled(self, pop_id: str, user_id: str) -> bytes:
        """The pop with everything known about it, for the answer to an action: JSON."""
        pop = self._pop(pop_id, user_id)
        await self._seams.cards.for_call(pop.call, pop.agent, self._choices.get(pop.call.id, ""))
        self._refresh(pop_id)
        return self.payload(pop_id, user_id)

    # ------------------------------------------------------------ facts in

    def _take(self, fact: CallFact) -> None:
        if isinstance(fact, CallStarted):
            self._seams.cards.prefetch(fact.call)
        change = self._book.apply(fact)
        self._carry_choice(fact)
        self._show(change)

    def _carry_choice(self, fact: CallFact) -> None:
        gone = getattr(fact, "gone", "")
        if gone in self._choices:
            self._choices.setdefault(fact.call.id, self._choices.pop(gone))

    def _show(self, change: Change) -> None:
        for pop_id in change.gone:
            self._remove(pop_id)
        for pop in change.pops:
            if pop.id not in self._shown and pop.call.started_at < self._started:
                self._recall(pop)
            shown = self._shown.setdefault(pop.id, _Shown())
            if pop.state == "ringing" and not shown.rang:
                shown.dismissed.clear()  # it rings anew: the card comes back
            shown.rang = pop.state == "ringing"
            self._publish(pop)

    def _recall(self, pop: Pop) -> None:
        """The call is older than this process: what was written and chosen on its card before is in the call log."""
        task = asyncio.get_running_loop().create_task(self._recalled(pop))
        self._recalling.add(task)
        task.add_done_callback(self._recalling.discard)

    async def _recalled(self, pop: Pop) -> None:
        try:
            logged = await self._seams.calls.get(pop.call.id)
        except NotFound:
            return
        shown = self._shown.get(pop.id)
        if shown is None:  # let go of meanwhile
            return
        for note in logged.notes:
            shown.work.setdefault(note.author, Work(note.text, logged.disposition))
        if logged.customer_id and await self._may_be(pop, logged.customer_id):
            self._choices.setdefault(pop.call.id, logged.customer_id)
        self._refresh(pop.id)

    async def _may_be(self, pop: Pop, customer_id: str) -> bool:
        try:
            return await self._seams.cards.admit(pop.call.remote.number, customer_id)
        except NotFound:
            return False

    def _know_more(self, raw_number: str, call_id: str) -> None:
        for pop in self._book.of_call(call_id) if call_id else self._book.all():
            if pop.call.remote.number == raw_number:
                self._publish(pop)

    def _refresh_all(self) -> None:
        for pop in self._book.all():
            self._publish(pop)

    def _refresh_call(self, call_id: str) -> None:
        for pop in self._book.of_call(call_id):
            self._publish(pop)

    def _refresh(self, pop_id: str) -> None:
        pop = self._book.get(pop_id)
        if pop is not None:
            self._publish(pop)

    # ------------------------------------------------------------ cards out

    def _publish(self, pop: Pop, patient: bool = True) -> None:
        """Bring every screen that shall show `pop`, or shows it, up to date."""
        shown = self._shown.setdefault(pop.id, _Shown())
        users = self._users(pop, shown)
        for user_id in shown.payloads.keys() - {user.id for user in users}:
            del shown.payloads[user_id], shown.made_of[user_id]
            self._seams.hub.publish("pop_gone", json.dumps({"id": pop.id}), {user_id})
        if not users:
            return
        if patient and not shown.payloads and not self._seams.cards.is_ready(pop.call):
            self._wait(pop.id, shown)
            return
        card = self._seams.cards.now(pop.call, pop.agent, self._choices.get(pop.call.id, ""))
        if shown.timer is not None:
            shown.timer.cancel()
            shown.timer = None
        for user in users:
            self._send(pop, card, shown, user)

    def _wait(self, pop_id: str, shown: _Shown) -> None:
        if shown.timer is None:
            loop = asyncio.get_running_loop()
            shown.timer = loop.call_later(PATIENCE, self._show_anyway, pop_id)

    def _show_anyway(self, pop_id: str) -> None:
        pop = self._book.get(pop_id)
        if pop is not None:
            self._publish(pop, patient=False)

    def _send(self, pop: Pop, card: Card, shown: _Shown, user: User) -> None:
        work = shown.work.get(user.id, Work())
        pop = replace(pop, recording=self._recording(pop), heard=self._heard(pop))
        if shown.made_of.get(user.id) == (pop, card, work, user):
            return
        made_of = pop, card, work, user
        pop = replace(pop, version=shown.version + 1)
        html = self._seams.render(pop, card, work, user)
        shown.made_of[user.id] = made_of
        shown.version += 1
        payload = json.dumps(describe(pop, card) | {"html": html}, separators=(",", ":")).encode()
        shown.payloads[user.id] = payload
        self._seams.hub.publish("pop", payload, {user.id})

    def _recording(self, pop: Pop) -> Literal["", "on", "paused"]:
        desk = self._seams.recordings
        if desk is None or pop.state != "answered" or not desk.is_recorded(pop.call.id):
            return ""
        return "paused" if desk.is_paused(pop.call.id) else "on"

    def _heard(self, pop: Pop) -> bool:
        ears = self._seams.ears
        return ears is not None and pop.state == "answered" and ears.heard(pop.call.id, pop.agent)

    def _payload(self, pop_id: str, user_id: str) -> bytes:
        shown = self._shown.get(pop_id)
        return shown.payloads.get(user_id, b"") if shown else b""

    def _users(self, pop: Pop, shown: _Shown) -> list[User]:
        here = self._seams.audience.at(pop.agent)
        if pop.active or not shown.seated:
            shown.seated |= {user.id for user in here}
        wanted = shown.seated - shown.dismissed
        return [user for user in here if user.popups and user.id in wanted]

    def _remove(self, pop_id: str) -> None:
        shown = self._shown.pop(pop_id, None)
        if shown is None:
            return
        if shown.timer is not None:
            shown.timer.cancel()
        if shown.payloads:
            self._seams.hub.publish("pop_gone", json.dumps({"id": pop_id}), frozenset(shown.payloads))

    def _pop(self, pop_id: str, user_id: str) -> Pop:
        pop, shown = self._book.get(pop_id), self._shown.get(pop_id)
        if pop is None or shown is None or user_id not in shown.payloads:
            raise NotFound(NOT_THERE)
        return pop


NEW_FIELDS = ("name", "company", "category", "note", "city", "country")
