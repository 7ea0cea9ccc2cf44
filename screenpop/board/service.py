"""The live board: what happens on the phones, for those who look, a few times a second and only what changed.

`snapshot` says how everything stands, and that the asker looks; the event `board` then brings the changes:
`{"seq", "at", "put": {"calls": [...], "queues": [...], "agents": [...]}, "gone": {"calls": [ids], ...},
"totals": {...}}`, each part only where there is something. Rows (`screenpop.board.rows`) come whole. A change whose
`seq` is not above the snapshot's is in it already. Who has not asked for a snapshot for `LOOKS_FOR` seconds gets
no more changes, and must ask again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.board import rows, today
from screenpop.board.members import Members, queues_of
from screenpop.board.model import LiveCalls
from screenpop.board.rows import Names, Row, Seat
from screenpop.board.seams import Seams
from screenpop.bus import Bus
from screenpop.facts import (
    CallFact,
    CustomerChanged,
    ExtensionsChanged,
    PresenceChanged,
    QueueMemberChanged,
    QueuesListed,
    SettingsChanged,
    UserChanged,
)

TELL_EVERY = 0.3
"""Seconds between two changes that are told."""
LOOKS_FOR = 150.0
NOT_SEEN = ("offline", 0.0)
"""A presence nobody changed since the start: everybody begins offline, nobody knows since when."""
SECTIONS = ("calls", "queues", "agents")
Shown = dict[str, dict[str, Row]]


class Board:
    """Follows the facts from the moment it is made; works out rows only while somebody looks."""

    def __init__(self, seams: Seams, zone: str, clock: Callable[[], float] = time.time) -> None:
        self._seams, self._clock = seams, clock
        self._hub, self._settings, self._others = seams.hub, seams.settings, seams.others
        self._zone = ZoneInfo(zone)
        self.calls = LiveCalls()
        self._directory = seams.extensions.directory()
        self.members = Members(lambda device: self._directory.extension_of(device))
        self.today = today.Today(today.day_of(clock(), self._zone))
        self._names = Names(at=seams.people.name_at, other=seams.others.of, line=self._line)
        self._since: dict[str, tuple[str, float]] = {}  # a user's presence, and when it became this one
        self._looking: dict[str, float] = {}
        self._shown: Shown = {section: {} for section in SECTIONS}
        self._totals: Row = {}
        self._seq = 0
        self._timer: asyncio.TimerHandle | None = None
        self._subscribe(seams.bus)

    def _subscribe(self, bus: Bus) -> None:
        bus.subscribe(CallFact, self._call)
        bus.subscribe(PresenceChanged, self._presence)
        bus.subscribe(QueuesListed, self._queues_listed)
        bus.subscribe(QueueMemberChanged, self._member_changed)
        bus.subscribe(CustomerChanged, self._customer)
        bus.subscribe(ExtensionsChanged, self._extensions)
        for changed in (UserChanged, SettingsChanged):
            bus.subscribe(changed, lambda _: self._soon())

    async def load(self) -> None:
        """Read the figures of today; before the first fact of a call, and after the users and extensions."""
        self._directory = self._seams.extensions.directory()
        async with self._seams.store.read() as tx:
            self.today = await today.load(tx, self.today.day)

    async def count_ended(self, call_ids: Sequence[str]) -> None:
        """Count calls that ended while Ringdesk was away: only the store knows of their end."""
        async with self._seams.store.read() as tx:
            await today.add_ended(tx, self.today, call_ids)
        self._soon()

    async def close(self) -> None:
        """Stop the timer, and what is being read."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await self._others.close()

    # ------------------------------------------------------------ for those who look

    async def snapshot(self, user: User) -> Mapping[str, Any]:
        """How everything stands, for `user`, who looks from now on. Its shape is told at the head of this file."""
        await self._others.try_to_know(self.calls)
        self._tell()
        self._looking[user.id] = self._clock() + LOOKS_FOR
        return {
            "seq": f"{self._hub.epoch}.{self._seq}",
            "at": round(self._clock(), 2),
            "today": self.today.day.begin,
            "target": msgspec.to_builtins(self._settings.now.target),
            **{section: list(self._shown[section].values()) for section in SECTIONS},
            "totals": self._totals,
        }

    def _soon(self) -> None:
        """Tell what changed, in a moment; nothing is worked out while nobody looks."""
        if self._timer is None and self._looking:
            self._timer = asyncio.get_running_loop().call_later(TELL_EVERY, self._due)

    def _due(self) -> None:
        self._timer = None
        self._tell()
        if self._others.unknown(self.calls):
            self._others.fetch(self.calls, self._soon)

    def _tell(self) -> None:
        """Publish how what is shown differs from what was shown."""
        self._roll(self._clock())
        now, sums = self._rows(), rows.totals(self.today, self._settings.now.target)
        changes = changed(self._shown, now)
        if sums != self._totals:
            changes["totals"] = sums
        self._shown, self._totals = now, sums
        to = self._lookers()
        if changes and to:
            self._seq += 1
            head = {"seq": f"{self._hub.epoch}.{self._seq}", "at": round(self._clock(), 2)}
            self._hub.publish("board", msgspec.json.encode(head | changes), to)

    def _lookers(self) -> set[str]:
        """Who looks, still may, and has a panel open."""
        now = self._clock()
        self._looking = {user_id: until for user_id, until in self._looking.items() if until > now}
        users = (self._seams.users.get(user_id) for user_id in self._looking)
        return {user.id for user in users if user and user.may(Permission.SEE_BOARD) and self._hub.is_open(user.id)}

    def _rows(self) -> Shown:
        target, working = self._settings.now.target, self.members.by_extension()
        return {
            "calls": rows.by_id(rows.call_row(call, self._names) for call in self.calls),
            "queues": rows.by_id(
                rows.queue_row(queue, self.calls, self.today, self.members, target) for queue in self._queues()
            ),
            "agents": rows.by_id(
                self._agent(user, working) for user in self._seams.users.all() if user.active and user.extensions
            ),
        }

    def _agent(self, user: User, working: Mapping[str, Sequence[QueueMemberChanged]]) -> Row:
        presence = self._seams.presences.of(user)
        known, since = self._since.get(user.id, NOT_SEEN)
        queues, paused = queues_of([each for seat in user.extensions for each in working.get(seat, ())])
        seat = Seat(user, presence, since if known == presence else 0.0)
        queues = queues or self._seams.learnt.of(user.extensions)
        return rows.agent_row(seat, self.calls, self.today, self._names, queues, paused)

    def _queues(self) -> list[str]:
        waiting = {queue for call in self.calls for queue in call.waiting}
        return sorted(waiting | self.members.queues | set(self.today.visits) | self._seams.learnt.queues)

    def _line(self, number: str) -> str:
        line = self._seams.lines.find(number)
        return (line.name or line.company) if line else ""

    # ------------------------------------------------------------ what happens

    def _call(self, fact: CallFact) -> None:
        self._roll(fact.at)
        self.calls.apply(fact)
        self.today.apply(fact)
        self._soon()

    def _presence(self, fact: PresenceChanged) -> None:
        if self._since.get(fact.user_id, NOT_SEEN)[0] != fact.presence:
            self._since[fact.user_id] = fact.presence, self._clock()
        self._soon()

    def _queues_listed(self, fact: QueuesListed) -> None:
        self.members.listed(fact)
        self._soon()

    def _member_changed(self, fact: QueueMemberChanged) -> None:
        self.members.changed(fact)
        self._soon()

    def _customer(self, fact: CustomerChanged) -> None:
        self._others.forget(fact.customer_id)
        self._soon()

    def _extensions(self, _: ExtensionsChanged) -> None:
        self._directory = self._seams.extensions.directory()
        self._soon()

    def _roll(self, at: float) -> None:
        """At midnight the figures begin anew."""
        if at >= self.today.day.end:
            self.today = today.Today(today.day_of(at, self._zone))


def changed(before: Shown, now: Shown) -> dict[str, Any]:
    """The rows that are new or others than before, and the ids of those that are gone."""
    put = {part: [row for key, row in now[part].items() if before[part].get(key) != row] for part in SECTIONS}
    gone = {part: [key for key in before[part] if key not in now[part]] for part in SECTIONS}
    told = {"put": {k: v for k, v in put.items() if v}, "gone": {k: v for k, v in gone.items() if v}}
    return {name: parts for name, parts in told.items() if parts}
