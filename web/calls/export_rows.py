"""A call as a row of a table for other programs: exact numbers, times of the reader's clock, words in the reader's
language. Made inside `web.render.reading`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from screenpop.calls.log_store import LoggedCall
from screenpop.errors import N_
from web.i18n import gettext, reader

Cell = str | float | datetime | None
"""A time has no zone any more: it is what the reader's clock showed."""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids and extensions are called: extension -> person, called number -> line, user's id -> name. `hidden`:
    calls whose score the reader is not to know yet; `heard`: those that the reader may hear."""

    seats: Mapping[str, str]
    lines: Mapping[str, str]
    people: Mapping[str, str]
    hidden: Collection[str] = ()
    heard: Collection[str] = ()


DIRECTIONS: Final = {"incoming": N_("Incoming"), "outgoing": N_("Outgoing"), "internal": N_("Internal")}
RESULTS: Final = {
    "answered": N_("Answered"),
    "missed": N_("Missed"),
    "abandoned": N_("Caller gave up"),
    "no_answer": N_("No answer"),
    "busy": N_("Busy"),
    "failed": N_("Failed"),
}


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(reader().zone).replace(tzinfo=None) if moment else None


def _word(words: Mapping[str, str], value: str) -> str:
    return gettext(words[value]) if value in words else value


def _yes(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


COLUMNS: Final[tuple[tuple[str, Callable[[LoggedCall, Names], Cell]], ...]] = (
    (N_("Time"), lambda call, _: _local(call.started_at)),
    (N_("Answered at"), lambda call, _: _local(call.answered_at)),
    (N_("Ended at"), lambda call, _: _local(call.ended_at)),
    (N_("Direction"), lambda call, _: _word(DIRECTIONS, call.direction)),
    (N_("Number"), lambda call, _: call.number),
    (N_("Customer"), lambda call, _: call.customer_name),
    (N_("Caller's name"), lambda call, _: call.shown_name),
    (N_("Line"), lambda call, names: names.lines.get(call.line) or call.line),
    (N_("Queue"), lambda call, _: call.queue),
    (N_("Extension"), lambda call, _: call.agent),
    (N_("Agent"), lambda call, names: call.agent_name or names.seats.get(call.agent, "")),
    (N_("Result"), lambda call, _: _word(RESULTS, call.result)),
    (N_("Ringing (s)"), lambda call, _: call.ring_seconds),
    (N_("Wait (s)"), lambda call, _: call.wait_seconds),
    (N_("Talk (s)"), lambda call, _: call.talk_seconds),
    (N_("On hold (s)"), lambda call, _: call.hold_seconds),
    (N_("Transfers"), lambda call, _: float(call.transfers)),
    (N_("Outcome"), lambda call, _: call.disposition),
    (N_("Tags"), lambda call, _: ", ".join(call.tags)),
    (N_("Note"), lambda call, _: "\n".join(f"{note.author_name}: {note.text}" for note in call.notes)),
    (N_("Follow-up"), lambda call, _: _local(call.follow_up_at)),
    (N_("Followed up by"), lambda call, names: names.people.get(call.follow_up_user, "")),
    (N_("Recorded"), lambda call, _: _yes(call.recorded)),
    (N_("Score"), lambda call, names: None if call.id in names.hidden else call.score),
    (N_("Tone"), lambda call, names: call.sentiment if call.id in names.heard else None),
    (N_("Agent's share of the talk"), lambda call, _: call.talk_share),
    (N_("Call"), lambda call, _: call.id),
)
"""Every column: what it is called, and what stands in it."""


def head() -> list[str]:
    """The first row; the time says whose clock it is."""
    names = [gettext(name) for name, _ in COLUMNS]
    return [f"{names[0]} ({reader().zone.key})", *names[1:]]


def cells(calls: Iterable[LoggedCall], names: Names) -> list[list[Cell]]:
    """The rows of these calls."""
    return [[read(call, names) for _, read in COLUMNS] for call in calls]
