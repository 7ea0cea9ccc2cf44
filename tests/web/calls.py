"""Calls as the tracker tells them, for tests that need no PBX."""

from dataclasses import dataclass, field, replace
from typing import Any

from screenpop.bus import Bus
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallRang,
    CallRingEnded,
    CallStarted,
    CallView,
    Direction,
    Party,
    Result,
)


@dataclass
class Call:
    """One call; each method publishes the fact it is named after."""

    bus: Bus
    number: str
    name: str = ""
    id: str = "c1"
    direction: Direction = "incoming"
    line: str = ""
    queue: str = ""
    view: CallView = field(init=False)
    at: float = 1_700_000_000.0

    def __post_init__(self) -> None:
        party = Party(self.number, self.name)
        self.view = CallView(
            id=self.id,
            direction=self.direction,
            caller=party,
            to=(),
            remote=party,
            line=self.line,
            queue=self.queue,
            started_at=self.at,
        )

    def starts(self) -> None:
        self._tell(CallStarted, "")

    def rings(self, *agents: str) -> None:
        for agent in agents:
            self.view = replace(self.view, to=(*self.view.to, agent), agents=(*self.view.agents, agent))
            self._tell(CallRang, agent)

    def stops_ringing(self, agent: str, reason: Any, by: str = "") -> None:
        self.view = replace(self.view, agents=tuple(a for a in self.view.agents if a != agent))
        self._tell(CallRingEnded, agent, reason=reason, answered_by=by)

    def answers(self, agent: str) -> None:
        self.view = replace(self.view, answered_at=self.at + 1, answered_by=agent)
        self._tell(CallAnswered, agent)

    def ends(self, result: Result = "answered") -> None:
        self.view = replace(self.view, ended_at=self.at + 1, agents=())
        self._tell(CallEnded, "", result=result)

    def _tell(self, kind: type[CallFact], agent: str, **more: Any) -> None:
        self.at += 1
        self.bus.publish(kind(call=self.view, at=self.at, agent=agent, **more))
