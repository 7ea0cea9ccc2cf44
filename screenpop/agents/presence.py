"""Who is there: what a user chose, made `offline` while no panel is open, and whether a phone rings or a call is on."""

import asyncio

from screenpop.agents.model import Presence, User
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.facts import CallFact, CallView, ExtensionsChanged, OnCall, PresenceChanged

GRACE_SECONDS = 10.0
"""A page that loads closes its stream and opens another: only after this long without one is a user offline."""


class Presences:
    """Publishes PresenceChanged whenever what others see of a user changes."""

    def __init__(self, users: Users, bus: Bus, grace: float = GRACE_SECONDS) -> None:
        self._users, self._bus, self._grace = users, bus, grace
        self._open: set[str] = set()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._calls: dict[str, CallView] = {}
        self._told: dict[str, PresenceChanged] = {}
        bus.subscribe(CallFact, self._call)
        bus.subscribe(ExtensionsChanged, lambda _: self._tell_all())

    def of(self, user: User) -> Presence:
        """What others see."""
        return user.presence if user.id in self._open else "offline"

    def on_call(self, user: User) -> OnCall:
        """What the phones of this user do; who talks while another phone rings, talks."""
        seats = set(user.extensions)
        if any(not seats.isdisjoint(call.talking) for call in self._calls.values()):
            return "talking"
        return "ringing" if any(not seats.isdisjoint(call.agents) for call in self._calls.values()) else ""

    async def choose(self, user_id: str, presence: Presence) -> None:
        """The user says how it is. Raises BadInput for what cannot be chosen."""
        await self._users.choose_presence(user_id, presence)
        self._tell(user_id)

    def streams(self, user_id: str, count: int) -> None:
        """The user has so many panels open; called by the hub."""
        timer = self._leaving.pop(user_id, None)
        if timer is not None:
            timer.cancel()
        if count:
            self._open.add(user_id)
            self._tell(user_id)
        elif user_id in self._open:
            self._leaving[user_id] = asyncio.get_running_loop().call_later(self._grace, self._left, user_id)

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    def _left(self, user_id: str) -> None:
        self._leaving.pop(user_id, None)
        self._open.discard(user_id)
        self._tell(user_id)

    def _call(self, fact: CallFact) -> None:
        known = (self._calls.pop(call_id, None) for call_id in (fact.call.id, getattr(fact, "gone", "")))
        concerned = {extension for call in (*known, fact.call) if call for extension in call.agents}
        if fact.call.ended_at is None and fact.call.agents:
            self._calls[fact.call.id] = fact.call
        for user_id in {user.id for extension in concerned for user in self._users.at(extension)}:
            self._tell(user_id)

    def _tell_all(self) -> None:
        for user in self._users.all():
            self._tell(user.id)

    def _tell(self, user_id: str) -> None:
        user = self._users.get(user_id)
        if user is None:
            return
        fact = PresenceChanged(user_id=user_id, presence=self.of(user), on_call=self.on_call(user))
        if self._told.get(user_id) != fact:
            self._told[user_id] = fact
            self._bus.publish(fact)
