"""The board as it is shown: rows of calls, queues and agents, and the totals. All times are Unix seconds.

call: `id`; `state` (waiting, calling, ringing, talking, held); `since`; `started_at`; `direction`; `number` (the other
side's E.164, or as the PBX shows it); `who` (its customer, else the name that the PBX shows); `customer_id`; `line`;
`queue`; `agents`: `[{"extension", "name", "state", "since"}]`.

queue: `id` (its name); `waiting`; `longest_since` (null: nobody waits); its service level: `answered`, `within`,
`abandoned`, `short`, `counted`, `level` (0 to 1 or null); its `members`, of which `available`, `busy`, `paused`.

agent: `id`; `name`; `team`; `extensions`; `queues`; `state` (available, ringing, calling, talking, held, busy, away,
offline); `since` (0: not known); `paused` (in how many queues); `call`, `direction`, `with`, `queue` of the call he is
in; `calls` (how many he talked in today).

totals: `incoming`, `taken` (answered), `missed`, `given_up`, `outgoing`, `internal`, `talk_seconds`, `answer_rate` (0
to 1 or null), and a service level over all queues.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from screenpop.agents.model import User
from screenpop.board.level import Level, Target
from screenpop.board.members import Members
from screenpop.board.model import LiveCall, LiveCalls, Part
from screenpop.board.today import Today

Row = dict[str, Any]
MISSED = ("missed", "no_answer", "busy", "failed")
_ORDER = ("held", "talking", "ringing", "calling")


@dataclass(frozen=True, slots=True)
class Other:
    """The other side of a call, for people: `number` is its key, `text` how one reads it; both "" where withheld."""

    number: str = ""
    text: str = ""
    who: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How those who turn up in calls are called."""

    at: Callable[[str], str]
    """Who sits at an extension."""
    other: Callable[[LiveCall], Other]
    line: Callable[[str], str]
    """The name of a called number of ours."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A user, and how they say they are, since when (0 where that was not seen)."""

    user: User
    presence: str
    since: float = 0.0


def call_row(call: LiveCall, names: Names) -> Row:
    """One call that is up."""
    view, other = call.view, names.other(call)
    state, since = _state_of(call)
    return {
        "id": view.id,
        "state": state,
        "since": round(since, 2),
        "started_at": round(view.started_at, 2),
        "direction": view.direction,
        "number": other.text,
        "who": other.who,
        "customer_id": other.customer_id,
        "line": names.line(view.line) if view.line else "",
        "queue": view.queue,
        "agents": [_agent_in(seat, part, names) for seat, part in call.parts.items()],
    }


def _agent_in(seat: str, part: Part, names: Names) -> Row:
    return {"extension": seat, "name": names.at(seat), "state": part.doing, "since": round(part.since, 2)}


def _state_of(call: LiveCall) -> tuple[str, float]:
    """What the call as a whole does, and since when. On hold is only what nobody else talks on."""
    if call.waits:
        return "waiting", min(call.waiting.values())
    doing = {part.doing: part.since for part in call.parts.values()}
    if "talking" in doing:
        return "talking", call.view.answered_at or doing["talking"]
    return next(((each, doing[each]) for each in _ORDER if each in doing), ("calling", call.view.started_at))


def queue_row(queue: str, calls: LiveCalls, today: Today, members: Members, target: Target) -> Row:
    """One queue."""
    waiting = [call.waiting[queue] for call in calls if queue in call.waiting]
    return {
        "id": queue,
        "waiting": len(waiting),
        "longest_since": round(min(waiting), 2) if waiting else None,
        **level_fields(today.level(queue, target)),
        **members.counts(queue),
    }


def level_fields(level: Level) -> Row:
    """A service level with all that it is made of."""
    share = None if level.share is None else round(level.share, 4)
    return {
        "answered": level.answered,
        "within": level.within,
        "abandoned": level.abandoned,
        "short": level.short,
        "counted": level.counted,
        "level": share,
    }


def agent_row(seat: Seat, calls: LiveCalls, today: Today, names: Names, queues: Sequence[str], paused: int) -> Row:
    """One agent; what the phones do goes before what was chosen."""
    found = calls.part_of(seat.user.extensions)
    row: Row = {
        "id": seat.user.id,
        "name": seat.user.name,
        "team": seat.user.team,
        "extensions": list(seat.user.extensions),
        "queues": list(queues),
        "state": found[1].doing if found else seat.presence,
        "since": round(found[1].since if found else seat.since, 2),
        "paused": paused,
        "calls": today.calls_of(seat.user.extensions),
    }
    return row | _doing_what(found[0] if found else None, seat.user.extensions, names)


def _doing_what(call: LiveCall | None, seats: Sequence[str], names: Names) -> Row:
    if call is None:
        return {"call": "", "direction": "", "with": "", "queue": ""}
    return {
        "call": call.view.id,
        "direction": call.view.direction,
        "with": _with(call, seats, names),
        "queue": call.view.queue,
    }


def _with(call: LiveCall, seats: Sequence[str], names: Names) -> str:
    """Whom the agent is on the phone with: a colleague of an internal call, else the other side."""
    if call.view.direction == "internal":
        others = [seat for seat in (call.view.caller.number, *call.view.agents, *call.view.to) if seat not in seats]
        return next((names.at(seat) or seat for seat in others if seat), "")
    other = names.other(call)
    return other.who or other.text


def totals(today: Today, target: Target) -> Row:
    """The whole house today. The answer rate is that of incoming calls that are over."""
    incoming, answered = today.total("incoming"), today.total("incoming", "answered")
    return {
        **level_fields(today.level_of_all(target)),
        "incoming": incoming,
        "taken": answered,
        "missed": today.total("incoming", *MISSED),
        "given_up": today.total("incoming", "abandoned"),
        "outgoing": today.total("outgoing"),
        "internal": today.total("internal"),
        "talk_seconds": round(today.talk_seconds),
        "answer_rate": round(answered / incoming, 4) if incoming else None,
    }


def by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """The rows by their id."""
    return {row["id"]: row for row in rows}
