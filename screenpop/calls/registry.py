"""The calls and channels that are known: opening, joining and forgetting them."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import replace

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls import rules
from screenpop.calls.derive import make_origin, note_called, settle
from screenpop.calls.merge import merge_calls
from screenpop.calls.model import Call, Channel
from screenpop.facts import CallFact, CallMerged, CallStarted

REMEMBERED = 10_000
"""How many ended channels and calls are remembered, so that a late event does not bring one back."""


class Registry:
    """Every call on the PBX by id and linkedid, every channel by id. What opening and joining tells goes to
    `facts`, which the tracker empties for each event."""

    def __init__(self, directory: Directory, trunks: Collection[str]) -> None:
        self.directory = directory
        self.facts: list[CallFact] = []
        self.at = 0.0
        """The time of the event that is applied."""
        self.placeholders = 0
        self.calls: dict[str, Call] = {}
        self.channels: dict[str, Channel] = {}
        self.seats: dict[str, Channel] = {}
        self.stand_ins: dict[str, Channel] = {}
        """By the id of the seat that talks."""
        self._of_seats: OrderedDict[str, None] = OrderedDict()
        """The linkedids of seats that are gone: whom they talked to may be there yet."""
        self._trunks = frozenset(trunk.casefold() for trunk in trunks)
        self._call_by_linkedid: dict[str, Call] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def touch(self, leg: ev.Leg, at: float, *, reopen: bool = False) -> Channel | None:
        """The channel of a leg as it is now, made where it is new; None for what is over or no party. For a seat that
        talks it is the stand-in."""
        if leg.id in self._gone:
            return None
        channel = self.channels.get(leg.id)
        if channel is None:
            channel = self._adopt(leg, at, reopen=reopen)
        else:
            self._refresh(channel, leg)
        if channel is not None and leg.state == "up" and channel.up_at is None:
            channel.up_at = at
            channel.call.reached_pbx |= channel is channel.call.origin
        return self.stand_ins.get(leg.id, channel)

    def _adopt(self, leg: ev.Leg, at: float, *, reopen: bool) -> Channel | None:
        kind = rules.kind_of(leg, self.directory, self._trunks)
        call = self._call_by_linkedid.get(leg.linkedid)
        by_itself = call is None or call.origin.seat or not reopen  # who dialled it is told, but not in a snapshot
        if by_itself and leg.id != leg.linkedid and self._is_a_seats(leg.linkedid):
            leg = replace(leg, linkedid=leg.id)
            call = self._other_half(leg) or self._call_by_linkedid.get(leg.id)
        if kind == "none" or (leg.linkedid in self._ended and not reopen):
            return None
        agent = self.directory.extension_of(leg.device) if kind == "agent" else ""
        if call is None:
            call = self._open(leg, kind, agent, at)
            channel = call.origin
        else:
            channel = Channel(leg, kind, agent)
            self._put(channel, call)
            if leg.id == call.id:
                later = call.origin  # it was seen before the first one
                make_origin(call, channel)
                note_called(later)
        channel.dialled = leg.state == "ringing" and channel is not call.origin and kind != "local"
        if kind != "local" and not call.real:
            self._begin(call, at)
        return channel

    def _is_a_seats(self, linkedid: str) -> bool:
        """All calls that are brought to a seat get its linkedid: it does not tell them apart."""
        if linkedid in self._of_seats:
            return True
        return bool(self.seats) and any(linkedid in (seat.leg.linkedid, seat.call.id) for seat in self.seats.values())

    def _other_half(self, leg: ev.Leg) -> Call | None:
        """The call of the other half of a leg of the PBX to itself (`Local/101@agents-00000001;1` and `;2`)."""
        if leg.technology != "local":
            return None
        halves = (c for c in self.channels.values() if c.leg.name[:-1] == leg.name[:-1])
        return next((half.call for half in halves), None)

    def call_of(self, linkedid: str) -> Call | None:
        """The call that is up under this linkedid."""
        return self._call_by_linkedid.get(linkedid)

    def _begin(self, call: Call, at: float) -> None:
        """The first party of a call: from now on it is told of."""
        call.real = True
        settle(call)
        call.shown = call.face()
        self.facts.append(CallStarted(call=call.view(), at=at))

    def _open(self, leg: ev.Leg, kind: rules.Kind, agent: str, at: float) -> Call:
        channel = Channel(leg, kind, agent)
        call = Call(leg.linkedid, at, rules.direction_of(kind, ()), channel)
        self._put(channel, call)
        call.callers.add(leg.id)
        call.linkedids.add(leg.linkedid)
        self.calls[call.id] = self._call_by_linkedid[leg.linkedid] = call
        self.placeholders += leg.id != leg.linkedid
        return call

    def _put(self, channel: Channel, call: Call) -> None:
        channel.call = call
        call.channels[channel.leg.id] = self.channels[channel.leg.id] = channel

    def _refresh(self, channel: Channel, leg: ev.Leg) -> None:
        renamed = leg.name != channel.leg.name
        channel.leg = leg
        if renamed:
            self.identify(channel)
        if leg.linkedid not in channel.call.linkedids:
            self._belongs_to(channel, leg.linkedid)
        if leg.state == "ringing" and channel.leg.id not in channel.call.callers and channel.kind != "local":
            channel.dialled = True

    def _belongs_to(self, channel: Channel, linkedid: str) -> None:
        """The PBX says that this channel's call is part of the call `linkedid`."""
        if channel.seat or self._is_a_seats(linkedid):
            return
        known = self._call_by_linkedid.get(linkedid)
        if known is None:
            channel.call.linkedids.add(linkedid)
            self._call_by_linkedid[linkedid] = channel.call
        else:
            self.merge(known, channel.call)

    def identify(self, channel: Channel) -> None:
        """Read anew what a channel is and whose, after another name or another directory."""
        channel.kind = rules.kind_of(channel.leg, self.directory, self._trunks)
        channel.agent = self.directory.extension_of(channel.leg.device) if channel.kind == "agent" else ""
        if channel.kind not in ("local", "none") and not channel.call.real:
            self._begin(channel.call, self.at)

    def rename(self, leg_id: str, name: str) -> Channel | None:
        """The channel `leg_id` under its new name, with the device and agent that follow from it."""
        channel = self.channels.get(leg_id)
        if channel is not None:
            channel.leg = replace(channel.leg, name=name)
            self.identify(channel)
        return channel

    def forget(self, leg_id: str) -> Channel | None:
        """Take a channel that is over out; later events of it are ignored. None where it was not known."""
        _remember(self._gone, leg_id)
        channel = self.channels.pop(leg_id, None)
        if channel is not None:
            del channel.call.channels[leg_id]
            if self.seats.pop(leg_id, None):
                _remember(self._of_seats, channel.leg.linkedid)
                _remember(self._of_seats, channel.call.id)
            self.stand_ins.pop(channel.stands_for, None)
        return channel

    def stand_in_for(self, seat: Channel, call: Call) -> Channel:
        """A new stand-in by which the agent of `seat` takes part in `call`."""
        leg = replace(seat.leg, id=f"{seat.leg.id}@{call.id}", linkedid=call.id)
        made = Channel(leg, seat.kind, seat.agent, stands_for=seat.leg.id)
        self._put(made, call)
        self.stand_ins[seat.leg.id] = made
        return made

    def release_stand_ins(self, call: Call) -> None:
        """Where only stand-ins are left of a call, nobody is."""
        if self.stand_ins and all(channel.stands_for for channel in call.channels.values()):
            for leg_id in tuple(call.channels):
                self.forget(leg_id)

    def revive(self, leg_id: str) -> None:
        """The PBX still has a channel that was taken for over."""
        self._gone.pop(leg_id, None)

    def close(self, call: Call) -> None:
        """Take a call that is over out; it does not come back under any of its linkedids."""
        del self.calls[call.id]
        for linkedid in call.linkedids:
            self._call_by_linkedid.pop(linkedid, None)
            _remember(self._ended, linkedid)

    def merge(self, keep: Call, gone: Call) -> None:
        """`gone` turned out to be part of `keep`."""
        if keep is gone:
            return
        if gone.real and not keep.real:
            self._begin(keep, self.at)
        merge_calls(keep, gone)
        self.calls.pop(gone.id, None)
        for linkedid in gone.linkedids:
            self._call_by_linkedid[linkedid] = keep
        if gone.real:
            self.facts.append(CallMerged(call=keep.view(), at=self.at, gone=gone.id))

    def merge_all(self, calls: Iterable[Call]) -> None:
        """Several calls turned out to be one: the oldest stays."""
        keep, *gone = sorted(dict.fromkeys(calls), key=lambda call: age(call.id))
        for call in gone:
            self.merge(keep, call)

    def beyond(self, live: Collection[str]) -> list[str]:
        """The ids of the channels that are not among `live`."""
        return [leg_id for leg_id, channel in self.channels.items() if (channel.stands_for or leg_id) not in live]


def _remember(memory: OrderedDict[str, None], key: str) -> None:
    memory[key] = None
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)


def age(identifier: str) -> tuple[float, ...]:
    """Order of ids such as `1700000000.12` or `pbx-1700000000.12`: by time, then by serial."""
    numbers = identifier.rpartition("-")[2].split(".")
    return tuple(float(number) if number.isdecimal() else 0.0 for number in numbers)
