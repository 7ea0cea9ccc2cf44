"""The story of a call for people: what happened, with how long each thing took. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from screenpop.calls.history import Entry

StepKind = Literal[
    "began", "consulted", "rang", "answered", "held", "queued", "transferred", "picked_up", "left", "ended"
]
AT_ONCE = 2.0
"""Who leaves so many seconds around a transfer of his, or before the end, needs no line of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the story. `seconds`: how long it rang, waited, was on hold, or was talked; None is not over yet, or
    not known. `outcome`: why a ring or a wait ended, the kind of a transfer, the result of the call."""

    at: datetime
    kind: StepKind
    agent: str = ""
    agent_name: str = ""
    other: str = ""
    """Whom it concerns besides: who answered instead, to whom it was given, at whose phone it was picked up, who began
    the call, who hung up."""
    other_name: str = ""
    seconds: float | None = None
    outcome: str = ""
    queue: str = ""
    position: int = 0
    device: str = ""
    cause: int = 0
    """The Q.850 code of the hang-up."""
    unseen: bool = False
    """Concluded later: nobody watched when it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One agent's part in a call. `outcome`: `answered`, or why the phone stopped ringing; "" it rings still."""

    agent: str
    agent_name: str = ""
    device: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    over_at: datetime | None = None
    outcome: str = ""

    @property
    def ring_seconds(self) -> float:
        """Until it was answered there, or stopped ringing; 0 while it rings."""
        return _seconds(self.rang_at, self.answered_at or self.over_at)

    @property
    def talk_seconds(self) -> float:
        """From the answer to the end of this part; 0 while it lasts."""
        return _seconds(self.answered_at, self.over_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From when until when; `end` None is not over yet."""

    begin: datetime
    end: datetime | None
    who: str = ""
    """The agent, or the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStory:
    """What happened to a call, in order; whose parts it had; when it was on hold and in queues."""

    steps: tuple[Step, ...] = ()
    legs: tuple[Leg, ...] = ()
    holds: tuple[Stretch, ...] = ()
    waits: tuple[Stretch, ...] = ()


def tell(entries: Iterable[Entry], name_at: Callable[[str], str]) -> CallStory:
    """The story that these entries tell; `name_at` says who sits at an extension."""
    teller = _Teller(name_at)
    for entry in entries:
        teller.hear(entry)
    return teller.story()


@dataclass(slots=True)
class _Teller:
    """Puts begin and end of each thing together. The open things are places in `steps`, `legs`, `holds`, `waits`."""

    name_at: Callable[[str], str]
    steps: list[Step] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    holds: list[Stretch] = field(default_factory=list)
    waits: list[Stretch] = field(default_factory=list)
    _legs: dict[str, int] = field(default_factory=dict)
    _rings: dict[str, int] = field(default_factory=dict)
    _held: dict[str, tuple[int, int]] = field(default_factory=dict)
    _queued: dict[str, tuple[int, int]] = field(default_factory=dict)
    _left: int | None = None

    def hear(self, entry: Entry) -> None:
        """Take in the next entry."""
        rule = _RULES.get(entry.kind)
        if rule:
            rule(self, entry)

    def story(self) -> CallStory:
        """All that was heard."""
        return CallStory(
            steps=tuple(sorted(self.steps, key=lambda step: step.at)),
            legs=tuple(self.legs),
            holds=tuple(self.holds),
            waits=tuple(self.waits),
        )

    def began(self, entry: Entry) -> None:
        called = entry.detail.get("to") or ("",)
        kind: StepKind = "consulted" if self.steps else "began"
        caller = entry.detail.get("from", "") if kind == "consulted" else ""
        self._add(entry, kind, agent=caller, other=str(called[0]), outcome=entry.detail.get("direction", ""))

    def rang(self, entry: Entry) -> None:
        self._rings[entry.agent] = self._add(entry, "rang")
        device = entry.detail.get("device", "")
        self._open_leg(entry, Leg(agent=entry.agent, device=device, rang_at=_time(entry.at)))

    def answered(self, entry: Entry) -> None:
        rang = self._rings.pop(entry.agent, None)
        seconds = entry.at - self.steps[rang].at.timestamp() if rang is not None else None
        step = self._step(entry, "answered", seconds=seconds)
        if rang is None:
            self.steps.append(step)
        else:
            self.steps[rang] = step
        if entry.agent not in self._legs:
            self._open_leg(entry, Leg(agent=entry.agent, device=entry.detail.get("device", "")))
        at = self._legs[entry.agent]
        device = entry.detail.get("device", "") or self.legs[at].device
        self.legs[at] = replace(self.legs[at], answered_at=_time(entry.at), outcome="answered", device=device)

    def ring_ended(self, entry: Entry) -> None:
        reason, by = entry.detail.get("reason", ""), entry.detail.get("answered_by", "")
        rang = self._rings.pop(entry.agent, None)
        if rang is not None:
            step, seconds = self.steps[rang], entry.at - self.steps[rang].at.timestamp()
            name, unseen = self._name(by), bool(entry.detail.get("unseen"))
            told: dict[str, Any] = {
                "outcome": reason,
                "seconds": seconds,
                "other": by,
                "other_name": name,
                "unseen": unseen,
            }
            self.steps[rang] = replace(step, **told)
        self._close_leg(entry.agent, entry.at, reason)

    def held(self, entry: Entry) -> None:
        self._end_hold(entry.agent, entry.at)
        self.holds.append(Stretch(begin=_time(entry.at), end=None, who=entry.agent))
        self._held[entry.agent] = (self._add(entry, "held"), len(self.holds) - 1)

    def unheld(self, entry: Entry) -> None:
        self._end_hold(entry.agent, entry.at)

    def queue_joined(self, entry: Entry) -> None:
        queue, waited = entry.detail.get("queue", ""), float(entry.detail.get("waited", 0.0))
        self._end_wait(queue, entry.at, "", {})
        self.waits.append(Stretch(begin=_time(entry.at - waited), end=None, who=queue))
        step = self._add(entry, "queued", queue=queue, position=entry.detail.get("position", 0))
        self._queued[queue] = (step, len(self.waits) - 1)

    def queue_left(self, entry: Entry) -> None:
        self._end_wait(entry.detail.get("queue", ""), entry.at, entry.detail.get("reason", ""), entry.detail)

    def transferred(self, entry: Entry) -> None:
        self._add(entry, "transferred", other=entry.detail.get("target", ""), outcome=entry.detail.get("kind", ""))
        self._end_hold(entry.agent, entry.at)
        self._close_leg(entry.agent, entry.at, "")

    def picked_up(self, entry: Entry) -> None:
        self._add(entry, "picked_up", other=entry.detail.get("instead_of", ""))

    def left(self, entry: Entry) -> None:
        self._end_hold(entry.agent, entry.at)
        at = self._legs.get(entry.agent)
        talked = entry.at - begun.timestamp() if at is not None and (begun := self.legs[at].answered_at) else None
        self._close_leg(entry.agent, entry.at, "")
        if not any(s.kind == "transferred" and s.agent == entry.agent and _near(s, entry) for s in self.steps):
            self._left = self._add(entry, "left", seconds=talked)

    def ended(self, entry: Entry) -> None:
        for queue in tuple(self._queued):
            self._end_wait(queue, entry.at, "", {})
        for agent in tuple(self._held):
            self._end_hold(agent, entry.at)
        for agent in tuple(self._rings):
            place = self._rings.pop(agent)
            self.steps[place] = replace(self.steps[place], seconds=entry.at - self.steps[place].at.timestamp())
        for agent in tuple(self._legs):
            self._close_leg(agent, entry.at, entry.detail.get("result", ""))
        who = ""
        if self._left is not None and _near(self.steps[self._left], entry):
            who = self.steps.pop(self._left).agent
        detail = entry.detail
        cause, swept = detail.get("cause", 0), bool(detail.get("swept"))
        step = self._step(entry, "ended", other=who, outcome=detail.get("result", ""), cause=cause, unseen=swept)
        self.steps.append(replace(step, agent="", agent_name=""))

    def _add(self, entry: Entry, kind: StepKind, **more: Any) -> int:
        self.steps.append(self._step(entry, kind, **more))
        return len(self.steps) - 1

    def _step(self, entry: Entry, kind: StepKind, **more: Any) -> Step:
        told: dict[str, Any] = {"agent": entry.agent, "device": entry.detail.get("device", ""), **more}
        told |= {"agent_name": self._name(told["agent"]), "other_name": self._name(told.get("other", ""))}
        told.setdefault("unseen", bool(entry.detail.get("unseen")))
        return Step(at=_time(entry.at), kind=kind, **told)

    def _name(self, extension: str) -> str:
        return self.name_at(extension) if extension else ""

    def _open_leg(self, entry: Entry, leg: Leg) -> None:
        """In a call made of two an agent may have begun twice: the first part ends where the second begins."""
        self._close_leg(leg.agent, entry.at, "")
        self.legs.append(replace(leg, agent_name=self._name(leg.agent)))
        self._legs[leg.agent] = len(self.legs) - 1

    def _close_leg(self, agent: str, at: float, outcome: str) -> None:
        place = self._legs.pop(agent, None)
        if place is not None:
            leg = self.legs[place]
            self.legs[place] = replace(leg, over_at=_time(at), outcome=leg.outcome or outcome)

    def _end_hold(self, agent: str, at: float) -> None:
        step, hold = self._held.pop(agent, (-1, -1))
        if step >= 0:
            self.steps[step] = replace(self.steps[step], seconds=at - self.steps[step].at.timestamp())
            self.holds[hold] = replace(self.holds[hold], end=_time(at))

    def _end_wait(self, queue: str, at: float, reason: str, detail: Mapping[str, Any]) -> None:
        step, wait = self._queued.pop(queue, (-1, -1))
        if step >= 0:
            waited = detail.get("waited", at - self.waits[wait].begin.timestamp())
            told: dict[str, Any] = {"seconds": waited, "outcome": reason, "unseen": bool(detail.get("unseen"))}
            self.steps[step] = replace(self.steps[step], **told)
            self.waits[wait] = replace(self.waits[wait], end=_time(at))


_RULES: Mapping[str, Callable[[_Teller, Entry], None]] = {
    "started": _Teller.began,
    "rang": _Teller.rang,
    "ring_ended": _Teller.ring_ended,
    "answered": _Teller.answered,
    "held": _Teller.held,
    "unheld": _Teller.unheld,
    "transferred": _Teller.transferred,
    "picked_up": _Teller.picked_up,
    "left": _Teller.left,
    "queue_joined": _Teller.queue_joined,
    "queue_left": _Teller.queue_left,
    "ended": _Teller.ended,
}


def _near(step: Step, entry: Entry) -> bool:
    return abs(entry.at - step.at.timestamp()) <= AT_ONCE


def _seconds(begin: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - begin).total_seconds()) if begin and end else 0.0


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
