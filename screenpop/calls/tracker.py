"""The call tracker: events of the PBX in, facts about calls out. Pure and synchronous: no clock, no I/O.

A call is what belongs together by linkedid, however it wanders. After each event the part of every agent is
derived anew from the channels of the call and held against the part told before; the difference is the facts.
So a lost event is healed by the next one of the same channel, and a doubled one changes nothing.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

import structlog

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls import rules
from screenpop.calls.memory import merge_calls
from screenpop.calls.model import Call, Channel, Part, PartState
from screenpop.facts import (
    CallAnswered,
    CallChanged,
    CallEnded,
    CallFact,
    CallHeld,
    CallLeft,
    CallMerged,
    CallPickedUp,
    CallRang,
    CallRingEnded,
    CallStarted,
    CallTransferred,
    CallUnheld,
    CallView,
    Party,
    QueueJoined,
    QueueLeft,
)

REMEMBERED = 10_000
"""How many ended channels and calls are remembered, so that a late event does not bring one back."""

log = structlog.get_logger(__name__)


class Tracker:
    """Knows every call on the PBX. `apply` takes events in the order in which they were read.

    `trunks`: the devices that lead outside; empty means every device that is no agent's.
    `placeholders` counts channels that were first seen half-way, `failures` events that could not be applied.
    """

    def __init__(self, directory: Directory, trunks: Collection[str] = ()) -> None:
        self.placeholders = 0
        self.failures = 0
        self._directory = directory
        self._trunks = frozenset(trunk.casefold() for trunk in trunks)
        self._calls: dict[str, Call] = {}
        self._channels: dict[str, Channel] = {}
        self._call_by_linkedid: dict[str, Call] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._facts: list[CallFact] = []
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.LegSeen: self._leg_seen,
            ev.LegRenamed: self._leg_renamed,
            ev.LegGone: self._leg_gone,
            ev.DialBegan: self._dial_began,
            ev.DialEnded: self._dial_ended,
            ev.BridgeEntered: self._bridge_entered,
            ev.BridgeLeft: self._bridge_left,
            ev.LegHeld: self._leg_held,
            ev.LegUnheld: self._leg_unheld,
            ev.Transferred: self._transferred,
            ev.PickedUp: self._picked_up,
            ev.CallerQueued: self._caller_queued,
            ev.CallerUnqueued: self._caller_unqueued,
            ev.Snapshot: self._snapshot,
        }

    def apply(self, event: ev.Event) -> list[CallFact]:
        """The facts that follow from `event`. Never raises: what cannot be applied is logged and counted."""
        self._facts = []
        try:
            self._handlers[type(event)](event)
        except Exception:
            self.failures += 1
            log.exception("an event of the PBX could not be applied", event=type(event).__name__)
        return self._facts

    def sweep(self, at: float) -> list[CallFact]:
        """End every call that is still open: the PBX is known to have none."""
        return self.apply(ev.Snapshot(at=at))

    def set_directory(self, directory: Directory, at: float) -> list[CallFact]:
        """Other extensions or devices from now on; calls that are up are seen with the new eyes at once."""
        self._facts = []
        self._directory = directory
        for channel in self._channels.values():
            self._identify(channel)
        for call in tuple(self._calls.values()):
            self._reconcile(call, at)
        return self._facts

    def calls(self) -> tuple[CallView, ...]:
        """The calls that are up, oldest first."""
        return tuple(call.view() for call in self._calls.values())

    def parts(self, call_id: str) -> dict[str, PartState]:
        """What each extension does in a call that is up; {} where there is no such call."""
        call = self._calls.get(call_id)
        return {extension: part.state for extension, part in call.parts.items()} if call else {}

    def channel_names(self, call_id: str, extension: str) -> tuple[str, ...]:
        """The PBX's names of the channels that `extension` has in a call."""
        call = self._calls.get(call_id)
        return tuple(c.leg.name for c in call.channels.values() if c.agent == extension) if call else ()

    # ------------------------------------------------------------ legs

    def _leg_seen(self, event: ev.LegSeen) -> None:
        if channel := self._touch(event.leg, event.at):
            self._reconcile(channel.call, event.at)

    def _leg_renamed(self, event: ev.LegRenamed) -> None:
        if channel := self._channels.get(event.leg_id):
            channel.leg = replace(channel.leg, name=event.name)
            self._identify(channel)
            self._reconcile(channel.call, event.at)

    def _leg_gone(self, event: ev.LegGone) -> None:
        self._remember(self._gone, event.leg.id)
        if channel := self._channels.pop(event.leg.id, None):
            self._drop(channel, event.at, event.cause)
            self._reconcile(channel.call, event.at)

    def _drop(self, channel: Channel, at: float, cause: int) -> None:
        call = channel.call
        del call.channels[channel.leg.id]
        if channel.kind != "none":
            call.cause = cause or call.cause
        if channel.dialled and not channel.talked and channel.kind != "local":
            call.statuses[channel.leg.id] = rules.leg_status(call.statuses.get(channel.leg.id), cause)
        if part := call.parts.get(channel.agent):
            part.cause = cause
        self._unqueue(channel, at, abandoned=True)

    def _touch(self, leg: ev.Leg, at: float, *, reopen: bool = False) -> Channel | None:
        """The channel of a leg as it is now, made where it is new; None for what is over or no party."""
        if leg.id in self._gone:
            return None
        channel = self._channels.get(leg.id)
        if channel is None:
            channel = self._adopt(leg, at, reopen=reopen)
        else:
            self._refresh(channel, leg)
        if channel is not None and leg.state == "up" and channel.up_at is None:
            channel.up_at = at
            channel.call.reached_pbx |= channel is channel.call.origin
        return channel

    def _adopt(self, leg: ev.Leg, at: float, *, reopen: bool) -> Channel | None:
        kind = rules.kind_of(leg, self._directory, self._trunks)
        if kind == "none" or (leg.linkedid in self._ended and not reopen):
            return None
        agent = self._directory.extension_of(leg.device) if kind == "agent" else ""
        call = self._call_by_linkedid.get(leg.linkedid)
        if call is None:
            call = self._open(leg, kind, agent, at)
            channel = call.origin
        else:
            channel = Channel(leg, kind, agent, call)
            call.channels[leg.id] = self._channels[leg.id] = channel
            if leg.id == call.id:
                self._make_origin(call, channel)
        channel.dialled = leg.state == "ringing" and channel is not call.origin and kind != "local"
        return channel

    def _open(self, leg: ev.Leg, kind: rules.Kind, agent: str, at: float) -> Call:
        call = Call.__new__(Call)
        channel = Channel(leg, kind, agent, call)
        Call.__init__(call, leg.linkedid, at, rules.direction_of(kind, ()), channel)
        call.channels[leg.id] = self._channels[leg.id] = channel
        call.callers.add(leg.id)
        call.linkedids.add(leg.linkedid)
        self._calls[call.id] = self._call_by_linkedid[leg.linkedid] = call
        self.placeholders += leg.id != leg.linkedid
        self._settle(call)
        call.shown = call.face()
        self._facts.append(CallStarted(call=call.view(), at=at))
        return call

    @staticmethod
    def _make_origin(call: Call, channel: Channel) -> None:
        call.callers.discard(call.origin.leg.id)
        call.callers.add(channel.leg.id)
        call.origin = channel

    def _refresh(self, channel: Channel, leg: ev.Leg) -> None:
        renamed = leg.name != channel.leg.name
        channel.leg = leg
        if renamed:
            self._identify(channel)
        if leg.linkedid not in channel.call.linkedids:
            self._belongs_to(channel, leg.linkedid)
        if leg.state == "ringing" and channel.leg.id not in channel.call.callers and channel.kind != "local":
            channel.dialled = True

    def _belongs_to(self, channel: Channel, linkedid: str) -> None:
        """The PBX says that this channel's call is part of the call `linkedid`."""
        known = self._call_by_linkedid.get(linkedid)
        if known is None:
            channel.call.linkedids.add(linkedid)
            self._call_by_linkedid[linkedid] = channel.call
        else:
            self._merge(known, channel.call)

    def _identify(self, channel: Channel) -> None:
        channel.kind = rules.kind_of(channel.leg, self._directory, self._trunks)
        agent = self._directory.extension_of(channel.leg.device) if channel.kind == "agent" else ""
        channel.agent = agent

    # ------------------------------------------------------------ dialling and talking

    def _dial_began(self, event: ev.DialBegan) -> None:
        caller = self._touch(event.caller, event.at) if event.caller else None
        called = self._touch(event.called, event.at)
        if called is None:
            return
        if caller is not None:
            self._dialled_by(caller, called)
        if called is not called.call.origin:
            called.dialled = True
            called.ended_as = None
            self._note_dialled(called, event)
        self._reconcile(called.call, event.at)

    def _dialled_by(self, caller: Channel, called: Channel) -> None:
        if caller.call is not called.call:
            self._merge(caller.call, called.call)
        if called.call.origin is called:
            self._make_origin(called.call, caller)

    @staticmethod
    def _note_dialled(called: Channel, event: ev.DialBegan) -> None:
        call = called.call
        if called.kind == "trunk" and not call.called_number:
            number = rules.dialled_number(event.dialled, called.leg.caller.number, call.first_exten)
            call.called_number = number or called.leg.caller.number
        elif called.kind in ("agent", "phone"):
            call.rung[called.agent or called.leg.resource] = None
        if event.queue:
            call.queue = event.queue

    def _dial_ended(self, event: ev.DialEnded) -> None:
        called = self._touch(event.called, event.at)
        caller = self._touch(event.caller, event.at) if event.caller else None
        if called is None:
            return
        if event.status == "answered":
            self._dial_answered(caller, called, event.at)
        elif not called.talked:
            self._dial_failed(called, event.status)
        self._reconcile(called.call, event.at)

    def _dial_answered(self, caller: Channel | None, called: Channel, at: float) -> None:
        if called is called.call.origin:
            return  # the PBX called the phone of whom it calls for: nobody talks yet
        self._talks(called, at)
        if caller is not None and caller.kind == "agent":
            caller.talked = True

    @staticmethod
    def _dial_failed(called: Channel, status: ev.DialStatus) -> None:
        call = called.call
        called.ended_as = status
        if called.kind != "local":
            call.statuses[called.leg.id] = status
        if part := call.parts.get(called.agent):
            part.status = status

    def _bridge_entered(self, event: ev.BridgeEntered) -> None:
        channel = self._touch(event.leg, event.at)
        if channel is None:
            return
        channel.bridge = event.bridge
        if not event.waiting:
            self._talks(channel, event.at)
        self._reconcile(channel.call, event.at)

    def _bridge_left(self, event: ev.BridgeLeft) -> None:
        if channel := self._touch(event.leg, event.at):
            channel.bridge = ""
            self._reconcile(channel.call, event.at)

    def _talks(self, channel: Channel, at: float) -> None:
        call = channel.call
        channel.talked = True
        channel.ended_as = None
        answers = channel.leg.id not in call.callers or channel.kind == "agent"
        if channel.kind == "local" or not answers:
            return
        if call.answered_at is None:
            call.answered_at = at
        if not call.answered_by:
            call.answered_by = self._answerer(channel)

    def _answerer(self, channel: Channel) -> str:
        call = channel.call
        if call.direction == "outgoing":
            return call.origin.agent or call.origin.leg.resource
        if channel.leg.id in call.callers:
            return ""
        return self._label(channel)

    @staticmethod
    def _label(channel: Channel) -> str:
        """The extension that takes part with a channel, else the name of its device."""
        return channel.agent or channel.leg.resource

    def _leg_held(self, event: ev.LegHeld) -> None:
        self._hold(event.leg, event.at, held=True)

    def _leg_unheld(self, event: ev.LegUnheld) -> None:
        self._hold(event.leg, event.at, held=False)

    def _hold(self, leg: ev.Leg, at: float, *, held: bool) -> None:
        channel = self._touch(leg, at)
        if channel is None:
            return
        self._reconcile(channel.call, at)
        part = channel.call.parts.get(channel.agent)
        if part is None or part.held == held or part.state != "talking":
            return
        part.held = held
        fact = CallHeld if held else CallUnheld
        self._facts.append(fact(call=channel.call.view(), at=at, agent=channel.agent))

    # ------------------------------------------------------------ transfers, pick-ups, queues

    def _transferred(self, event: ev.Transferred) -> None:
        by = self._touch(event.by, event.at)
        second = self._touch(event.second, event.at) if event.second else None
        target = self._touch(event.target, event.at) if event.target else None
        if by is None:
            return
        named = self._target(by, second, target) or event.extension
        for leg in filter(None, (by, second)):
            leg.done = True
        for other in filter(None, (second, target)):
            if other.call is not by.call:
                self._merge(*sorted((by.call, other.call), key=lambda call: _age(call.id)))
        key = f"{by.leg.id} {event.kind} {named}"
        if key not in by.call.told:
            by.call.told.add(key)
            self._facts.append(
                CallTransferred(call=by.call.view(), at=event.at, agent=by.agent, kind=event.kind, target=named)
            )
        self._reconcile(by.call, event.at)

    @staticmethod
    def _target(by: Channel, second: Channel | None, target: Channel | None) -> str:
        """Whom the call was given to: the extension of the target's leg, or who else is in the second call."""
        if target is not None and (label := target.agent or (target.leg.resource if target.kind == "phone" else "")):
            return label
        if second is None:
            return ""
        others = [c for c in second.call.channels.values() if c.dialled and c.kind != "local" and c.agent != by.agent]
        if not others:
            return ""
        last = others[-1]
        return last.agent or second.call.called_number or last.leg.caller.number

    def _picked_up(self, event: ev.PickedUp) -> None:
        ringing = self._touch(event.ringing, event.at)
        picker = self._touch(event.picker, event.at)
        if ringing is None or picker is None:
            return
        if picker.call is not ringing.call:
            self._merge(ringing.call, picker.call)
        key = f"{picker.leg.id} picked up {ringing.leg.id}"
        if key not in ringing.call.told:
            ringing.call.told.add(key)
            ringing.call.picked_up[ringing.agent] = picker.agent
            self._facts.append(
                CallPickedUp(call=ringing.call.view(), at=event.at, agent=picker.agent, instead_of=ringing.agent)
            )
        self._reconcile(ringing.call, event.at)

    def _caller_queued(self, event: ev.CallerQueued) -> None:
        channel = self._touch(event.leg, event.at)
        if channel is None:
            return
        call = channel.call
        self._reconcile(call, event.at)
        if call.waiting.get(channel.leg.id, ("",))[0] != event.queue:
            self._enqueue(channel, event.queue, event.position, event.at, event.at)

    def _enqueue(self, channel: Channel, queue: str, position: int, since: float, at: float) -> None:
        call = channel.call
        call.waiting[channel.leg.id] = (queue, since)
        call.queue = queue
        call.abandoned = False
        call.shown = call.face()
        self._facts.append(QueueJoined(call=call.view(), at=at, queue=queue, position=position))

    def _caller_unqueued(self, event: ev.CallerUnqueued) -> None:
        if channel := self._touch(event.leg, event.at):
            self._unqueue(channel, event.at, abandoned=event.abandoned)
            self._reconcile(channel.call, event.at)

    def _unqueue(self, channel: Channel, at: float, *, abandoned: bool) -> None:
        call = channel.call
        queue, since = call.waiting.pop(channel.leg.id, ("", at))
        if not queue:
            return
        answered = bool(self._answerer_since(call, since))
        call.abandoned = abandoned and not answered
        self._facts.append(
            QueueLeft(
                call=call.view(),
                at=at,
                queue=queue,
                waited=max(0.0, at - since),
                reason="answered" if answered else "abandoned" if abandoned else "left",
            )
        )

    # ------------------------------------------------------------ snapshots

    def _snapshot(self, event: ev.Snapshot) -> None:
        live = {seen.leg.id for seen in event.legs}
        for seen in sorted(event.legs, key=lambda seen: _age(seen.leg.id)):
            self._adopt_seen(seen, event.at)
        for entry in event.queued:
            self._adopt_queued(entry, event.at)
        swept = [channel for leg_id, channel in self._channels.items() if leg_id not in live]
        for channel in swept:
            self._remember(self._gone, channel.leg.id)
            del self._channels[channel.leg.id]
            self._drop(channel, event.at, 0)
        touched = {call.id for call in (channel.call for channel in swept)}
        for call in tuple(self._calls.values()):
            self._reconcile(call, event.at, swept=call.id in touched)

    def _adopt_seen(self, seen: ev.SnapshotLeg, at: float) -> None:
        self._gone.pop(seen.leg.id, None)
        channel = self._touch(seen.leg, at - seen.age, reopen=True)
        if channel is None:
            return
        if seen.called and channel is not channel.call.origin:
            channel.dialled = True
            if channel.kind in ("agent", "phone"):
                channel.call.rung[channel.agent or channel.leg.resource] = None
            elif channel.kind == "trunk" and not channel.call.called_number:
                channel.call.called_number = channel.leg.caller.number
        if seen.leg.state == "up" and (seen.bridge or channel.dialled):
            channel.bridge = seen.bridge
            self._talks(channel, at)

    def _adopt_queued(self, entry: ev.QueueEntry, at: float) -> None:
        channel = self._channels.get(entry.leg_id)
        if channel is not None and channel.leg.id not in channel.call.waiting:
            self._settle(channel.call)
            self._enqueue(channel, entry.queue, entry.position, at - entry.waited, at)

    # ------------------------------------------------------------ what follows from it

    def _reconcile(self, call: Call, at: float, *, swept: bool = False) -> None:
        """Tell what changed for each agent since the last time, and the end of the call."""
        if self._calls.get(call.id) is not call:
            return
        self._settle(call)
        states = self._states(call)
        self._tell_changed(call, at)
        for extension in sorted(states, key=lambda ext: states[ext][0] != "talking"):
            self._advance(call, extension, states[extension], at)
        for extension in [ext for ext in call.parts if ext not in states]:
            self._leave(call, extension, at)
        if not call.channels:
            self._end(call, at, swept=swept)

    @staticmethod
    def _settle(call: Call) -> None:
        """Direction and parties, as far as they are known; final once a phone rings."""
        channels = call.channels.values()
        kinds = [c.kind for c in channels if c.dialled and c.kind != "local"]
        origin = call.origin
        if not call.settled or (origin.kind == "local" and "trunk" in kinds):
            call.direction = rules.direction_of(origin.kind, kinds)
        if not call.first_exten and origin.leg.exten != "s":
            call.first_exten = origin.leg.exten
            call.line = origin.leg.exten if call.direction == "incoming" else ""
        shown = origin.leg.connected if origin.dialled else origin.leg.caller
        if origin.agent:
            shown = Party(origin.agent, call.caller.name or shown.name)
        first_known = bool(shown.number) and not (call.settled and call.caller.number)
        if first_known or (shown.name and shown.number == call.caller.number):
            call.caller = shown
        if kinds:
            call.settled = True

    def _states(self, call: Call) -> dict[str, tuple[PartState, Channel]]:
        """What each agent does in the call now, by the strongest of his channels."""
        states: dict[str, tuple[PartState, Channel]] = {}
        for channel in call.channels.values():
            state = self._part_state(call, channel)
            if state and (channel.agent not in states or _RANK[state] > _RANK[states[channel.agent][0]]):
                states[channel.agent] = (state, channel)
        return states

    @staticmethod
    def _part_state(call: Call, channel: Channel) -> PartState | None:
        if not channel.agent or channel.done:
            return None
        called_himself = channel.leg.id in call.callers
        if channel.phase == "talking":
            return None if called_himself and call.direction == "incoming" else "talking"
        if channel.phase == "ringing":
            return "ringing"
        if channel.phase == "own" and called_himself and call.settled and call.direction != "incoming":
            return "calling"
        return None

    def _advance(self, call: Call, extension: str, now: tuple[PartState, Channel], at: float) -> None:
        state, channel = now
        shown = not (channel.leg.id in call.callers and call.direction == "internal")
        part = call.parts.get(extension)
        if part is not None and _RANK[state] <= _RANK[part.state]:
            return
        was_shown = part is not None and part.shown
        if part is None:
            part = call.parts[extension] = Part(state, shown, at)
        part.state, part.shown = state, shown or part.shown
        if part.shown and (state == "talking" or not was_shown):
            fact = CallAnswered if state == "talking" else CallRang
            call.shown = call.face()
            self._facts.append(fact(call=call.view(), at=at, agent=extension, device=channel.leg.device))

    def _leave(self, call: Call, extension: str, at: float) -> None:
        part = call.parts.pop(extension)
        if part.state == "ringing":
            by = call.picked_up.pop(extension, "") or self._answerer_since(call, part.since)
            reason = rules.ring_end(part.status, part.cause, answered=bool(by))
            name = by if reason == "answered_elsewhere" else ""
            self._facts.append(CallRingEnded(call=call.view(), at=at, agent=extension, reason=reason, answered_by=name))
        elif call.channels:
            self._facts.append(CallLeft(call=call.view(), at=at, agent=extension))

    @classmethod
    def _answerer_since(cls, call: Call, since: float) -> str:
        """Who answered after `since`, or "": seen from the state of the channel, which comes before the bridge."""
        for channel in call.channels.values():
            answers = channel.dialled and channel.ended_as is None and channel.kind != "local"
            if answers and channel.up_at is not None and channel.up_at >= since:
                return cls._label(channel)
        return ""

    def _tell_changed(self, call: Call, at: float) -> None:
        if call.shown is not None and call.face() != call.shown:
            call.shown = call.face()
            if call.parts:
                self._facts.append(CallChanged(call=call.view(), at=at))

    def _merge(self, keep: Call, gone: Call) -> None:
        if keep is gone:
            return
        merge_calls(keep, gone)
        self._calls.pop(gone.id, None)
        for linkedid in gone.linkedids:
            self._call_by_linkedid[linkedid] = keep
        at = max(keep.started_at, gone.started_at)
        self._facts.append(CallMerged(call=keep.view(), at=at, gone=gone.id))

    def _end(self, call: Call, at: float, *, swept: bool) -> None:
        call.ended_at = at
        del self._calls[call.id]
        for linkedid in call.linkedids:
            self._call_by_linkedid.pop(linkedid, None)
            self._remember(self._ended, linkedid)
        result = rules.result_of(
            call.direction,
            tuple(call.statuses.values()),
            call.cause,
            answered=call.answered_at is not None,
            queued=call.abandoned,
            reached_pbx=call.reached_pbx,
        )
        talked = at - call.answered_at if call.answered_at is not None else 0.0
        self._facts.append(
            CallEnded(
                call=call.view(),
                at=at,
                agent=call.answered_by if call.answered_by in self._directory else "",
                result=result,
                cause=call.cause,
                swept=swept,
                talk_seconds=max(0.0, talked),
            )
        )

    @staticmethod
    def _remember(memory: OrderedDict[str, None], key: str) -> None:
        memory[key] = None
        if len(memory) > REMEMBERED:
            memory.popitem(last=False)


_RANK: dict[PartState, int] = {"calling": 0, "ringing": 1, "talking": 2}


def _age(identifier: str) -> tuple[float, ...]:
    """Order of ids such as `1700000000.12` or `pbx-1700000000.12`: by time, then by serial."""
    numbers: Iterable[str] = identifier.rpartition("-")[2].split(".")
    return tuple(float(number) if number.isdigit() else 0.0 for number in numbers)
