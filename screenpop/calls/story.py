"""What is told of a call: the part of every agent held against the part told before."""

from screenpop.calls import rules
from screenpop.calls.derive import RANK, answerer_since, settle, states
from screenpop.calls.model import Call, Channel, Part, PartState
from screenpop.calls.registry import Registry
from screenpop.facts import (
    CallAnswered,
    CallChanged,
    CallEnded,
    CallHeld,
    CallLeft,
    CallRang,
    CallRingEnded,
    CallUnheld,
    QueueJoined,
    QueueLeft,
)


class Story:
    """Turns the state of calls into facts, each told once."""

    def __init__(self, known: Registry) -> None:
        self._known = known

    def reconcile(self, call: Call, at: float, *, swept: bool = False) -> None:
        """Tell what changed for each agent since the last time, and the end of the call."""
        if self._known.calls.get(call.id) is not call:
            return
        settle(call)
        self._known.release_stand_ins(call)
        now = states(call)
        self._tell_changed(call, at)
        for extension in sorted(now, key=lambda ext: now[ext][0] != "talking"):
            self._advance(call, extension, now[extension], at)
        for extension in [ext for ext in call.parts if ext not in now]:
            self._leave(call, extension, at)
        if not call.channels:
            self._known.close(call)
            if call.real:
                self._end(call, at, swept=swept)

    def _tell_changed(self, call: Call, at: float) -> None:
        if call.shown is not None and call.face() != call.shown:
            call.shown = call.face()
            if call.parts:
                self._known.facts.append(CallChanged(call=call.view(), at=at))

    def _advance(self, call: Call, extension: str, now: tuple[PartState, Channel], at: float) -> None:
        state, channel = now
        shown = not (channel.leg.id in call.callers and call.direction == "internal")
        part = call.parts.get(extension)
        if part is not None and RANK[state] <= RANK[part.state]:
            return
        was_shown = part is not None and part.shown
        if part is None:
            part = call.parts[extension] = Part(state, shown, at, held=None if channel.adopted else False)
        part.state, part.shown = state, shown or part.shown
        if part.shown and (state == "talking" or not was_shown):
            fact = CallAnswered if state == "talking" else CallRang
            call.shown = call.face()
            self._known.facts.append(fact(call=call.view(), at=at, agent=extension, device=channel.leg.device))

    def _leave(self, call: Call, extension: str, at: float) -> None:
        part = call.parts.pop(extension)
        if part.state == "ringing":
            by = call.picked_up.pop(extension, "") or answerer_since(call, part.since)
            reason = rules.ring_end(part.status, part.cause, answered=bool(by))
            by = by if reason == "answered_elsewhere" else ""
            fact = CallRingEnded(call=call.view(), at=at, agent=extension, reason=reason, answered_by=by)
            self._known.facts.append(fact)
        elif call.channels:
            self._known.facts.append(CallLeft(call=call.view(), at=at, agent=extension))

    def _end(self, call: Call, at: float, *, swept: bool) -> None:
        call.ended_at = at
        result = rules.result_of(
            call.direction,
            tuple(call.statuses.values()),
            call.cause,
            answered=call.answered_at is not None,
            queued=call.abandoned,
            reached_pbx=call.reached_pbx and not call.callback,
        )
        talked = at - call.answered_at if call.answered_at is not None else 0.0
        self._known.facts.append(
            CallEnded(
                call=call.view(),
                at=at,
                agent=call.answered_by if call.answered_by in self._known.directory else "",
                result=result,
                cause=call.cause,
                swept=swept,
                talk_seconds=max(0.0, talked),
            )
        )

    def hold(self, channel: Channel, at: float, *, held: bool) -> None:
        """The agent of a channel put the call on hold, or took it back."""
        part = channel.call.parts.get(channel.agent)
        if part is None or part.held == held or part.state != "talking":
            return
        part.held = held
        fact = CallHeld if held else CallUnheld
        self._known.facts.append(fact(call=channel.call.view(), at=at, agent=channel.agent))

    def enqueue(self, channel: Channel, queue: str, position: int, since: float, at: float) -> None:
        """The caller waits in a queue since `since`."""
        call = channel.call
        call.waiting[channel.leg.id] = (queue, since)
        call.queue = queue
        call.abandoned = False
        call.shown = call.face()
        if call.real:
            waited = max(0.0, at - since)
            self._known.facts.append(
                QueueJoined(call=call.view(), at=at, queue=queue, position=position, waited=waited)
            )

    def unqueue(self, channel: Channel, at: float, *, abandoned: bool) -> None:
        """The caller waits no longer; `abandoned`: by hanging up."""
        call = channel.call
        queue, since = call.waiting.pop(channel.leg.id, ("", at))
        if not queue or not call.real:
            return
        answered = bool(answerer_since(call, since))
        call.abandoned = abandoned and not answered
        self._known.facts.append(
            QueueLeft(
                call=call.view(),
                at=at,
                queue=queue,
                waited=max(0.0, at - since),
                reason="answered" if answered else "abandoned" if abandoned else "left",
            )
        )
