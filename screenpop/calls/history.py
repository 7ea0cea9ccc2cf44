"""The story of one call and the figures that follow from it. Pure: no clock, no I/O.

A story is only ever added to, each thing once: after a restart the tracker tells anew what living calls are doing, and
what the story knows already is recognised. Times are Unix seconds (UTC), durations seconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from screenpop.customers.fields import tame
from screenpop.facts import CallFact, CallStarted, CallView, Direction

MOST_ENTRIES = 1000
"""What happens to a call beyond so many things is not told, except its end."""
MOST_CALLED = 20
SAME_MOMENT = 0.001
Part = Literal["ringing", "talking"]

_COMMON = frozenset({"call", "at", "agent", "talk_seconds"})
_TAKES_PART: Mapping[str, Part] = {"rang": "ringing", "answered": "talking"}
_LEAVES = frozenset({"ring_ended", "left", "transferred"})
_ENDS_HOLD = frozenset({"unheld", "left", "transferred", "rang"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `kind` is the NAME of its fact, `detail` what only this kind of fact has."""

    at: float
    kind: str
    agent: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def entry_of(fact: CallFact) -> Entry:
    """What is kept of a fact."""
    own = {each.name: _kept(getattr(fact, each.name)) for each in fields(fact) if each.name not in _COMMON}
    if isinstance(fact, CallStarted):
        own = _parties(fact.call)
    detail = {name: value for name, value in own.items() if value}
    return Entry(at=fact.at, kind=fact.NAME, agent=tame(fact.agent), detail=detail)


def _parties(call: CallView) -> dict[str, Any]:
    called = [tame(number) for number in call.to[:MOST_CALLED]]
    return {"direction": call.direction, "from": tame(call.caller.number), "to": called}


def _kept(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3)
    return tame(value) if isinstance(value, str) else value


@dataclass(slots=True)
class History:
    """The story so far, and what was known of the call when it was last written."""

    entries: list[Entry] = field(default_factory=list)
    direction: Direction | Literal[""] = ""
    answered_at: float | None = None
    answered_by: str = ""
    earlier: tuple[float | None, str] = (None, "")
    """When an outgoing call was answered, and by whom, as an earlier run of Ringdesk saw it."""
    up_at: float = 0.0
    """When the call was last known to be up."""
    parts: dict[str, Part] = field(default_factory=dict)
    """What each agent does in it."""
    waiting: dict[str, float] = field(default_factory=dict)
    """The queues in which it waits, and since when."""
    held: dict[str, float] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    """The agents and queues that were told of since this process knows the call."""
    stored: int = 0
    """So many of the entries are in the store; none where it has to be written anew."""

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._follow(entry)

    @property
    def ended(self) -> Entry | None:
        """The end, if it came."""
        return self.entries[-1] if self.entries and self.entries[-1].kind == "ended" else None

    @property
    def rang_last(self) -> str:
        """The extension that rang, answered or picked up last, or ""."""
        taking = (each.agent for each in reversed(self.entries) if each.kind in ("rang", "answered", "picked_up"))
        return next(taking, "")

    def note(self, call: CallView, at: float) -> None:
        """Take in how the call stands. What an earlier run of Ringdesk saw is kept. An answer may be taken back where
        the PBX dials for the agent: it was that of the agent's own phone."""
        sticks = call.direction != "outgoing"
        known_at, known_by = (self.answered_at, self.answered_by) if sticks else self.earlier
        self.answered_at = _first(known_at, call.answered_at)
        self.answered_by = known_by or call.answered_by
        self.direction = call.direction
        self.up_at = max(self.up_at, at)

    def take(self, entry: Entry) -> bool:
        """Add an entry; False where the story tells it already."""
        known = self._tells(entry)
        self.heard |= {entry.agent, entry.detail.get("queue", "")}
        if known or (len(self.entries) >= MOST_ENTRIES and entry.kind != "ended"):
            return False
        self.entries.append(self._with_answer(entry))
        self._follow(entry)
        return True

    def reopen(self) -> bool:
        """The PBX still has a call that was taken for over: take its end back; was there one?"""
        if self.ended is None:
            return False
        self.entries.pop()
        self.stored = 0
        return True

    def take_over(self, gone: "History") -> None:
        """The call `gone` turned out to be part of this one: its story is told in this one, in the order of time."""
        told = [entry for entry in (*self.entries, *gone.entries) if entry.kind != "ended"]
        self.entries = sorted(told, key=lambda entry: entry.at)[:MOST_ENTRIES]
        self.answered_at = _first(self.answered_at, gone.answered_at)
        self.answered_by = self.answered_by or gone.answered_by
        self.parts, self.waiting, self.held = {}, {}, {}
        self.heard |= gone.heard
        self.stored = 0
        self.__post_init__()

    def rings_already(self, agent: str) -> bool:
        """Is it no news that the phone of `agent` rings? The first word of a new run about one who talks is none:
        between the answer and the joining of the lines the PBX does not tell these two apart."""
        part = self.parts.get(agent)
        return part == "ringing" or (part == "talking" and agent not in self.heard)

    def unseen(self, call: CallView, now: float) -> list[Entry]:
        """What must have happened to a living call while nobody watched: who is no longer part of it, and that it
        waits no longer."""
        at = last_moment(self.up_at, now)
        gone = [self._gone_unseen(agent, call, at) for agent in self.parts if agent not in call.agents]
        return gone + [
            Entry(at=at, kind="queue_left", detail=_unqueued(queue, at - since, bool(call.talking)))
            for queue, since in self.waiting.items()
            if queue not in self.heard
        ]

    def _gone_unseen(self, agent: str, call: CallView, at: float) -> Entry:
        if self.parts[agent] == "talking":
            return Entry(at=at, kind="left", agent=agent, detail={"unseen": True})
        by = call.answered_by if call.answered_by != agent else ""
        reason = "answered_elsewhere" if by else "cancelled"
        return Entry(at=at, kind="ring_ended", agent=agent, detail=_known(reason=reason, answered_by=by, unseen=True))

    def vanished(self, now: float) -> Entry:
        """The end of a call that the PBX does not have any more, and whose end nobody saw."""
        unanswered = "abandoned" if self.waiting else "missed" if self.direction == "incoming" else "no_answer"
        result = "answered" if self.answered_at is not None else unanswered
        return Entry(at=last_moment(self.up_at, now), kind="ended", detail={"result": result, "swept": True})

    def _with_answer(self, entry: Entry) -> Entry:
        """The end of a call whose answer an earlier run of Ringdesk saw, and the tracker did not."""
        if entry.kind != "ended" or self.answered_at is None or entry.detail.get("result") == "answered":
            return entry
        return replace(entry, detail={**entry.detail, "result": "answered"})

    def _tells(self, entry: Entry) -> bool:
        rule = _TOLD.get(entry.kind)
        return bool(rule and rule(self, entry)) or any(_is_same(each, entry) for each in self.entries)

    def _follow(self, entry: Entry) -> None:
        kind, agent, queue = entry.kind, entry.agent, entry.detail.get("queue", "")
        if kind in _TAKES_PART and agent:
            self.parts[agent] = _TAKES_PART[kind]
        elif kind in _LEAVES:
            self.parts.pop(agent, None)
        if kind in _ENDS_HOLD:
            self.held.pop(agent, None)
        if kind == "held":
            self.held[agent] = entry.at
        elif kind == "queue_joined":
            self.waiting[queue] = _joined_at(entry)
        elif kind == "queue_left":
            self.waiting.pop(queue, None)


