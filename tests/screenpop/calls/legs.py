"""A small language to write down what a PBX tells: legs and the events about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from screenpop.agents.directory import Directory
from screenpop.calls import events as ev
from screenpop.calls.tracker import Tracker
from screenpop.facts import CallFact, Party

F = TypeVar("F", bound=CallFact)
AGENTS = Directory.parse("101,102=SIP/150010002+PJSIP/102-web,103")


def leg(name: str, leg_id: str, linkedid: str = "", **more: object) -> ev.Leg:
    """A leg named `PJSIP/101`, whose id serves as its serial too."""
    return ev.Leg(id=leg_id, linkedid=linkedid or leg_id, name=f"{name}-{leg_id}", **more)  # type: ignore[arg-type]


def caller(leg_id: str = "1", number: str = "+442079460001", name: str = "Ada", exten: str = "101") -> ev.Leg:
    """A caller who comes in through the trunk."""
    return leg("PJSIP/trunk", leg_id, caller=Party(number, name), exten=exten, state="calling")


def up(one: ev.Leg) -> ev.Leg:
    return replace(one, state="up")


@dataclass
class Script:
    """Events one second apart; `began` and the like append, `events` is what they gave."""

    at: float = 1_700_000_000.0
    events: list[ev.Event] = field(default_factory=list)

    def _add(self, event: type, /, **fields: object) -> "Script":
        self.at += 1
        self.events.append(event(at=self.at, **fields))
        return self

    def seen(self, one: ev.Leg) -> "Script":
        return self._add(ev.LegSeen, leg=one)

    def dials(self, one: ev.Leg | None, other: ev.Leg, dialled: str = "") -> "Script":
        return self._add(ev.DialBegan, caller=one, called=other, dialled=dialled)

    def dial_ends(self, one: ev.Leg | None, other: ev.Leg, status: ev.DialStatus) -> "Script":
        return self._add(ev.DialEnded, caller=one, called=other, status=status)

    def bridged(self, *legs: ev.Leg, bridge: str = "b1") -> "Script":
        for one in legs:
            self._add(ev.BridgeEntered, leg=one, bridge=bridge)
        return self

    def gone(self, *legs: ev.Leg, cause: int = 16) -> "Script":
        for one in legs:
            self._add(ev.LegGone, leg=one, cause=cause)
        return self

    def then(self, event: type, /, **fields: object) -> "Script":
        return self._add(event, **fields)


def told(facts: list[CallFact]) -> list[tuple[str, str]]:
    """(name, agent) of each fact: the shape of a call's story."""
    return [(fact.NAME, fact.agent) for fact in facts]


def run(script: Script, tracker: Tracker | None = None) -> list[CallFact]:
    """What the tracker makes of it; it must fail at none of the events."""
    tracker = tracker or Tracker(AGENTS)
    facts = [fact for event in script.events for fact in tracker.apply(event)]
    assert tracker.failures == 0
    return facts


def only(facts: Sequence[CallFact], kind: type[F]) -> F:
    """The one fact of this kind."""
    (fact,) = [fact for fact in facts if isinstance(fact, kind)]
    return fact
