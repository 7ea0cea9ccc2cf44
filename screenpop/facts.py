"""What the bus carries: facts, each a frozen dataclass named in the past tense.

A call fact always shows the whole call as it stands (`call`), so that a listener that missed an earlier fact
still knows who talks with whom. The name of a call fact on the wire (`ringdesk replay`, the API) is `NAME`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Direction = Literal["incoming", "outgoing", "internal"]
Result = Literal["answered", "missed", "abandoned", "busy", "failed", "no_answer"]
RingEnd = Literal["answered_elsewhere", "no_answer", "busy", "rejected", "cancelled", "failed"]
OnCall = Literal["", "ringing", "talking"]
"""What a person does in calls, seen from outside; who calls and waits for an answer counts as ringing."""
TransferKind = Literal["blind", "attended"]


@dataclass(frozen=True, slots=True)
class Party:
    """Who is on a line, as the PBX shows it: the raw number and the raw name; hostile text, "" when withheld."""

    number: str = ""
    name: str = ""


NOBODY = Party()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call as it stands at one moment. Times are Unix seconds (UTC); None is "not yet"."""

    id: str
    direction: Direction
    caller: Party
    """Who called: the customer of an incoming call, the agent of an outgoing or internal one."""
    to: tuple[str, ...]
    """What was called: the extensions that rang so far, or the number dialled."""
    remote: Party
    """The side that is not ours: the caller of an incoming call, the number dialled of an outgoing one,
    the colleague who calls of an internal one. The card is about this party."""
    line: str = ""
    """The number of ours that was called, as the trunk named it; "" for other directions."""
    queue: str = ""
    started_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    answered_by: str = ""
    """The extension that answered first (incoming, internal) or whose call was answered (outgoing)."""
    agents: tuple[str, ...] = ()
    """The extensions that take part now: ringing, talking or holding."""
    talking: tuple[str, ...] = ()
    """Those of them that talk or hold; of the others a phone rings, or they call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """Something happened to a call. `agent` is the extension concerned, "" where none is."""

    NAME: ClassVar[str] = ""
    call: CallView
    at: float
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(CallFact):
    """A call was seen for the first time: nobody's phone rings yet, the caller's data can be fetched ahead."""

    NAME: ClassVar[str] = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRang(CallFact):
    """The card of `agent` is due: the agent's phone rings, or (outgoing) the phone the agent calls does."""

    NAME: ClassVar[str] = "rang"
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRingEnded(CallFact):
    """The phone of `agent` stopped ringing without an answer there. `answered_by`: who answered, or ""."""

    NAME: ClassVar[str] = "ring_ended"
    reason: RingEnd
    answered_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(CallFact):
    """`agent` talks: answered the call, or (outgoing) the called side answered the agent's call."""

    NAME: ClassVar[str] = "answered"
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(CallFact):
    """`agent` put the call on hold."""

    NAME: ClassVar[str] = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnheld(CallFact):
    """`agent` took the call back from hold."""

    NAME: ClassVar[str] = "unheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(CallFact):
    """`agent` gave the call away, to the extension or number `target`."""

    NAME: ClassVar[str] = "transferred"
    kind: TransferKind
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPickedUp(CallFact):
    """`agent` took a call that rang at `instead_of` (an extension, or "")."""

    NAME: ClassVar[str] = "picked_up"
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLeft(CallFact):
    """`agent` is no longer part of the call, which goes on."""

    NAME: ClassVar[str] = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueJoined(CallFact):
    """The caller waits in `queue`, at `position` (1 is next; 0 is unknown); `waited` seconds already, where the
    wait began unseen."""

    NAME: ClassVar[str] = "queue_joined"
    queue: str
    position: int = 0
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(CallFact):
    """The caller no longer waits in `queue` after `waited` seconds: answered, gave up, or sent on."""

    NAME: ClassVar[str] = "queue_left"
    queue: str
    waited: float = 0.0
    reason: Literal["answered", "abandoned", "left"] = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChanged(CallFact):
    """The parties became known better: another name, number or line than the facts before said."""

    NAME: ClassVar[str] = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMerged(CallFact):
    """The call `gone` turned out to be part of this call (a consultation that became a transfer)."""

    NAME: ClassVar[str] = "merged"
    gone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The call is over. `cause` is the Q.850 code of the hang-up (0 unknown); `swept`: ended by the sweep,
    because the PBX no longer has it, not by an event of its own."""

    NAME: ClassVar[str] = "ended"
    result: Result
    cause: int = 0
    swept: bool = False
    talk_seconds: float = 0.0


# ---------------------------------------------------------------- the rest of the house


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxLinkChanged:
    """The link to the PBX: `up` is attached and in step; `reason` says in words why it is not."""

    up: bool
    state: Literal["connecting", "up", "away", "refused", "frozen", "starting"]
    reason: str = ""
    version: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged:
    """A customer, a number, an order or a photo of it was written. `gone`: removed, or merged into `merged_into`."""

    customer_id: str
    numbers: tuple[str, ...] = ()
    """All E.164 keys after the change."""
    gone: bool = False
    merged_into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNoted:
    """A person wrote a note or a result on a logged call, or said which customer it was with."""

    call_id: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWritten:
    """Rows of these calls were written: lists and boards may be behind."""

    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingChanged:
    """A recording began, was paused or went on, was stored, failed, or was deleted: `state` is that of its row.
    `paused`: what is said now is left out."""

    call_id: str
    recording_id: str
    state: Literal["recording", "waiting", "stored", "failed", "missing", "deleted"]
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisChanged:
    """The analysis of a recording went on: `progress` is 0 to 1."""

    call_id: str
    recording_id: str
    state: Literal["waiting", "running", "done", "failed"]
    progress: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerHeard:
    """Words with an alert were said in a call that was analysed."""

    call_id: str
    tracker: str
    at_second: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCallsChanged:
    """A call was missed, seen to, put back on the list, or its caller was talked with: in the store by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCallsCounted:
    """The open missed calls that a user is to see to are others than before; `open` of them, 100 is that or more."""

    user_id: str
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionsChanged:
    """Which extensions agents have, or which user sits at which, was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """A setting that an admin keeps in the panel was written: `key` names it (layout, category, line …)."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged:
    """A user's name, role or preferences were written. `signed_out`: every session of the user has ended."""

    user_id: str
    signed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged:
    """A user set another presence, or a call changed it."""

    user_id: str
    presence: Literal["available", "busy", "away", "offline"]
    on_call: OnCall = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMemberChanged:
    """A phone that a queue rings, as the PBX has it now. `device` is its name there; `gone`: it left the queue."""

    queue: str
    device: str
    state: Literal["available", "busy", "away"] = "available"
    """busy: it rings or is talked on; away: it cannot be reached."""
    paused: bool = False
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesListed:
    """All queues that the PBX has, and all of their members."""

    queues: tuple[str, ...]
    members: tuple[QueueMemberChanged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerChanged:
    """Somebody began to listen in on an agent's part in a call, or no longer does (`gone`). `user_id` is "" where that
    is not known: Ringdesk was started anew meanwhile."""

    listener_id: str
    call_id: str
    agent: str
    user_id: str
    how: Literal["listen", "whisper", "barge"]
    at: float
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerLeft:
    """The phone of somebody who listened in, or was to, was put down."""

    listener_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenersListed:
    """All who listen in now, as the PBX has them. `hearing`: those of them whose phone was taken up, and whose call is
    known."""

    listener_ids: frozenset[str]
    hearing: tuple[ListenerChanged, ...] = ()
