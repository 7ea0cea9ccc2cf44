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
    version: int = 1

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
        self._pops: dict[tuple[str, str], Pop] = {}
        self._merged: dict[str, str] = {}

    def all(self) -> tuple[Pop, ...]:
        """Every pop, in the order they first rang."""
        return tuple(self._pops.values())

    def get(self, pop_id: str) -> Pop | None:
        """The pop of this id, or None."""
        return next((pop for pop in self._pops.values() if pop.id == pop_id), None)

    def of_call(self, call_id: str) -> tuple[Pop, ...]:
        """The pops of one call."""
        return tuple(pop for pop in self._pops.values() if pop.call.id == call_id)

    def apply(self, fact: CallFact) -> Change:
        """Take in `fact`."""
        if fact.call.id in self._merged:
            fact = replace(fact, call=replace(fact.call, id=self._merged[fact.call.id]))
        change = self._merge(fact) if isinstance(fact, CallMerged) else Change()
        before = {pop.key: pop for pop in self.of_call(fact.call.id)}
        for pop in before.values():
            self._pops[pop.key] = replace(pop, call=fact.call)
        rule = _RULES.get(type(fact))
        if rule is not None:
            for pop in rule(self._pops, fact):
                self._pops[pop.key] = pop
        for pop in self.of_call(fact.call.id):
            self._note_change(change, before.get(pop.key), pop)
        return change

    def sweep(self, now: float) -> Change:
        """Let go of finished pops that are old or too many."""
        finished: dict[str, list[Pop]] = {}
        for pop in sorted(self._pops.values(), key=lambda pop: -(pop.finished_at or now)):
            if not pop.active:
                finished.setdefault(pop.agent, []).append(pop)
        old = [p for pops in finished.values() for p in pops[KEEP_FINISHED:]]
        old += [p for pops in finished.values() for p in pops[:KEEP_FINISHED] if now - _done(p, now) > KEEP_SECONDS]
        for pop in old:
            del self._pops[pop.key]
        live = {call_id for call_id, _ in self._pops}
        self._merged = {gone: kept for gone, kept in self._merged.items() if kept in live}
        return Change(gone=[pop.id for pop in old])

    def _note_change(self, change: Change, before: Pop | None, after: Pop) -> None:
        known = {pop.id for pop in change.pops}
        if before == after and after.id not in known:
            return
        after = replace(after, version=after.version + (before is not None))
        self._pops[after.key] = after
        change.pops = [pop for pop in change.pops if pop.id != after.id] + [after]

    def _merge(self, fact: CallMerged) -> Change:
        change = Change()
        if fact.gone == fact.call.id:
            return change
        self._merged[fact.gone] = fact.call.id
        for moved in self.of_call(fact.gone):
            del self._pops[moved.key]
            winner, loser = self._winner(replace(moved, call=fact.call), fact)
            self._pops[winner.key] = winner
            change.pops = [pop for pop in change.pops if pop.id != winner.id] + [winner]
            if loser:
                change.gone.append(loser.id)
        return change

    def _winner(self, moved: Pop, fact: CallMerged) -> tuple[Pop, Pop | None]:
        """Which of two pops of one agent stands for the joined call: the active one, if the agent takes part."""
        there, takes_part = self._pops.get(moved.key), moved.agent in fact.call.agents
        if there is None:
            return (moved if takes_part else _finish(moved, fact.at, "ended", "left")), None
        if moved.active and takes_part and not there.active:
            return moved, there
        return there, moved


Pops = dict[tuple[str, str], Pop]
Rule = Callable[[Pops, CallFact], Iterable[Pop]]


def _done(pop: Pop, now: float) -> float:
    return pop.finished_at if pop.finished_at is not None else now


def _finish(pop: Pop, at: float, state: State, outcome: str) -> Pop:
    """`pop` no longer active; one that is finished already stays as it is."""
    if not pop.active:
        return pop
    return replace(pop, state=state, outcome=outcome, finished_at=at, held=False)


def _of_call(pops: Pops, fact: CallFact) -> list[Pop]:
    return [pop for pop in pops.values() if pop.call.id == fact.call.id]


def _own(pops: Pops, fact: CallFact) -> Pop | None:
    return pops.get((fact.call.id, fact.agent))


def _new(fact: CallFact, state: State) -> Pop:
    pop_id = f"{fact.call.id}-{fact.agent}"
    return Pop(id=pop_id, call=fact.call, agent=fact.agent, state=state, rang_at=fact.at)


def _rang(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    pop = _own(pops, fact)
    if not fact.agent or (pop and pop.active):
        return ()
    fresh = _new(fact, "ringing")
    return (replace(fresh, id=pop.id, version=pop.version) if pop else fresh,)


def _answered(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    if not fact.agent:
        return
    pop = _own(pops, fact) or _new(fact, "ringing")
    if pop.state != "answered":
        yield replace(pop, state="answered", answered_at=fact.at, finished_at=None, by="", outcome="", target="")
    for other in _of_call(pops, fact):
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
    return (
        replace(pop, state="ended", outcome="transferred", target=fact.target, finished_at=at, held=False),
    )


def _left(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    pop = _own(pops, fact)
    if pop is None:
        return ()
    return (_finish(pop, fact.at, "ended" if pop.state == "answered" else "missed", "left"),)


def _picked_up(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallPickedUp)
    for pop in _answered(pops, fact):
        yield replace(pop, picked_up_from=fact.instead_of) if pop.agent == fact.agent else pop
    other = pops.get((fact.call.id, fact.instead_of))
    if other and other.agent != fact.agent and other.state == "ringing":
        yield replace(_finish(other, fact.at, "answered_elsewhere", ""), by=fact.agent)


def _ended(pops: Pops, fact: CallFact) -> Iterable[Pop]:
    assert isinstance(fact, CallEnded)
    for pop in _of_call(pops, fact):
        yield _after_the_end(pop, fact)


def _after_the_end(pop: Pop, fact: CallEnded) -> Pop:
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
