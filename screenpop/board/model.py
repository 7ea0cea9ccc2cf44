"""The calls that are up, from the facts alone: who rings, talks or holds, who waits in which queue, and since when.

Pure: no clock, no I/O. Every call fact shows the whole call, so a fact that was missed is healed by the next one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from screenpop.facts import (
    CallEnded,
    CallFact,
    CallHeld,
    CallMerged,
    CallUnheld,
    CallView,
    QueueJoined,
    QueueLeft,
)

Doing = Literal["ringing", "calling", "talking", "held"]
"""What an agent does in a call. calling: waits for the other side to answer."""

_RANK: dict[Doing, int] = {"talking": 3, "held": 2, "ringing": 1, "calling": 1}


@dataclass(slots=True)
class Part:
    """An agent's part in a call, and since when (Unix seconds) it is this one."""

    doing: Doing
    since: float


@dataclass(slots=True)
class LiveCall:
    """A call that is up."""

    view: CallView
    parts: dict[str, Part] = field(default_factory=dict)
    """By extension."""
    waiting: dict[str, float] = field(default_factory=dict)
    """The queues in which the caller waits, and since when."""

    @property
    def waits(self) -> bool:
        """Waits the caller in a queue, and talks with nobody?"""
        return bool(self.waiting) and not any(part.doing in ("talking", "held") for part in self.parts.values())


class LiveCalls:
    """Every call that is up, by its id."""

    def __init__(self) -> None:
        self._calls: dict[str, LiveCall] = {}

    def __iter__(self) -> Iterator[LiveCall]:
        return iter(self._calls.values())

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, call_id: str) -> LiveCall | None:
        """The call, or None where it is not up."""
        return self._calls.get(call_id)

    def apply(self, fact: CallFact) -> None:
        """Take in what happened."""
        if isinstance(fact, CallEnded):
            self._calls.pop(fact.call.id, None)
            return
        call = self._calls.setdefault(fact.call.id, LiveCall(fact.call))
        call.view = fact.call
        if isinstance(fact, CallMerged):
            self._take_over(call, self._calls.pop(fact.gone, None))
        _follow(call, fact)
        if isinstance(fact, QueueJoined):
            call.waiting[fact.queue] = fact.at - fact.waited
        elif isinstance(fact, QueueLeft):
            call.waiting.pop(fact.queue, None)

    def _take_over(self, call: LiveCall, gone: LiveCall | None) -> None:
        """A consultation became part of the call: its agents have been at it since before."""
        if gone is not None:
            call.parts = gone.parts | call.parts
            call.waiting = gone.waiting | call.waiting

    def part_of(self, extensions: Iterable[str]) -> tuple[LiveCall, Part] | None:
        """The call in which somebody at these extensions does most; of several such the oldest."""
        found: tuple[LiveCall, Part] | None = None
        seats = tuple(extensions)
        for call in self._calls.values():
            for seat in seats:
                part = call.parts.get(seat)
                if part and (found is None or _RANK[part.doing] > _RANK[found[1].doing]):
                    found = call, part
        return found


def _follow(call: LiveCall, fact: CallFact) -> None:
    """The parts as the fact's view has them; those that are what they were keep their time."""
    parts = {seat: _doing(call, fact, seat) for seat in fact.call.agents}
    call.parts = {
        seat: known if (known := call.parts.get(seat)) and known.doing == doing else Part(doing, fact.at)
        for seat, doing in parts.items()
    }


def _doing(call: LiveCall, fact: CallFact, seat: str) -> Doing:
    if seat not in fact.call.talking:
        return "calling" if seat == fact.call.caller.number else "ringing"
    if seat == fact.agent and isinstance(fact, CallHeld | CallUnheld):
        return "held" if isinstance(fact, CallHeld) else "talking"
    known = call.parts.get(seat)
    return "held" if known and known.doing == "held" else "talking"
