"""The tracker's memory of a call: its channels and the part that each agent has in it."""

from dataclasses import dataclass, field
from typing import Literal

from screenpop.calls.events import DialStatus, Leg
from screenpop.calls.rules import Kind
from screenpop.facts import NOBODY, CallView, Direction, Party

Phase = Literal["own", "ringing", "talking", "over"]
"""Of a channel. own: it called; ringing: it is being called; talking: it answered or was bridged; over: the
attempt to reach it ended."""

PartState = Literal["calling", "ringing", "talking"]


@dataclass(slots=True, eq=False)
class Channel:
    """One leg as last seen, with what later events of it no longer say."""

    leg: Leg
    kind: Kind
    agent: str
    call: "Call" = field(init=False)
    dialled: bool = False
    ended_as: DialStatus | None = None
    talked: bool = False
    up_at: float | None = None
    """Since when it is up: a phone that was called is up before it is bridged."""
    bridge: str = ""
    adopted: bool = False
    """It was up already when it was first seen: whether it is on hold is not known."""
    number: str = ""
    """The number that was dialled by it, where it leads outside."""
    seat: bool = False
    """An agent is logged in by it all day, and gets one call after the other (see `seats`)."""
    stands_for: str = ""
    """The id of the seat for which this takes part in a call; no leg of the PBX has the id of this one."""
    done: bool = False
    """Its agent gave the call away: it may stay for a moment, and takes no part any more."""

    @property
    def phase(self) -> Phase:
        if self.talked:
            return "talking"
        if self.ended_as is not None:
            return "over"
        return "ringing" if self.dialled else "own"


@dataclass(slots=True, eq=False)
class Part:
    """What an agent does in a call. `shown`: a card is due for it; the caller of an internal call has none."""

    state: PartState
    shown: bool
    since: float = 0.0
    held: bool | None = False
    """None is not known."""
    status: DialStatus | None = None
    cause: int = 0


@dataclass(slots=True, eq=False)
class Call:
    """One call: the channels that belong together, by their linkedids."""

    id: str
    started_at: float
    direction: Direction
    origin: Channel
    """The channel that began it (for a call seen half-way: the oldest one known)."""
    channels: dict[str, Channel] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    callers: set[str] = field(default_factory=set)
    """Ids of the channels that began the call or a consultation that was merged into it."""
    linkedids: set[str] = field(default_factory=set)
    callback: bool = False
    """The PBX called the one who calls first, and then whom that one wants (click-to-dial)."""
    settled: bool = False
    """The direction is final: a phone rang."""
    caller: Party = NOBODY
    called_number: str = ""
    rung: dict[str, None] = field(default_factory=dict)
    statuses: dict[str, DialStatus] = field(default_factory=dict)
    line: str = ""
    first_exten: str = ""
    queue: str = ""
    waiting: dict[str, tuple[str, float]] = field(default_factory=dict)
    abandoned: bool = False
    reached_pbx: bool = False
    answered_at: float | None = None
    answered_by: str = ""
    ended_at: float | None = None
    cause: int = 0
    picked_up: dict[str, str] = field(default_factory=dict)
    """The extension at which the call rang, and the one that picked it up."""
    real: bool = False
    """A party was seen; until then it is only the PBX calling itself, and nothing is told."""
    told: set[str] = field(default_factory=set)
    """Transfers and pick-ups that facts told, so that a doubled event does not tell them again."""
    shown: tuple[Party, Party, str, str] | None = None
    """(caller, remote, line, queue) as the last fact told them."""

    @property
    def remote(self) -> Party:
        """The side that is not ours."""
        return Party(self.called_number) if self.direction == "outgoing" else self.caller

    @property
    def to(self) -> tuple[str, ...]:
        if self.direction == "outgoing" and self.called_number:
            return (self.called_number,)
        return tuple(self.rung) or tuple(filter(None, (self.first_exten,)))

    def tell_once(self, what: str) -> bool:
        """True the first time that `what` is to be told."""
        first = self.real and what not in self.told
        self.told.add(what)
        return first

    def face(self) -> tuple[Party, Party, str, str]:
        """What a card shows of the call itself: a change of it is worth telling."""
        return self.caller, self.remote, self.line, self.queue

    def view(self) -> CallView:
        """The call as facts show it."""
        return CallView(
            id=self.id,
            direction=self.direction,
            caller=self.caller,
            to=self.to,
            remote=self.remote,
            line=self.line,
            queue=self.queue,
            started_at=self.started_at,
            answered_at=self.answered_at,
            ended_at=self.ended_at,
            answered_by=self.answered_by,
            agents=tuple(self.parts),
            talking=tuple(extension for extension, part in self.parts.items() if part.state == "talking"),
        )
