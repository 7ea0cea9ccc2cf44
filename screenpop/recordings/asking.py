"""What the dialplan may ask about recording, and what it needs to know of the answer."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A channel about to be recorded. All values are hostile text."""

    linkedid: str
    channel: str
    """The PBX's name of the channel that asks: `PJSIP/101-0000002a`."""
    number: str = ""
    """The caller's number."""
    queue: str = ""
    """The queue that the call is about to join, where the dialplan says so."""
    agent: str = ""
    """The extension that is about to ring, where it is one and the dialplan says so."""
    dialled: str = ""
    """The number that the call is going out to."""
    records_called: bool = False
    """The channel that will be called is recorded, not the one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Record under this name, after this announcement ("" for none)."""

    name: str
    announcement: str = ""


class RecordingDesk(Protocol):
    """Answers the dialplan. Must not block the loop; the one who asks sets the deadline."""

    async def ask(self, question: Question) -> Start | None:
        """How to record the call; None: do not."""
