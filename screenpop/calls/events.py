"""What a PBX tells us, in neutral words: the input of the tracker.

Nearly every event carries the whole leg as the PBX sees it at that moment, so that a lost event is healed by the
next one of the same leg. `at` is Unix seconds (UTC).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from screenpop.facts import NOBODY, Party, TransferKind

LegState = Literal["down", "calling", "ringing", "up"]
"""`calling`: this leg called us and waits; `ringing`: we call this leg and its phone rings."""

DialStatus = Literal["answered", "busy", "no_answer", "cancelled", "failed"]


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One leg of a call (a channel) as the PBX shows it now."""

    id: str
    linkedid: str
    """The id of the oldest leg it belongs together with; it changes when calls are joined."""
    name: str
    """Technology, resource and a serial: `PJSIP/101-0000002a`."""
    state: LegState = "down"
    caller: Party = NOBODY
    connected: Party = NOBODY
    exten: str = ""
    context: str = ""

    @cached_property
    def device(self) -> str:
        """`PJSIP/101` of `PJSIP/101-0000002a`; the name itself where it has no serial."""
        return self.name.rpartition("-")[0] or self.name

    @cached_property
    def technology(self) -> str:
        """The lower-case technology: `pjsip`, `local` …; what masquerading leaves behind is `zombie`."""
        if self.name.endswith(("<ZOMBIE>", "<MASQ>")):
            return "zombie"
        return self.name.partition("/")[0].casefold()

    @cached_property
    def resource(self) -> str:
        """`101` of `PJSIP/101-0000002a`."""
        return self.device.partition("/")[2]


@dataclass(frozen=True, kw_only=True)
class PbxEvent:
    """The root of all events."""

    at: float


@dataclass(frozen=True, kw_only=True)
class LegSeen(PbxEvent):
    """A leg was made, or changed its state, its caller or its place in the dialplan."""

    leg: Leg


@dataclass(frozen=True, kw_only=True)
class LegRenamed(PbxEvent):
    """The leg `leg_id` is another device's now (pick-up and transfers move devices between legs)."""

    leg_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LegGone(PbxEvent):
    """A leg was hung up; `cause` is the Q.850 code, 0 where unknown."""

    leg: Leg
    cause: int = 0


@dataclass(frozen=True, kw_only=True)
class DialBegan(PbxEvent):
    """`caller` (None when the PBX itself calls) started to call the phone of `called`."""

    caller: Leg | None
    called: Leg
    dialled: str = ""
    """What was dialled as the dialplan wrote it: `447700900123@provider`."""
    queue: str = ""
    """The queue that calls its member, where it is one."""


@dataclass(frozen=True, kw_only=True)
class DialEnded(PbxEvent):
    """The attempt to reach `called` ended."""

    caller: Leg | None
    called: Leg
    status: DialStatus


@dataclass(frozen=True, kw_only=True)
class BridgeEntered(PbxEvent):
    """A leg can hear the others in `bridge`; `waiting` is a bridge in which one only waits (parking, hold), `seat`
    one in which an agent who is logged in waits for the next call."""

    leg: Leg
    bridge: str
    waiting: bool = False
    seat: bool = False


@dataclass(frozen=True, kw_only=True)
class BridgeLeft(PbxEvent):
    """A leg left `bridge`."""

    leg: Leg
    bridge: str
    waiting: bool = False
    seat: bool = False


@dataclass(frozen=True, kw_only=True)
class LegHeld(PbxEvent):
    """The device of `leg` put the other side on hold."""

    leg: Leg


@dataclass(frozen=True, kw_only=True)
class LegUnheld(PbxEvent):
    """The device of `leg` took the other side back."""

    leg: Leg


@dataclass(frozen=True, kw_only=True)
class Transferred(PbxEvent):
    """The device of `by` gave its call away; `second` is its leg to the target (attended transfers)."""

    kind: TransferKind
    by: Leg
    second: Leg | None = None
    target: Leg | None = None
    extension: str = ""
    """The extension the call was sent to (blind transfers)."""


@dataclass(frozen=True, kw_only=True)
class PickedUp(PbxEvent):
    """`picker` takes the call that rings at `ringing`."""

    picker: Leg
    ringing: Leg


@dataclass(frozen=True, kw_only=True)
class CallerQueued(PbxEvent):
    """The caller `leg` joined `queue` at `position` (1 is next, 0 unknown)."""

    leg: Leg
    queue: str
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class CallerUnqueued(PbxEvent):
    """The caller `leg` left `queue`; `abandoned`: by hanging up."""

    leg: Leg
    queue: str
    abandoned: bool = False


@dataclass(frozen=True, kw_only=True)
class SnapshotLeg:
    """A leg in a snapshot: `age` seconds old, in `bridge` ("" none); `called`: the PBX called it; `seat`: an agent is
    logged in by it, and gets one call after the other."""

    leg: Leg
    age: float = 0.0
    bridge: str = ""
    called: bool = False
    seat: bool = False


@dataclass(frozen=True, kw_only=True)
class QueueEntry:
    """A caller who waits in a queue now, since `waited` seconds."""

    leg_id: str
    queue: str
    position: int = 0
    waited: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Snapshot(PbxEvent):
    """All that lives on the PBX at this moment: what is not in it is over."""

    legs: tuple[SnapshotLeg, ...] = ()
    queued: tuple[QueueEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LegsListed(PbxEvent):
    """The ids of all legs that the PBX had a moment ago. Events that were sent before may come after it."""

    leg_ids: frozenset[str]


Event = (
    LegSeen
    | LegRenamed
    | LegGone
    | DialBegan
    | DialEnded
    | BridgeEntered
    | BridgeLeft
    | LegHeld
    | LegUnheld
    | Transferred
    | PickedUp
    | CallerQueued
    | CallerUnqueued
    | Snapshot
    | LegsListed
)
