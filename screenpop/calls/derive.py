"""What follows from the channels of a call: direction and parties, who answered, what each agent does."""

from screenpop.calls import events as ev
from screenpop.calls import rules
from screenpop.calls.model import Call, Channel, PartState
from screenpop.facts import Party

RANK: dict[PartState, int] = {"calling": 0, "ringing": 1, "talking": 2}


def settle(call: Call) -> None:
    """Direction and parties, as far as they are known; final once a phone rings."""
    channels = call.channels.values()
    kinds = [c.kind for c in channels if c.dialled and c.kind != "local"]
    origin = call.origin
    if not call.settled:
        call.direction = rules.direction_of("local" if origin.dialled else origin.kind, kinds)
    elif call.direction == "outgoing" and call.answered_at is None and any(_is_colleague(call, c) for c in channels):
        call.direction = "internal"
    elif (call.callback or origin.kind == "local") and "trunk" in kinds and call.direction == "internal":
        _turn_outgoing(call)
    if not call.first_exten and origin.leg.exten != "s":
        call.first_exten = origin.leg.exten
        call.line = origin.leg.exten if call.direction == "incoming" else ""
    shown = origin.leg.connected if origin.dialled else origin.leg.caller
    if origin.agent:
        known = call.caller.name if call.caller.number == origin.agent else ""
        shown = Party(origin.agent, known or shown.name)
    first_known = bool(shown.number) and not (call.settled and call.caller.number)
    if first_known or (shown.name and shown.number == call.caller.number):
        call.caller = shown
    if kinds:
        call.settled = True


def _is_colleague(call: Call, channel: Channel) -> bool:
    """Does somebody else's phone ring for the agent who calls?"""
    return bool(call.origin.agent and channel.phase == "ringing" and channel.agent not in ("", call.origin.agent))


def _turn_outgoing(call: Call) -> None:
    """The PBX called the agent first, and now whom the agent wanted: the answer of the agent's phone was none."""
    call.direction = "outgoing"
    call.answered_at, call.answered_by = None, ""


def make_origin(call: Call, channel: Channel) -> None:
    """`channel` turned out to be the one that began the call."""
    call.callers.discard(call.origin.leg.id)
    call.callers.add(channel.leg.id)
    call.origin = channel


def is_caller(called: Channel) -> bool:
    """Is `called` the phone of an agent for whom the PBX will then call somebody (click-to-dial)? So it is where a
    leg of the PBX to itself began the call and no other agent has answered; a first one may ring in vain."""
    call = called.call
    first = call.channels.get(call.id)
    if first is None or first.kind != "local" or not called.agent or call.queue:
        return False
    others = [c for c in call.channels.values() if c.kind != "local" and c is not called]
    return call.origin is called or not others or (called.up_at is not None and all(_in_vain(c) for c in others))


def _in_vain(channel: Channel) -> bool:
    return bool(channel.agent) and channel.up_at is None


def note_dialled(called: Channel, event: ev.DialBegan) -> None:
    """The PBX calls a leg: for whom it rings, or which number was dialled."""
    note_rung(called, event.dialled)
    if event.queue:
        called.call.queue = event.queue


def note_called(called: Channel) -> None:
    """A leg must have been called, though that was not seen."""
    if not called.dialled and called is not called.call.origin:
        called.dialled = True
        note_rung(called, "")
        settle(called.call)  # who answered depends on which way the call goes


def note_rung(called: Channel, dialled: str) -> None:
    """`called` is a leg that the PBX calls, by the dial string `dialled` ("" where it is not known)."""
    call = called.call
    if called.kind == "trunk":
        shown = called.leg.caller.number
        called.number = called.number or rules.dialled_number(dialled, shown, call.first_exten) or shown
        call.called_number = call.called_number or called.number
    elif called.kind in ("agent", "phone"):
        call.rung[label(called)] = None


def talks(channel: Channel, at: float) -> None:
    """A channel answered, or hears others."""
    call = channel.call
    if call.callback and channel is call.origin and call.answered_at is None:
        return  # the agent hears the PBX's own leg: whom the agent wants has not answered
    channel.talked = True
    channel.ended_as = None
    answers = channel.leg.id not in call.callers or channel.kind == "agent"
    if channel.kind == "local" or not answers:
        return
    if call.answered_at is None:
        call.answered_at = at
    if call.callback:
        call.origin.talked = True
    if not call.answered_by:
        call.answered_by = answerer(channel)


def answers(channel: Channel, other: Channel, at: float) -> None:
    """The call of `other`, which nobody had answered, met `channel` of another call."""
    call = other.call
    if call.answered_at is None:
        call.answered_at, call.answered_by = at, label(channel)


def answerer(channel: Channel) -> str:
    """Who is shown as having answered, now that `channel` talks."""
    call = channel.call
    if call.direction == "outgoing":
        return call.origin.agent or next((c.agent for c in call.channels.values() if c.agent and c.talked), "")
    if channel.leg.id in call.callers:
        return ""
    return label(channel)


def label(channel: Channel) -> str:
    """The extension that takes part with a channel, else the number it was dialled by, else its device's name."""
    return channel.agent or channel.number or channel.leg.resource


def answerer_since(call: Call, since: float) -> str:
    """Who answered after `since`, or "": seen from the state of the channel, which comes before the bridge."""
    for channel in call.channels.values():
        answers = channel.dialled and channel.ended_as is None and channel.kind != "local"
        if answers and channel.up_at is not None and channel.up_at >= since:
            return label(channel)
    return ""


def dial_failed(called: Channel, status: ev.DialStatus) -> None:
    """The attempt to reach a leg ended without an answer; one that was up did not confirm that it takes the call."""
    call = called.call
    status = status if called.up_at is None else "cancelled"
    called.ended_as = status
    if called.kind != "local":
        call.statuses[called.leg.id] = status
    if part := call.parts.get(called.agent):
        part.status = status


def only_ringing(call: Call) -> str:
    """The extension that rings, where it is the only one."""
    agents = {c.agent for c in call.channels.values() if c.agent and c.phase == "ringing"}
    return agents.pop() if len(agents) == 1 else ""


def last_given_up(call: Call) -> str:
    """The extension whose phone was the last to be called off, or ""."""
    agents = (c.agent for c in reversed(call.channels.values()) if c.agent and c.ended_as == "cancelled")
    return next(agents, "")


def transfer_target(by: Channel, second: Channel | None, target: Channel | None) -> str:
    """Whom the call was given to: the extension of the target's leg, or who else is in the second call."""
    if target is not None and target.kind in ("agent", "phone"):
        return label(target)
    if second is None:
        return ""
    others = [c for c in second.call.channels.values() if c.dialled and c.kind != "local" and c.agent != by.agent]
    if not others:
        return second.call.remote.number if second.call is not by.call else ""
    last = others[-1]
    return last.agent or second.call.called_number or last.leg.caller.number


def states(call: Call) -> dict[str, tuple[PartState, Channel]]:
    """What each agent does in the call now, by the strongest of his channels."""
    found: dict[str, tuple[PartState, Channel]] = {}
    for channel in call.channels.values():
        state = part_state(call, channel)
        if state and (channel.agent not in found or RANK[state] > RANK[found[channel.agent][0]]):
            found[channel.agent] = (state, channel)
    return found


def part_state(call: Call, channel: Channel) -> PartState | None:
    """What its agent does by this channel; None where that is no part in the call."""
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
