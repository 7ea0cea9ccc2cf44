"""What the rest of the house may ask of the PBX; `ari_app` fills it in, `main` hands it down."""

from typing import Protocol

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
