"""The rules of the call tracker that need no memory: who is what, which way a call goes, how it ended."""

import re
from collections.abc import Collection, Sequence
from typing import Literal

from screenpop.agents.directory import Directory
from screenpop.calls.events import DialStatus, Leg
from screenpop.facts import Direction, Result, RingEnd

Kind = Literal["agent", "trunk", "phone", "local", "none"]
"""agent: a phone of an extension we know; trunk: leads outside; phone: a phone of the house that is no agent's;
local: a leg of the PBX to itself, walked through; none: not a party (masquerades, recorders, messages)."""

_NO_PARTY = frozenset(
    {"zombie", "surrogate", "message", "cbann", "cbrec", "announcer", "recorder", "confbridgerecorder", "snoop"}
)
LISTENER = "ringdesk-ear-"
"""How the ids of legs begin by which a supervisor listens in: they are no party of a call, and make none."""
_DIALLED = re.compile(r"\+?[\d*#]+")
ANSWERED_ELSEWHERE = 26  # Q.850 as Asterisk uses it: AST_CAUSE_ANSWERED_ELSEWHERE
_BUSY_CAUSES = frozenset({17})
_FAILED_CAUSES = frozenset({1, 2, 3, 5, 6, 22, 27, 28, 29, 34, 38, 41, 42, 44, 58})  # no such number, no way there
_NO_ANSWER_CAUSES = frozenset({18, 19})
_REJECTED_CAUSES = frozenset({21})
_RING_ENDS: dict[DialStatus, RingEnd] = {
    "answered": "answered_elsewhere",
    "busy": "busy",
    "no_answer": "no_answer",
    "cancelled": "cancelled",
    "failed": "failed",
}


def kind_of(leg: Leg, directory: Directory, trunks: Collection[str]) -> Kind:
    """What a leg is. Where no trunks are named, a device that is no agent's is one."""
    if leg.technology in _NO_PARTY or leg.id.startswith(LISTENER):
        return "none"
    if leg.technology in ("local", "asyncgoto"):
        return "local"
    if directory.extension_of(leg.device):
        return "agent"
    return "trunk" if not trunks or _leads_outside(leg.device.casefold(), trunks) else "phone"


def _leads_outside(device: str, trunks: Collection[str]) -> bool:
    """`DAHDI/i1/5551234` carries the number after the trunk's own name."""
    return device in trunks or any(device.startswith(f"{trunk}/") for trunk in trunks)


def direction_of(origin: Kind, dialled: Collection[Kind]) -> Direction:
    """Which way a call goes, from what began it and what was dialled: never from the length of a number."""
    if origin == "trunk":
        return "incoming"
    return "outgoing" if "trunk" in dialled else "internal"


def dialled_number(dialled: str, *otherwise: str) -> str:
    """The number in a dial string (`447700900123@provider`, `provider/sip:1555@host`), else the first of
    `otherwise` that is one, else ""."""
    user = dialled.rpartition("@")[0] or dialled
    candidates = (user.rpartition("/")[2].removeprefix("sip:"), *otherwise)
    return next((number for number in candidates if _DIALLED.fullmatch(number)), "")


def ring_end(status: DialStatus | None, cause: int, *, answered: bool) -> RingEnd:
    """Why a phone stopped ringing: from the dial's status, the leg's Q.850 cause, and whether somebody answered."""
    if cause == ANSWERED_ELSEWHERE or (answered and status in (None, "cancelled", "answered")):
        return "answered_elsewhere"
    if cause in _REJECTED_CAUSES:
        return "rejected"
    if status is not None:
        return _RING_ENDS[status]
    return "busy" if cause in _BUSY_CAUSES else "cancelled"


def leg_status(status: DialStatus | None, cause: int) -> DialStatus:
    """How the attempt to reach a leg ended, now that it is hung up with this Q.850 cause: a PBX calls "no answer"
    what was a wrong number, too."""
    if cause in _FAILED_CAUSES and status in (None, "no_answer"):
        return "failed"
    return status or ("busy" if cause in _BUSY_CAUSES else "cancelled")


def result_of(
    direction: Direction, statuses: Sequence[DialStatus], cause: int, *, answered: bool, queued: bool, reached_pbx: bool
) -> Result:
    """How a call ended. `statuses`: of every phone that was tried; `queued`: the caller waited in a queue to the
    end; `reached_pbx`: the PBX itself had taken the call (a menu, an announcement, a mailbox); `cause`: Q.850 of the
    hang-up."""
    if answered:
        return "answered"
    if queued:
        return "abandoned"
    tried = set(statuses)
    if tried - {"failed"} == {"busy"}:  # a trunk or phone that was out of order says nothing of the called side
        return "busy"
    if not tried and cause in _NO_ANSWER_CAUSES and direction != "incoming":
        return "no_answer"
    if tried == {"failed"} or (not tried and not reached_pbx and cause not in (0, 16, 127)):
        return "failed"
    if direction == "outgoing":
        return "no_answer"
    if tried or not reached_pbx:
        return "missed"
    return "abandoned" if direction == "incoming" else "answered"
