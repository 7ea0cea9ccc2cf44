"""Who listens in on which call: asked of the PBX, written down, and known until the phone is put down."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from screenpop import audit
from screenpop.agents.model import User
from screenpop.board.model import LiveCalls
from screenpop.board.settings import BoardSettings
from screenpop.bus import Bus
from screenpop.errors import BadInput, Conflict, PbxAway
from screenpop.facts import CallMerged, ListenerChanged, ListenerLeft, ListenersListed
from screenpop.ids import new_id
from screenpop.pbx import Ear, PbxEar
from screenpop.store.engine import Store

ACTIONS: Mapping[Ear, str] = {"listen": "listen_live", "whisper": "whisper", "barge": "barge_in"}
"""What the audit calls it."""


@dataclass(slots=True)
class _Listener:
    fact: ListenerChanged
    there: bool = False
    """The supervisor took up the phone."""


class Listeners:
    """Raises BadInput, Conflict, PbxAway and PbxRefused. A change publishes ListenerChanged."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        calls: LiveCalls,
        settings: BoardSettings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._bus, self._calls, self._settings, self._clock = store, bus, calls, settings, clock
        self._listeners: dict[str, _Listener] = {}
        bus.subscribe(ListenerLeft, lambda fact: self._end(fact.listener_id))
        bus.subscribe(ListenersListed, self._listed)
        bus.subscribe(CallMerged, self._merged)

    async def join(self, ear: PbxEar | None, user: User, call_id: str, agent: str, how: str) -> None:
        """Ring the phone of `user` and let it into the part that `agent` has in a call; returns when it is taken up.

        Written down before anybody can hear anything: who, whom, which call, how.
        """
        chosen = next((each for each in ACTIONS if each == how), None)
        if chosen is None:
            raise BadInput("One can listen, whisper or barge in.", "how")
        if ear is None:
            raise PbxAway("There is no connection to the PBX.")
        self._check(user, call_id, agent)
        extension = user.extensions[0]
        await self._write_down(user, call_id, agent, chosen, extension)
        fact = ListenerChanged(
            listener_id=new_id(), call_id=call_id, agent=agent, user_id=user.id, how=chosen, at=self._clock()
        )
        self._listeners[fact.listener_id] = _Listener(fact)
        try:
            await ear.join_in(fact.listener_id, extension, call_id, agent, chosen)
        except BaseException:
            self._listeners.pop(fact.listener_id, None)
            raise
        if listener := self._listeners.get(fact.listener_id):  # else it was put down at once
            listener.there = True
            self._bus.publish(listener.fact)

    def heard(self, call_id: str, agent: str) -> bool:
        """Is this agent to see that somebody listens in?"""
        return self._settings.now.tell_agents and any(
            each.there and (each.fact.call_id, each.fact.agent) == (call_id, agent) for each in self._listeners.values()
        )

    def _check(self, user: User, call_id: str, agent: str) -> None:
        if not user.extensions:
            raise BadInput("Choose your extension in your settings first: it is your phone that rings.")
        if agent in user.extensions:
            raise BadInput("This is your own call.")
        call = self._calls.get(call_id)
        part = call.parts.get(agent) if call else None
        if part is None or part.doing not in ("talking", "held"):
            raise Conflict("This agent does not talk in this call any more.")

    async def _write_down(self, user: User, call_id: str, agent: str, how: Ear, extension: str) -> None:
        changes = {"agent": ("", agent), "extension": ("", extension)}
        async with self._store.begin() as tx:
            await audit.record(tx, user.id, ACTIONS[how], "call", call_id, changes)

    def _end(self, listener_id: str) -> None:
        listener = self._listeners.pop(listener_id, None)
        if listener is not None and listener.there:
            self._bus.publish(replace(listener.fact, gone=True, at=self._clock()))

    def _listed(self, fact: ListenersListed) -> None:
        """Whoever is gone is gone; whoever listens and is not known here began before Ringdesk was started, or while
        the link was lost."""
        for listener_id, listener in tuple(self._listeners.items()):
            if listener.there and listener_id not in fact.listener_ids:
                self._end(listener_id)
        for found in fact.hearing:
            if found.listener_id not in self._listeners:
                self._listeners[found.listener_id] = _Listener(found, there=True)
                self._bus.publish(found)

    def _merged(self, fact: CallMerged) -> None:
        for listener in self._listeners.values():
            if listener.fact.call_id == fact.gone:
                listener.fact = replace(listener.fact, call_id=fact.call.id)
