"""What the rest of the house may ask of the PBX; `ari_app` fills it in, `main` hands it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from screenpop.facts import PbxLinkChanged


class PbxControl(Protocol):
    """Acts on calls. Every method raises PbxAway or PbxRefused, and answers within its time limit."""

    async def originate(self, extension: str, number: str, caller_name: str = "") -> None:
        """Ring `extension`; when it answers, call `number` (dialled as given, in the agent's context)."""

    async def hang_up(self, call_id: str, extension: str) -> None:
        """End the part that `extension` has in the call."""


class PbxState(Protocol):
    """How the link to the PBX stands."""

    @property
    def state(self) -> PbxLinkChanged: ...


class Finding(Protocol):
    """One requirement of a good attachment, and how it stands. Texts are English, for an admin."""

    @property
    def level(self) -> Literal["OK", "WARN", "FAIL"]: ...

    @property
    def what(self) -> str:
        """The requirement, in a word or two."""

    @property
    def text(self) -> str:
        """What was found."""

    @property
    def remedy(self) -> str:
        """What to do about it; "" where nothing is to be done."""


class PbxCheck(Protocol):
    """Looks whether the PBX gives Ringdesk all that it needs: what `ringdesk check` prints."""

    async def look(self) -> Sequence[Finding]:
        """Every requirement, in order. Takes seconds; never raises because of the PBX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoParty:
    """A number that the demo can call from."""

    number: str
    name: str = ""


class DemoCalls(Protocol):
    """Places real sample calls through the demo's own PBX."""

    def callers(self) -> Sequence[DemoParty]:
        """Numbers of the sample company's customers, to choose from."""

    async def call(self, number: str, to: str, name: str = "", ring: float = 4.0, talk: float = 20.0) -> None:
        """Call the extension or queue `to` from `number`; returns once the call is under way.

        The robot phone answers after `ring` seconds (0: never) and the caller hangs up `talk` seconds later.
        Raises PbxAway or PbxRefused.
        """


class SampleCalls(Protocol):
    """Places calls as customers would; only the demo has it."""

    async def place(
        self,
        from_number: str,
        to_extension: str,
        name: str = "",
        ring: float = 6.0,
        talk: float = 20.0,
        answer: bool = True,
    ) -> None:
        """Call `to_extension` from `from_number`; returns once it rings, and the call goes on by itself.

        A robot answers after `ring` seconds (never, unless `answer`) and the caller hangs up after `talk` more.
        Raises BadInput for what cannot be dialled, NotFound when the demo does not run, PbxRefused when nothing rang.
        """
