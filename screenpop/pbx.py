"""What the rest of the house may ask of the PBX; `ari_app` fills it in, `main` hands it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from screenpop.errors import N_
from screenpop.facts import PbxLinkChanged
from screenpop.said import Said

Ear = Literal["listen", "whisper", "barge"]
"""listen: nobody hears it; whisper: the agent alone hears it; barge: both do."""


class PbxControl(Protocol):
    """Acts on calls. Every method raises PbxAway or PbxRefused, and answers within its time limit."""

    async def originate(self, extension: str, number: str, caller_name: str = "") -> None:
        """Ring `extension`; when it answers, call `number` (dialled as given, in the agent's context)."""

    async def hang_up(self, call_id: str, extension: str) -> None:
        """End the part that `extension` has in the call."""


class PbxRecorder(Protocol):
    """Records calls. Every method raises PbxAway or PbxRefused, and answers within its time limit."""

    async def record(self, call_id: str, name: str) -> None:
        """Record the call into `NAME-in` and `NAME-out`, one file a speaker, in the PBX's recordings folder."""

    def talkers(self, call_id: str) -> Sequence[str]:
        """The extensions that talk in the call now; () where it is not up."""

    async def pause_recording(self, call_id: str, paused: bool) -> None:
        """Leave out what is said from now on, or go on. The recording keeps its time: silence stands in the gap."""


class PbxEar(Protocol):
    """Lets a supervisor into a call. Raises PbxAway or PbxRefused."""

    async def join_in(self, listener_id: str, extension: str, call_id: str, agent: str, how: Ear) -> None:
        """Ring `extension`; once it answered, it hears the agent's call, and speaks into it as `how` says.

        Returns when it answered. `listener_id`, a fresh one, is what ListenerLeft will name at the end.
        """


class PbxState(Protocol):
    """How the link to the PBX stands."""

    @property
    def state(self) -> PbxLinkChanged: ...


@dataclass(frozen=True, slots=True)
class Troubles:
    """What went wrong with events of the PBX since the service began. All should be 0, but `half_seen`."""

    failures: int = 0
    """Events that could not be applied to the calls; the log says why."""
    dropped: int = 0
    """Messages that were too long, and thrown away."""
    half_seen: int = 0
    """Channels of which the beginning was not seen: calls that were up before Ringdesk was."""


class PbxCare(Protocol):
    """Looks after the link to the PBX."""

    def retry_now(self) -> None:
        """Do not wait for the next try: somebody has changed something."""

    @property
    def troubles(self) -> Troubles: ...


class Finding(Protocol):
    """One requirement of a good attachment, and how it stands. For an admin; in English until put into words."""

    @property
    def level(self) -> Literal["OK", "WARN", "FAIL"]: ...

    @property
    def what(self) -> Said:
        """The requirement, in a word or two."""

    @property
    def text(self) -> Said:
        """What was found."""

    @property
    def remedy(self) -> Said:
        """What to do about it; "" where nothing is to be done."""


class PbxCheck(Protocol):
    """Looks whether the PBX gives Ringdesk all that it needs: what `ringdesk check` prints."""

    async def look(self) -> Sequence[Finding]:
        """Every requirement, in order. Takes seconds; never raises because of the PBX."""


@dataclass(frozen=True, slots=True)
class SamplePlace:
    """What can be called in the demo. `name` is that of who sits there, of the queue or of the line."""

    number: str
    kind: Literal["extension", "group", "queue", "line"]
    name: str = ""


NOBODY_HAS = N_("Nobody has the number %(number)s.")


class SampleCalls(Protocol):
    """Places real sample calls through the demo's own PBX."""

    @property
    def places(self) -> Sequence[SamplePlace]:
        """Whom one may call."""

    async def place(
        self,
        from_number: str,
        to_extension: str,
        name: str = "",
        ring: float = 6.0,
        talk: float = 20.0,
        answer: bool = True,
    ) -> None:
        """Call `to_extension` from `from_number`; returns once the phone rings. Times are in seconds.

        The robot phone answers after `ring` seconds, and the caller hangs up `talk` seconds later; without `answer`
        the caller gives up after `ring`. Raises BadInput (NOBODY_HAS too), NotFound where no demo runs, or PbxError.
        """
