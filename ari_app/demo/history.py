"""Two months of calls of the sample company, as the PBX would have told them. Pure: one `now` gives the same calls."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from ari_app.demo.people import AGENTS, GROUPS, MAIN_LINE, QUEUES, SALES_LINE, SUPPORT_LINE
from screenpop import facts
from screenpop.facts import CallFact, CallView, Party, Result

DAYS = 61
A_DAY: Sequence[int] = (19, 17, 16, 17, 15, 5, 2)
"""Calls from Monday to Sunday."""
HOURS: Mapping[int, int] = {8: 3, 9: 8, 10: 11, 11: 9, 12: 5, 13: 6, 14: 10, 15: 9, 16: 7, 17: 4, 18: 1}
"""How many of a day's calls fall into an hour of the office."""
SOUTH, NORTH, EAST = "+4420794609%02d", "+4416149605%02d", "+1415555013%d"
STRANGERS = tuple(pattern % number for pattern in (SOUTH, NORTH, EAST) for number in range(3, 9))
WITHHELD = 0.03
QUEUE_PATIENCE = 55.0
"""Seconds after which a caller in a queue gives up, more or less."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which calls come: the line, who rings, the queue; `weight` is how often."""

    weight: int
    line: str
    rings: tuple[str, ...]
    queue: str = ""
    outgoing: bool = False


