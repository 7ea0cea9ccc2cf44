"""What becomes of a card on an agent's screen: a pure state machine over call facts.

    rang ──> ringing ──> answered ──> ended
               │  └────> answered_elsewhere
               └───────> missed

A pop is keyed by (call, agent): one agent never has two active pops of one call, and a second call never takes
the place of the first. A phone that rings again for the same call brings the same pop back. Facts may be lost or
doubled: each one carries the whole call, so a later fact puts right what an earlier one would have said.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallHeld,
    CallLeft,
    CallMerged,
    CallPickedUp,
    CallRang,
    CallRingEnded,
    CallTransferred,
    CallUnheld,
    CallView,
)

State = Literal["ringing", "answered", "answered_elsewhere", "missed", "ended"]
ACTIVE: frozenset[State] = frozenset({"ringing", "answered"})
KEEP_SECONDS = 1800.0
KEEP_FINISHED = 20
"""How long a finished pop stays when nobody dismisses it, and how many of them one agent has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """One card of one agent. Times are Unix seconds; None is "not yet"."""

    id: str
    """Stays the same for the life of the card, also when its call becomes part of another."""
    call: CallView
    agent: str
    """The extension."""
    state: State
    rang_at: float
    answered_at: float | None = None
    finished_at: float | None = None
    """When it stopped being active for this agent; the call itself may go on."""
    held: bool = False
    by: str = ""
    """answered_elsewhere: the extension that answered; "" unknown."""
    outcome: str = ""
    """Why it is missed or ended, where that is known: a RingEnd, a Result, `transferred` or `left`."""
    target: str = ""
    """transferred: the extension or number it was given to."""
    picked_up_from: str = ""
    recording: Literal["", "on", "paused"] = ""
    """Is the call recorded, as of now? Set by who shows the pop."""
    heard: bool = False
    """Is a supervisor listening in, and the agent told so? Set by who shows the pop."""
    version: int = 1
    """Counted by who shows the pop: it grows with every update of what is on the screen."""

    @property
    def active(self) -> bool:
        """Does the agent's phone ring, or does the agent talk?"""
        return self.state in ACTIVE

    @property
    def key(self) -> tuple[str, str]:
        """(call, agent)."""
        return self.call.id, self.agent


@dataclass(slots=True)
class Change:
    """What a fact did: pops as they stand now, and the ids of those that are no more."""

    pops: list[Pop] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


class PopBook:
    """All pops. `apply` takes one fact after the other and says what changed; it never raises."""

    def __init__(self) -> None:
        self._calls: dict[str, Pops] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._merged: dict[str, str] = {}

    def all(self) -> tuple[Pop, ...]:
        """Every pop; those of the oldest call first."""
        return tuple(pop for pops in self._calls.values() for pop in pops.values())

    def get(self, pop_id: str) -> Pop | None:
        """The pop of this id, or None."""
        call_id, agent = self._keys.get(pop_id, ("", ""))
        return self._calls.get(call_id, {}).get(agent)

    def of_call(self, call_id: str) -> tuple[Pop, ...]:
        """The pops of one call."""
        return tuple(self._calls.get(call_id, {}).values())

    def apply(self, fact: CallFact) -> Change:
        """Take in `fact`."""
        if fact.call.id in self._merged:
            fact = replace(fact, call=replace(fact.call, id=self._merged[fact.call.id]))
        before = self._calls.get(fact.call.id, {}) | {}
        gone = self._merge(fact) if isinstance(fact, CallMerged) else []
        pops = {agent: replace(pop, call=fact.call) for agent, pop in self._calls.get(fact.call.id, {}).items()}
        rule = _RULES.get(type(fact))
        for pop in rule(pops, fact) if rule else ():
            pops[pop.agent] = pop
        self._put(fact.call.id, pops)
        return Change([pop for agent, pop in pops.items() if pop != before.get(agent)], gone)

    def sweep(self, now: float) -> Change:
        """Let go of finished pops that are old or too many."""
        finished: dict[str, list[Pop]] = {}
        for pop in sorted(self.all(), key=lambda pop: -_done(pop, now)):
            if not pop.active:
                finished.setdefault(pop.agent, []).append(pop)
        old = [pop for pops in finished.values() for pop in pops[KEEP_FINISHED:]]
        old += [p for pops in finished.values() for p in pops[:KEEP_FINISHED] if now - _done(p, now) > KEEP_SECONDS]
        for pop in old:
            self._remove(pop)
        self._merged = {gone: kept for gone, kept in self._merged.items() if kept in self._calls}
        return Change(gone=[pop.id for pop in old])

    def _put(self, call_id: str, pops: "Pops") -> None:
        if pops:
            self._calls[call_id] = pops
            self._keys |= {pop.id: pop.key for pop in pops.values()}

    def _remove(self, pop: Pop) -> None:
        del self._keys[pop.id]
        del self._calls[pop.call.id][pop.agent]
        if not self._calls[pop.call.id]:
            del self._calls[pop.call.id]

    def _merge(self, fact: CallMerged) -> list[str]:
        """Bring the pops of the call that is gone to the call that is kept; the ids of those that gave way."""
        if fact.gone == fact.call.id:
            return []
        self._merged = {old: fact.call.id if kept == fact.gone else kept for old, kept in self._merged.items()}
        self._merged[fact.gone] = fact.call.id
        kept, gone = dict(self._calls.get(fact.call.id, {})), []
        for moved in self.of_call(fact.gone):
            self._remove(moved)
            kept[moved.agent], loser = _winner(replace(moved, call=fact.call), kept.get(moved.agent), fact)
            gone += [loser.id] if loser else []
        for pop_id in gone:
            self._keys.pop(pop_id, None)
        self._put(fact.call.id, kept)
        return gone


