"""Agents who are logged in on one channel all day, and to whom the PBX brings one call after the other.

Such a channel (a seat) waits in a bridge by itself and is then moved to a caller, who is no part of the call by which
the agent logged in, though the PBX shows the two under one linkedid. While it talks, a stand-in of the seat takes
part in the caller's call.
"""

from screenpop.calls import events as ev
from screenpop.calls.derive import note_called, talks
from screenpop.calls.model import Channel
from screenpop.calls.registry import Registry
from screenpop.calls.story import Story


class Seats:
    """Sits agents down to the calls that they are brought, and takes them away again."""

    def __init__(self, known: Registry, story: Story) -> None:
        self._known = known
        self._story = story

    def entered(self, event: ev.BridgeEntered) -> bool:
        """A channel came into a bridge. True where it is a seat, and nothing else is to be made of it."""
        channel = self._seen(event)
        if channel.seat and channel.bridge != event.bridge:
            self.stand_up(channel, event.at)
        channel.bridge = "" if channel.seat and event.waiting else event.bridge
        self.meet(event.bridge, event.at)
        return channel.seat

    def left(self, event: ev.BridgeLeft) -> bool:
        """A channel left its bridge. True where it is a seat."""
        channel = self._seen(event)
        channel.bridge = ""
        if channel.seat:
            self.stand_up(channel, event.at)
        return channel.seat

    def _seen(self, event: ev.BridgeEntered | ev.BridgeLeft) -> Channel:
        channel = self._known.channels[event.leg.id]
        if event.seat and _logged_in(channel):
            self.take(channel)
        return channel

    def take(self, channel: Channel) -> None:
        """From now on the channel is a seat."""
        channel.seat = True
        self._known.seats[channel.leg.id] = channel

    def found(self, channel: Channel, bridge: str, at: float) -> None:
        """The PBX says that the channel is a seat, and in which bridge it is now."""
        self.take(channel)
        if channel.bridge != bridge:
            self.stand_up(channel, at)
            channel.bridge = bridge

    def meet_all(self, at: float) -> None:
        """Sit everybody down who is in a bridge with others."""
        for bridge in {seat.bridge for seat in self._known.seats.values()}:
            self.meet(bridge, at)

    def meet(self, bridge: str, at: float) -> None:
        """Who sits in a bridge talks to whoever else is in there."""
        for seat in self._known.seats.values():
            if seat.bridge == bridge and bridge and seat.leg.id not in self._known.stand_ins:
                self._sit_down(seat, at)

    def _sit_down(self, seat: Channel, at: float) -> None:
        here = (c for c in self._known.channels.values() if c.bridge == seat.bridge and not c.seat)
        other = next((c for c in here if c.call is not seat.call and c.call.real), None)
        if other is None:
            return
        stand_in = self._known.stand_in_for(seat, other.call)
        stand_in.up_at = at
        note_called(stand_in)
        talks(stand_in, at)
        self._story.reconcile(other.call, at)

    def stand_up(self, seat: Channel, at: float) -> None:
        """The agent is out of the call that was brought."""
        stand_in = self._known.stand_ins.get(seat.leg.id)
        if stand_in is not None:
            self._known.forget(stand_in.leg.id)
            self._story.reconcile(stand_in.call, at)


def _logged_in(channel: Channel) -> bool:
    """An agent who called the PBX, and was brought to nobody by that."""
    call = channel.call
    alone = len(call.channels) == 1 and not call.settled and not call.waiting
    return alone and channel.kind == "agent" and channel is call.origin and not channel.dialled
