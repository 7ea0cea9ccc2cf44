"""The call tracker: events of the PBX in, facts about calls out. Pure and synchronous: no clock, no I/O.

A call is what belongs together by linkedid, however it wanders. After each event the part of every agent is
derived anew from the channels of the call and held against the part told before; the difference is the facts.
So a lost event is healed by the next one of the same channel, and a doubled one changes nothing.
"""

from collections.abc import Callable, Collection
from typing import Any

import structlog

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls import rules
from screenpop.calls.derive import (
    answers,
    dial_failed,
    is_caller,
    label,
    last_given_up,
    make_origin,
    note_called,
    note_dialled,
    note_rung,
    only_ringing,
    settle,
    talks,
    transfer_target,
)
from screenpop.calls.model import Call, Channel, PartState
from screenpop.calls.registry import Registry, age
from screenpop.calls.seats import Seats
from screenpop.calls.story import Story
from screenpop.facts import CallFact, CallPickedUp, CallTransferred, CallView

log = structlog.get_logger(__name__)


class Tracker:
    """Knows every call on the PBX. `apply` takes events in the order in which they were read.

    `trunks`: the devices that lead outside; empty means every device that is no agent's.
    `failures` counts the events that could not be applied.
    """

    def __init__(self, directory: Directory, trunks: Collection[str] = ()) -> None:
        self.failures = 0
        self._absent: set[str] = set()
        """The channels that the latest list of the PBX did not have."""
        self._known = Registry(directory, trunks)
        self._story = Story(self._known)
        self._seats = Seats(self._known, self._story)
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
            ev.LegsListed: self._legs_listed,
        }

    @property
    def placeholders(self) -> int:
        """How many channels were first seen half-way."""
        return self._known.placeholders

    def apply(self, event: ev.Event) -> list[CallFact]:
        """The facts that follow from `event`. Never raises: what cannot be applied is logged and counted."""
        self._known.facts = []
        self._known.at = event.at
        try:
            self._handlers[type(event)](event)
        except Exception:
            self.failures += 1
            log.exception("an event of the PBX could not be applied", event=type(event).__name__)
        return self._known.facts

    def sweep(self, at: float) -> list[CallFact]:
        """End every call that is still open: the PBX is known to have none."""
        return self.apply(ev.Snapshot(at=at))

    def set_directory(self, directory: Directory, at: float) -> list[CallFact]:
        """Other extensions or devices from now on; calls that are up are seen with the new eyes at once."""
        self._known.facts = []
        self._known.at = at
        self._known.directory = directory
        for channel in self._known.channels.values():
            self._known.identify(channel)
        for call in tuple(self._known.calls.values()):
            self._story.reconcile(call, at)
        return self._known.facts

    def calls(self) -> tuple[CallView, ...]:
        """The calls that are up, oldest first."""
        return tuple(call.view() for call in self._known.calls.values() if call.real)

    def parts(self, call_id: str) -> dict[str, PartState]:
        """What each extension does in a call that is up; {} where there is no such call."""
        call = self._known.calls.get(call_id)
        return {extension: part.state for extension, part in call.parts.items()} if call else {}

    def channel_names(self, call_id: str, extension: str) -> tuple[str, ...]:
        """The PBX's names of the channels that `extension` has in a call."""
        call = self._known.calls.get(call_id)
        return tuple(c.leg.name for c in call.channels.values() if c.agent == extension) if call else ()

    @property
    def directory(self) -> Directory:
        """Whose devices are whose."""
        return self._known.directory

    def view(self, call_id: str) -> CallView | None:
        """The call with this id, while it is up."""
        call = self._known.calls.get(call_id)
        return call.view() if call else None

    def is_connected(self, leg_id: str) -> bool:
        """Does this channel hear somebody?"""
        channel = self._known.channels.get(leg_id)
        return channel is not None and bool(channel.bridge)

    def call_id_of(self, linkedid: str) -> str:
        """The id of the call that is up under this linkedid, "" for none."""
        call = self._known.call_of(linkedid)
        return call.id if call else ""

    def other_side(self, call_id: str) -> Channel | None:
        """The channel of the side that is not the agent's: it stays when agents hand the call on."""
        call = self._known.calls.get(call_id)
        if call is None:
            return None
        outside = [c for c in call.channels.values() if c.kind == "trunk" and c.talked]
        inside = [c for c in (call.origin,) if call.direction == "internal" and c.leg.id in call.channels]
        return next(iter(outside + inside), None)

    def talking_channel(self, call_id: str, extension: str) -> str:
        """The PBX's name of the channel by which `extension` talks in a call, "" where it does not."""
        call = self._known.calls.get(call_id)
        if call is None or self.parts(call_id).get(extension) != "talking":
            return ""
        mine = [c for c in call.channels.values() if c.agent == extension and c.phase == "talking" and not c.done]
        return next((c.leg.name for c in mine if c.bridge), mine[0].leg.name if mine else "")

    def part_at(self, channel_name: str) -> tuple[str, str]:
        """The call and the extension that talks in it by the channel of this name, "" and "" where none does."""
        named = (c for c in self._known.channels.values() if c.leg.name == channel_name)
        found = next((c for c in named if c.agent and c.phase == "talking" and not c.done), None)
        return (found.call.id, found.agent) if found else ("", "")

    def _leg_seen(self, event: ev.LegSeen) -> None:
        if channel := self._known.touch(event.leg, event.at):
            self._story.reconcile(channel.call, event.at)

    def _leg_renamed(self, event: ev.LegRenamed) -> None:
        if channel := self._known.rename(event.leg_id, event.name):
            self._story.reconcile(channel.call, event.at)

    def _leg_gone(self, event: ev.LegGone) -> None:
        if seat := self._known.seats.get(event.leg.id):
            self._seats.stand_up(seat, event.at)
        if channel := self._known.forget(event.leg.id):
            self._drop(channel, event.at, event.cause)
            self._story.reconcile(channel.call, event.at)

    def _drop(self, channel: Channel, at: float, cause: int) -> None:
        call = channel.call
        if channel.kind != "none":
            call.cause = cause or call.cause
        if channel.dialled and not channel.talked and channel.kind != "local":
            call.statuses[channel.leg.id] = rules.leg_status(call.statuses.get(channel.leg.id), cause)
        if part := call.parts.get(channel.agent):
            part.cause = cause
        self._story.unqueue(channel, at, abandoned=True)

    def _dial_began(self, event: ev.DialBegan) -> None:
        caller = self._known.touch(event.caller, event.at) if event.caller else None
        called = self._known.touch(event.called, event.at)
        if called is None:
            return
        if caller is not None:
            taken = self._pick_up_if_taken(caller, called, event.at)
            self._dialled_by(caller, called)
            if taken:
                talks(called, event.at)
        called.call.callback |= event.caller is None and called is called.call.origin
        if called is not called.call.origin or called.kind == "trunk":
            called.dialled = True
            called.ended_as = None
            note_dialled(called, event)
        self._story.reconcile(called.call, event.at)

    def _pick_up_if_taken(self, caller: Channel, called: Channel, at: float) -> bool:
        """A leg of another call that is up already takes the place of one that rang: a pick-up, whether the PBX
        names it or not. Where several ring, the PBX's own word says which one it was."""
        if caller.call is called.call or not called.agent or called.up_at is None:
            return False
        self._known.merge(caller.call, called.call)
        instead_of = only_ringing(called.call) or last_given_up(called.call)
        if instead_of:
            self._tell_pick_up(called, instead_of, at)
        return True

    def _dialled_by(self, caller: Channel, called: Channel) -> None:
        self._known.merge(caller.call, called.call)
        if is_caller(called):
            called.call.callback = True
            make_origin(called.call, called)
        elif called.call.origin is called:
            make_origin(called.call, caller)

    def _dial_ended(self, event: ev.DialEnded) -> None:
        called = self._known.touch(event.called, event.at)
        caller = self._known.touch(event.caller, event.at) if event.caller else None
        if called is None:
            return
        if event.status == "answered":
            self._dial_answered(caller, called, event.at)
        elif not called.talked:
            note_called(called)
            dial_failed(called, event.status)
        self._story.reconcile(called.call, event.at)

    def _dial_answered(self, caller: Channel | None, called: Channel, at: float) -> None:
        if caller is not None:
            self._pick_up_if_taken(caller, called, at)
            self._dialled_by(caller, called)
            caller.talked |= caller.kind == "agent"
        if called is not called.call.origin:  # else the PBX called the phone of whom it calls for: nobody talks yet
            note_called(called)
            talks(called, at)

    def _bridge_entered(self, event: ev.BridgeEntered) -> None:
        channel = self._known.touch(event.leg, event.at)
        if channel is None:
            return
        if self._seats.entered(event):
            return
        if not event.waiting:
            talks(channel, event.at)
            self._meet(channel, event.at)
        self._story.reconcile(channel.call, event.at)

    def _meet(self, channel: Channel, at: float) -> None:
        """Whoever of another call is in the same bridge: calls that meet in a conference answer each other."""
        for other in self._known.channels.values():
            if other.bridge == channel.bridge and other.call is not channel.call and not other.seat:
                answers(channel, other, at)
                answers(other, channel, at)

    def _bridge_left(self, event: ev.BridgeLeft) -> None:
        channel = self._known.touch(event.leg, event.at)
        if channel is not None and not self._seats.left(event):
            if not event.waiting:
                talks(channel, event.at)  # it was in there, whether its entering was seen or not
            self._story.reconcile(channel.call, event.at)

    def _leg_held(self, event: ev.LegHeld) -> None:
        self._hold(event.leg, event.at, held=True)

    def _leg_unheld(self, event: ev.LegUnheld) -> None:
        self._hold(event.leg, event.at, held=False)

    def _hold(self, leg: ev.Leg, at: float, *, held: bool) -> None:
        channel = self._known.touch(leg, at)
        if channel is None:
            return
        self._story.reconcile(channel.call, at)
        self._story.hold(channel, at, held=held)

    def _transferred(self, event: ev.Transferred) -> None:
        by = self._known.touch(event.by, event.at)
        second = self._known.touch(event.second, event.at) if event.second else None
        target = self._known.touch(event.target, event.at) if event.target else None
        if by is None:
            return
        named = transfer_target(by, second, target) or event.extension
        for channel in filter(None, (by, second)):
            channel.done = True
        self._known.merge_all(channel.call for channel in (by, second, target) if channel is not None)
        if by.call.tell_once(f"{by.leg.id} {event.kind} {named}"):
            self._known.facts.append(
                CallTransferred(call=by.call.view(), at=event.at, agent=by.agent, kind=event.kind, target=named)
            )
        self._story.reconcile(by.call, event.at)

    def _picked_up(self, event: ev.PickedUp) -> None:
        ringing = self._known.touch(event.ringing, event.at)
        picker = self._known.touch(event.picker, event.at)
        if ringing is None or picker is None:
            return
        self._known.merge(ringing.call, picker.call)
        self._tell_pick_up(picker, ringing.agent, event.at)
        self._story.reconcile(ringing.call, event.at)

    def _tell_pick_up(self, picker: Channel, instead_of: str, at: float) -> None:
        call = picker.call
        if call.tell_once(f"{picker.leg.id} picked up"):
            call.picked_up[instead_of] = label(picker)
            fact = CallPickedUp(call=call.view(), at=at, agent=picker.agent, instead_of=instead_of)
            self._known.facts.append(fact)

    def _caller_queued(self, event: ev.CallerQueued) -> None:
        channel = self._known.touch(event.leg, event.at)
        if channel is None:
            return
        call = channel.call
        self._story.reconcile(call, event.at)
        if call.waiting.get(channel.leg.id, ("",))[0] != event.queue:
            self._story.enqueue(channel, event.queue, event.position, event.at, event.at)

    def _caller_unqueued(self, event: ev.CallerUnqueued) -> None:
        if channel := self._known.touch(event.leg, event.at):
            self._story.unqueue(channel, event.at, abandoned=event.abandoned)
            channel.call.abandoned |= event.abandoned and channel.call.answered_at is None
            self._story.reconcile(channel.call, event.at)

    def _snapshot(self, event: ev.Snapshot) -> None:
        live = {seen.leg.id for seen in event.legs}
        for seen in sorted(event.legs, key=lambda seen: age(seen.leg.id)):
            self._adopt_seen(seen, event.at)
        for entry in event.queued:
            self._adopt_queued(entry, event.at)
        self._sweep_all(self._known.beyond(live), event.at)
        self._seats.meet_all(event.at)

    def _legs_listed(self, event: ev.LegsListed) -> None:
        """A channel that two lists in a row do not have is over, though nobody said so."""
        absent = set(self._known.beyond(event.leg_ids))
        self._sweep_all(absent & self._absent, event.at)
        self._absent = absent

    def _sweep_all(self, leg_ids: Collection[str], at: float) -> None:
        swept = {call.id for leg_id in leg_ids if (call := self._sweep(leg_id, at))}
        for call in tuple(self._known.calls.values()):
            self._story.reconcile(call, at, swept=call.id in swept)

    def _sweep(self, leg_id: str, at: float) -> Call | None:
        channel = self._known.forget(leg_id)
        if channel is None:
            return None
        self._drop(channel, at, 0)
        return channel.call

    def _adopt_seen(self, seen: ev.SnapshotLeg, at: float) -> None:
        self._known.revive(seen.leg.id)
        known = seen.leg.id in self._known.channels
        channel = self._known.touch(seen.leg, at - seen.age, reopen=True)
        if channel is None:
            return
        if seen.seat and channel.kind == "agent":
            self._seats.found(self._known.channels[seen.leg.id], seen.bridge, at)
            return
        channel.adopted |= not known
        if seen.called and is_caller(channel):
            channel.call.callback = True
            make_origin(channel.call, channel)
        elif seen.called and channel is not channel.call.origin:
            channel.dialled = True
            note_rung(channel, "")
        takes_part = seen.bridge or (channel.dialled and channel.agent)  # an agent may be about to transfer
        if seen.leg.state == "up" and takes_part:
            channel.bridge = seen.bridge
            settle(channel.call)  # who answered depends on which way the call goes
            talks(channel, at)

    def _adopt_queued(self, entry: ev.QueueEntry, at: float) -> None:
        channel = self._known.channels.get(entry.leg_id)
        if channel is not None and channel.leg.id not in channel.call.waiting:
            settle(channel.call)
            self._story.enqueue(channel, entry.queue, entry.position, at - entry.waited, at)
