"""The parts of a recording: where the call is handed on, the PBX is to begin anew.

Without that it may leave out the next agent's voice (it takes the packets of another phone for such that come late).
"""

import asyncio

import structlog

from ari_app.ami import Headers
from ari_app.recording.expected import Expected
from ari_app.recording.live import Live
from ari_app.recording.lives import Lives
from ari_app.recording.monitors import Monitors
from ari_app.recording.rows import Rows
from screenpop.errors import PbxError
from screenpop.recordings.asking import Question, Start
from screenpop.recordings.names import MOST_PARTS, parse_name

FORGET_SECONDS = 0.1
"""Between two parts: without a monitor on the channel the PBX forgets the packets of the first agent."""

log = structlog.get_logger(__name__)


class Parts:
    """Begins them: by the dialplan's question, or by itself where the call was handed on without one."""

    def __init__(self, lives: Lives, expected: Expected, monitors: Monitors, rows: Rows) -> None:
        self._lives, self._expected, self._monitors, self._rows = lives, expected, monitors, rows

    def next_one(self, question: Question, live: Live) -> Start | None:
        """The call comes by again, on its way to another agent: what follows is written into new files."""
        if live.channel != question.channel or question.records_called or live.part >= MOST_PARTS:
            return None
        return Start(name=self._begin(live))

    def connected(self, headers: Headers, at: float) -> None:
        """A channel is connected to somebody."""
        live = self._lives.at(headers.get("Uniqueid", ""))
        if live is None:
            return
        if live.connected(at):
            self._rows.changed(live)
        elif not live.fresh and live.part < MOST_PARTS:
            self._rows.later(lambda: self._write_anew(live))
        live.fresh = True

    def parted(self, headers: Headers, at: float) -> None:
        """A channel is connected to nobody."""
        if live := self._lives.at(headers.get("Uniqueid", "")):
            live.parted(at)
            live.fresh = False

    def _begin(self, live: Live) -> str:
        """The next part is expected; what its files are called."""
        live.part += 1
        name = parse_name(live.name)
        stem = name.stem(live.part) if name else live.name
        self._expected.put(live.call_id, stem)
        return stem

    async def _write_anew(self, live: Live) -> None:
        """The other side talks with somebody else now, by a way that passed no dialplan: begin the next part, if the
        login may."""
        if self._lives.at(live.leg_id) is None or live.over:
            return
        if not await self._monitors.may_start():
            log.warning("the next agent may be silent in a recording", call=live.call_id)
            return
        old = await self._monitors.id_of(live.channel)
        stem = self._begin(live)
        await self._monitors.stop(live.channel, old)
        await asyncio.sleep(FORGET_SECONDS)
        try:
            await self._monitors.start(live.channel, stem)
        except PbxError as error:
            log.warning("a recording could not go on", call=live.call_id, reason=str(error))
