"""The feature code: an agent's phone asks to pause its recording, or to go on, and is told what became of that."""

from collections.abc import Awaitable, Callable

import structlog

from ari_app.ami import Headers
from ari_app.recording.monitors import Monitors
from ari_app.recording.rows import Rows
from screenpop.errors import PbxError

WISH, ANSWER = "RingdeskPause", "RINGDESK_PAUSED"
"""Of dialplan/record.conf.j2: the event by which the feature code asks, and the variable it looks at for 0 or 1."""
WISH_SECONDS = 0.8
"""The dialplan waits for one second: a wish that is older was told to have failed, and is not fulfilled any more."""

Toggle = Callable[[str, str], Awaitable[bool | None]]
log = structlog.get_logger(__name__)


class Wishes:
    """`toggle` gets the linkedid and the channel that asks: is it paused now? None where that was not to be done. `now`
    is the PBX's time."""

    def __init__(self, monitors: Monitors, rows: Rows, toggle: Toggle, now: Callable[[], float]) -> None:
        self._monitors, self._rows, self._toggle, self._now = monitors, rows, toggle, now

    def take(self, headers: Headers, at: float) -> None:
        """An event that a dialplan told."""
        if headers.get("UserEvent") == WISH:
            linkedid, channel = headers.get("Linkedid", ""), headers.get("Channel", "")
            self._rows.later(lambda: self._fulfil(linkedid, channel, at))

    async def _fulfil(self, linkedid: str, channel: str, at: float) -> None:
        if self._now() - at > WISH_SECONDS:
            return
        try:
            paused = await self._toggle(linkedid, channel)
            value = "no" if paused is None else str(int(paused))
            await self._monitors.set_variable(channel, ANSWER, value)
        except PbxError as error:
            log.warning("a feature code could not be answered", reason=str(error))