def _winner(moved: Pop, there: Pop | None, fact: CallMerged) -> tuple[Pop, Pop | None]:
    """Which of two pops of one agent stands for the joined call: the active one, if the agent takes part."""
    takes_part = moved.agent in fact.call.agents
    if there is None:
        return (moved if takes_part else _finish(moved, fact.at, "ended", "left")), None
    if moved.active and takes_part and not there.active:
        return moved, there
    return there, moved


Pops = dict[str, Pop]
"""The pops of one call, by agent."""
Rule = Callable[[Pops, CallFact], Iterable[Pop]]


def _done(pop: Pop, now: float) -> float:
    return pop.finished_at if pop.finished_at is not None else now


def _finish(pop: Pop, at: float, state: State, outcome: str) -> Pop:
    """`pop` no longer active; one that is finished already stays as it is."""
    if not pop.active:
        return pop
    return replace(pop, state=state, outcome=outcome, finished_at=at, held=False)


def _own(pops: Pops, fact: CallFact) -> Pop | None:
    return pops.get(fact.agent)


def _new(fact: CallFact, state: State) -> Pop:
    pop_id = f"{fact.call.id}-{fact.agent}"
    return Pop(id=pop_id, call=fact.call, agent=fact.agent, state=state, rang_at=fact.at)


def _rang(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    pop = _own(pops, fact)
    if not fact.agent or (pop and pop.active):
        return ()
    fresh = _new(fact, "ringing")
    return (replace(fresh, id=pop.id) if pop else fresh,)


def _answered(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    if not fact.agent:
        return
    pop = _own(pops, fact) or _new(fact, "ringing")
    if pop.state != "answered":
        yield replace(pop, state="answered", answered_at=fact.at, finished_at=None, by="", outcome="", target="")
    for other in tuple(pops.values()):
        if other.agent != fact.agent and other.state == "answered_elsewhere" and not other.by:
            yield replace(other, by=fact.agent)


def _ring_ended(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallRingEnded)
    pop = _own(pops, fact)
    if pop is None or pop.state != "ringing":
        return ()
    if fact.reason == "answered_elsewhere":
        return (replace(_finish(pop, fact.at, "answered_elsewhere", ""), by=fact.answered_by),)
    return (_finish(pop, fact.at, "missed", fact.reason),)


def _held(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    pop = _own(pops, fact)
    return (replace(pop, held=isinstance(fact, CallHeld)),) if pop and pop.state == "answered" else ()


def _transferred(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallTransferred)
    pop = _own(pops, fact)
    if pop is None or (not pop.active and pop.outcome != "left"):
        return ()
    at = fact.at if pop.active else _done(pop, fact.at)
    return (replace(pop, state="ended", outcome="transferred", target=fact.target, finished_at=at, held=False),)


def _left(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    pop = _own(pops, fact)
    if pop is None:
        return ()
    return (_finish(pop, fact.at, "ended" if pop.state == "answered" else "missed", "left"),)


def _picked_up(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallPickedUp)
    for pop in _answered(pops, fact):
        yield replace(pop, picked_up_from=fact.instead_of) if pop.agent == fact.agent else pop
    other = pops.get(fact.instead_of)
    if other and other.agent != fact.agent and other.state == "ringing":
        yield replace(_finish(other, fact.at, "answered_elsewhere", ""), by=fact.agent)


def _ended(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallEnded)
    for pop in tuple(pops.values()):
        yield _after_the_end(pop, fact)


def _after_the_end(pop: Pop, fact: CallEnded) -> Pop:
    if pop.outcome == "left":  # who hangs up leaves a moment before the call is over
        return replace(pop, outcome=fact.result)
    if pop.state == "answered" or fact.call.direction == "outgoing":
        return _finish(pop, fact.at, "ended", fact.result)
    answered_by = fact.call.answered_by
    if pop.state == "ringing" and answered_by and answered_by != pop.agent:
        return replace(_finish(pop, fact.at, "answered_elsewhere", ""), by=answered_by)
    return _finish(pop, fact.at, "missed", fact.result)


_RULES: dict[type[CallFact], Rule] = {
    CallRang: _rang,
    CallAnswered: _answered,
    CallRingEnded: _ring_ended,
    CallHeld: _held,
    CallUnheld: _held,
    CallTransferred: _transferred,
    CallLeft: _left,
    CallPickedUp: _picked_up,
    CallEnded: _ended,
}
