"""Who is there: what a user chose, made `offline` while no panel is open, and whether a call is on."""

import asyncio

from screenpop.agents.model import Presence, User
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.facts import CallFact, ExtensionsChanged, PresenceChanged

GRACE_SECONDS = 10.0
"""A page that loads closes its stream and opens another: only after this long without one is a user offline."""


class Presences:
    """Publishes PresenceChanged whenever what others see of a user changes."""

    def __init__(self, users: Users, bus: Bus, grace: float = GRACE_SECONDS) -> None:
        self._users, self._bus, self._grace = users, bus, grace
        self._open: set[str] = set()
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._calls: dict[str, tuple[str, ...]] = {}
        self._told: dict[str, PresenceChanged] = {}
        bus.subscribe(CallFact, self._call)
        bus.subscribe(ExtensionsChanged, lambda _: self._tell_all())

    def of(self, user: User) -> Presence:
        """What others see."""
        return user.presence if user.id in self._open else "offline"

    def on_call(self, user: User) -> bool:
        """Does a phone of this user ring or talk?"""
        return any(extension in agents for agents in self._calls.values() for extension in user.extensions)

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
        before = self._calls.get(fact.call.id, ()) + self._calls.pop(getattr(fact, "gone", ""), ())
        over = fact.call.ended_at is not None
        after = () if over else fact.call.agents
        self._calls[fact.call.id] = after
        if not after:
            del self._calls[fact.call.id]
        for extension in set(before) ^ set(after):
            for user in self._users.at(extension):
                self._tell(user.id)

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