WAYS = (
    Way(34, SUPPORT_LINE, QUEUES["700"].members, QUEUES["700"].name),
    Way(14, SALES_LINE, QUEUES["701"].members, QUEUES["701"].name),
    Way(16, MAIN_LINE, GROUPS["600"]),
    *(Way(3, MAIN_LINE[:-3] + agent.extension, (agent.extension,)) for agent in AGENTS),
    *(Way(3, "", (agent.extension,), outgoing=True) for agent in AGENTS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One call of the past: its facts in order, and what came of it."""

    id: str
    started_at: float
    number: str
    agent: str
    result: Result
    talk_seconds: float
    outgoing: bool
    answered_at: float | None
    recorded: bool = False
    facts: tuple[CallFact, ...]


def past_calls(now: datetime, numbers: Sequence[str], recorded: Sequence[float] = ()) -> list[Planned]:
    """The calls of the `DAYS` days before `now`, the oldest first; `now` has the company's time zone.

    `numbers` are those of the customers, if there are any; who called in vain is called back within hours, mostly.
    For each length in `recorded` (seconds) there is a call with a talk just as long, marked as `recorded`.
    """
    dice, numbers = random.Random(20), numbers or STRANGERS  # noqa: S311 (nothing is kept secret by it)
    calls = [_recorded(now, place, seconds, dice, numbers) for place, seconds in enumerate(recorded)]
    for at in _moments(now, dice):
        call = _call(at, dice, numbers)
        calls.append(call)
        if call.result in ("missed", "abandoned") and call.number and dice.random() < 0.7:
            back = at + timedelta(minutes=dice.randint(4, 90))
            if back < now:
                calls.append(_call_back(call, back, dice))
    return sorted(calls, key=lambda call: call.started_at)


def _moments(now: datetime, dice: random.Random) -> Iterator[datetime]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (midnight - timedelta(days=back) for back in range(DAYS, -1, -1)):
        hours = dice.choices(list(HOURS), list(HOURS.values()), k=A_DAY[day.weekday()])
        for hour in sorted(hours):
            at = day.replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60))
            if at + timedelta(minutes=20) < now:
                yield at


def _recorded(now: datetime, place: int, seconds: float, dice: random.Random, numbers: Sequence[str]) -> Planned:
    """A call that is to be heard: two a day, before noon and after."""
    day = (now - timedelta(days=1 + place // 2)).replace(minute=dice.randrange(60), second=dice.randrange(60))
    at = day.replace(hour=10 if place % 2 else 14)
    way = WAYS[place % 3]
    told = Telling(_id(at, dice), at.timestamp(), dice.choice(numbers), way, dice)
    if way.queue:
        told.wait(dice.expovariate(1 / 6))
    told.ring(way.rings)
    told.answer(_who_answers(way.rings, dice))
    told.now += seconds
    return replace(told.end("answered"), recorded=True)


def _call(at: datetime, dice: random.Random, numbers: Sequence[str]) -> Planned:
    way = dice.choices(WAYS, [way.weight for way in WAYS])[0]
    number = dice.choice(numbers) if dice.random() < 0.78 else dice.choice(STRANGERS)
    if way.outgoing:
        return _outgoing(at, way.rings[0], number, dice)
    return _incoming(at, way, "" if dice.random() < WITHHELD else number, dice)


def _call_back(missed: Planned, at: datetime, dice: random.Random) -> Planned:
    return _outgoing(at, missed.agent or AGENTS[0].extension, missed.number, dice)


def _incoming(at: datetime, way: Way, number: str, dice: random.Random) -> Planned:
    told = Telling(_id(at, dice), at.timestamp(), number, way, dice)
    if way.queue and told.wait(dice.expovariate(1 / 7)) > QUEUE_PATIENCE:
        return told.give_up("abandoned")
    told.ring(way.rings)
    if dice.random() < 0.13:
        return told.give_up("abandoned" if way.queue else "missed")
    told.answer(_who_answers(way.rings, dice))
    told.talk()
    return told.end("answered")


def _outgoing(at: datetime, agent: str, number: str, dice: random.Random) -> Planned:
    told = Telling(_id(at, dice), at.timestamp(), number, Way(0, "", (agent,), outgoing=True), dice)
    told.ring((agent,))
    chance = dice.random()
    if chance < 0.16:
        return told.give_up("busy" if chance < 0.04 else "no_answer")
    told.answer(agent)
    told.talk()
    return told.end("answered")


def _id(at: datetime, dice: random.Random) -> str:
    return f"{at.timestamp():.0f}.{dice.randrange(1000, 9999)}"


def _who_answers(rings: Sequence[str], dice: random.Random) -> str:
    """The first of a group answers more often than the last."""
    return dice.choices(list(rings), [len(rings) - place for place in range(len(rings))])[0]


@dataclass(slots=True)
class Telling:
    """A call as it goes on: each step adds its facts."""

    id: str
    now: float
    number: str
    way: Way
    dice: random.Random
    so_far: list[CallFact] = field(default_factory=list)
    view: CallView = field(init=False)
    agent: str = ""

    def __post_init__(self) -> None:
        remote = Party(self.number)
        self.view = CallView(
            id=self.id,
            direction="outgoing" if self.way.outgoing else "incoming",
            caller=Party(self.way.rings[0]) if self.way.outgoing else remote,
            to=(self.number,) if self.way.outgoing else (),
            remote=remote,
            line=self.way.line,
            started_at=self.now,
        )
        self.so_far.append(facts.CallStarted(call=self.view, at=self.now))

    def wait(self, seconds: float) -> float:
        """Wait in the queue of the way before a phone rings."""
        self.view = replace(self.view, queue=self.way.queue)
        self.so_far.append(facts.QueueJoined(call=self.view, at=self.now, queue=self.way.queue, position=1))
        self.now += round(min(seconds, QUEUE_PATIENCE + 10), 1)
        return seconds

    def _leave_queue(self, reason: Literal["answered", "abandoned"]) -> None:
        if self.way.queue:
            waited = self.now - self.view.started_at
            self.so_far.append(
                facts.QueueLeft(call=self.view, at=self.now, queue=self.way.queue, waited=waited, reason=reason)
            )

    def ring(self, extensions: Sequence[str]) -> None:
        """Phones ring."""
        self.now += 0.4
        called = self.view.to if self.way.outgoing else tuple(extensions)
        self.view = replace(self.view, to=called, agents=tuple(extensions))
        self.so_far += [facts.CallRang(call=self.view, at=self.now, agent=extension) for extension in extensions]

    def give_up(self, result: Result) -> Planned:
        """Nobody answered in time."""
        if self.view.agents:
            self.agent = self.view.agents[0]
            self.now += self.dice.uniform(6, 28)
            self._stop_ringing(self.view.agents, "cancelled")
        self._leave_queue("abandoned")
        self.view = replace(self.view, agents=())
        return self.end(result)

    def _stop_ringing(self, extensions: Sequence[str], reason: facts.RingEnd, by: str = "") -> None:
        self.so_far += [
            facts.CallRingEnded(call=self.view, at=self.now, agent=extension, reason=reason, answered_by=by)
            for extension in extensions
        ]

    def answer(self, agent: str) -> None:
        """One of them answers, the others stop to ring."""
        self.agent = agent
        self.now += round(self.dice.uniform(2, 11), 1)
        others = [extension for extension in self.view.agents if extension != agent]
        self.view = replace(self.view, answered_at=self.now, answered_by=agent, agents=(agent,), talking=(agent,))
        self.so_far.append(facts.CallAnswered(call=self.view, at=self.now, agent=agent))
        self._stop_ringing(others, "answered_elsewhere", agent)
        self._leave_queue("answered")

    def talk(self) -> None:
        """The conversation, with a hold or a transfer now and then."""
        self.now += self._stretch()
        if self.dice.random() < 0.16:
            self.so_far.append(facts.CallHeld(call=self.view, at=self.now, agent=self.agent))
            self.now += round(self.dice.uniform(8, 70), 1)
            self.so_far.append(facts.CallUnheld(call=self.view, at=self.now, agent=self.agent))
            self.now += self._stretch() / 2
        if self.dice.random() < 0.06 and not self.way.outgoing:
            self._transfer()
            self.now += self._stretch()

    def _stretch(self) -> float:
        return round(min(1500.0, self.dice.lognormvariate(4.7, 0.75)), 1)

    def _transfer(self) -> None:
        target = self.dice.choice([each.extension for each in AGENTS if each.extension != self.agent])
        self.so_far.append(
            facts.CallTransferred(call=self.view, at=self.now, agent=self.agent, kind="attended", target=target)
        )
        self.view = replace(self.view, agents=(target,), talking=(target,), to=(*self.view.to, target))
        self.so_far.append(facts.CallAnswered(call=self.view, at=self.now, agent=target))
        self.so_far.append(facts.CallLeft(call=self.view, at=self.now, agent=self.agent))

    def end(self, result: Result) -> Planned:
        """Hang up."""
        began = self.view.answered_at
        talked = self.now - began if began is not None else 0.0
        self.view = replace(self.view, agents=(), talking=(), ended_at=self.now)
        self.so_far.append(
            facts.CallEnded(
                call=self.view,
                at=self.now,
                agent=self.agent,
                result=result,
                cause=16 if talked else 19,
                talk_seconds=talked,
            )
        )
        return Planned(
            id=self.id,
            started_at=self.view.started_at,
            number=self.number,
            agent=self.agent,
            result=result,
            talk_seconds=talked,
            outgoing=self.way.outgoing,
            answered_at=began,
            facts=tuple(self.so_far),
        )