def last_moment(up_at: float, now: float, patience: float = 60.0) -> float:
    """When something unseen happened: now, or, where Ringdesk was away for longer, when it last saw the call."""
    return now if now - up_at <= patience or up_at <= 0 else up_at


_TOLD: Mapping[str, Callable[[History, Entry], bool]] = {
    "started": lambda history, _: bool(history.entries),
    "rang": lambda history, entry: history.rings_already(entry.agent),
    "answered": lambda history, entry: history.parts.get(entry.agent) == "talking",
    "held": lambda history, entry: entry.agent in history.held,
    "unheld": lambda history, entry: entry.agent not in history.held,
    "queue_joined": lambda history, entry: entry.detail.get("queue", "") in history.waiting,
    "ended": lambda history, _: history.ended is not None,
}
"""Which entries the story tells already: what a living call does is told anew after a restart."""


def _is_same(one: Entry, other: Entry) -> bool:
    close = abs(one.at - other.at) < SAME_MOMENT
    return close and (one.kind, one.agent, one.detail) == (other.kind, other.agent, other.detail)


def _joined_at(entry: Entry) -> float:
    """Since when the caller waits: a wait that began unseen says how long it was already."""
    return entry.at - float(entry.detail.get("waited", 0.0))


def _unqueued(queue: str, waited: float, talking: bool) -> dict[str, Any]:
    reason = "answered" if talking else "left"
    return _known(queue=queue, waited=round(max(0.0, waited), 3), reason=reason, unseen=True)


def _known(**detail: object) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if value}


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a row of the log tells in numbers. What is not over yet counts nothing."""

    talk_seconds: float = 0.0
    """From the answer to the end, holds included."""
    ring_seconds: float = 0.0
    """From the first ring to the answer, or to the end where nobody answered."""
    wait_seconds: float = 0.0
    hold_seconds: float = 0.0
    """While at least one agent had the call on hold."""
    holds: int = 0
    transfers: int = 0


def figures(history: History) -> Figures:
    """The figures of a call as its story stands."""
    over, kinds = history.ended, [entry.kind for entry in history.entries]
    end = over.at if over else None
    return Figures(
        talk_seconds=_between(history.answered_at, end),
        ring_seconds=_between(
            _first_ring(history.entries), end if history.answered_at is None else history.answered_at
        ),
        wait_seconds=_waited(history.entries, end),
        hold_seconds=_union(_holds(history.entries)),
        holds=kinds.count("held"),
        transfers=kinds.count("transferred"),
    )


def _first_ring(entries: Iterable[Entry]) -> float | None:
    return next((entry.at for entry in entries if entry.kind == "rang"), None)


def _first(*moments: float | None) -> float | None:
    return min((at for at in moments if at is not None), default=None)


def _between(begin: float | None, end: float | None) -> float:
    return round(max(0.0, end - begin), 3) if begin is not None and end is not None else 0.0


def _waited(entries: Sequence[Entry], end: float | None) -> float:
    """All waits together; one whose end was not seen ends with the call."""
    total, since = 0.0, dict[str, float]()
    for entry in entries:
        queue = entry.detail.get("queue", "")
        if entry.kind == "queue_joined":
            since[queue] = _joined_at(entry)
        elif entry.kind == "queue_left":
            total += float(entry.detail.get("waited", 0.0))
            since.pop(queue, None)
    return round(total + sum(_between(begin, end) for begin in since.values()), 3)


def _holds(entries: Sequence[Entry]) -> list[tuple[float, float]]:
    pieces, since = [], dict[str, float]()
    for entry in entries:
        if entry.kind == "held":
            since.setdefault(entry.agent, entry.at)
        elif entry.kind in _ENDS_HOLD and entry.agent in since:
            pieces.append((since.pop(entry.agent), entry.at))
        elif entry.kind == "ended":
            pieces += [(begin, entry.at) for begin in since.values()]
    return pieces


def _union(pieces: Iterable[tuple[float, float]]) -> float:
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(pieces):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return round(total, 3)
