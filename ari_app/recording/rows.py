"""Writes what becomes of recordings, one thing after the other: nobody who takes calls waits for the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from ari_app.recording.live import Live
from screenpop.bus import Bus
from screenpop.facts import CallView, RecordingChanged
from screenpop.recordings import store
from screenpop.recordings.model import State
from screenpop.recordings.names import make_name
from screenpop.recordings.service import SYSTEM, Recordings
from screenpop.store.engine import Store

MOST_WAITING = 10_000
RETRY_SECONDS = 1.0
AGAIN_SECONDS = 3.0
HOPELESS = (IntegrityError, DataError, ProgrammingError)
"""What the database will never take: another try would keep everything that follows."""
NOT_WANTED = "The rules do not let this call be recorded."
Work = Callable[[], Awaitable[None]]
Row = dict[str, Any]
log = structlog.get_logger(__name__)


class Rows:
    """`run` does what was asked for, in order. `discard` takes away the files of a recording nobody wants."""

    def __init__(self, database: Store, bus: Bus, recordings: Recordings, discard: Callable[[str], Awaitable[None]]):
        self._store, self._bus, self._recordings, self._discard = database, bus, recordings, discard
        self._waiting: asyncio.Queue[Work] = asyncio.Queue(MOST_WAITING)

    async def run(self) -> None:
        """For ever. A failing disk is tried again and again."""
        while True:
            await self._done(await self._waiting.get())

    async def _done(self, work: Work) -> None:
        while True:
            try:
                await work()
                return
            except Exception as error:
                log.exception("a recording could not be followed")
                if not isinstance(error, SQLAlchemyError) or isinstance(error, HOPELESS):
                    return
                await asyncio.sleep(RETRY_SECONDS)

    def later(self, work: Work) -> None:
        """Do it when what was asked for before is done."""
        try:
            self._waiting.put_nowait(work)
        except asyncio.QueueFull:  # what is lost here is found again in the PBX's folder
            log.error("recordings cannot be written down fast enough")

    def began(self, live: Live) -> None:
        """A recording has begun."""
        row: Row = {
            "id": live.id,
            "call_id": live.call_id,
            "state": "recording",
            "name": live.name,
            "agent": live.agent,
        }
        row |= {"started_at": utc(live.started_at), "gaps": []}
        self.later(lambda: self._began(row, live))

    def changed(self, live: Live) -> None:
        """It was paused, went on, or more is known of it."""
        values = {"started_at": utc(live.started_at), "agent": live.agent, "gaps": [list(gap) for gap in live.gaps]}
        self.later(lambda: self._changed(live, live.call_id, live.paused, values))

    def finished(self, live: Live, at: float) -> None:
        """It has ended: its files are to be collected, unless it never began or is not wanted by then."""
        self.later(lambda: self._ended(live, at))

    async def unwanted(self, live: Live, at: float) -> None:
        """It is not to be kept: that is written down before it has ended. Raises SQLAlchemyError."""
        values = {"ended_at": utc(at), "deleted_at": utc(at), "deleted_by": SYSTEM, "deleted_why": NOT_WANTED}
        async with self._store.begin() as tx:
            await store.advance(tx, live.id, ("recording",), state="deleted", **values)
        self._tell(live.call_id, live.id, "deleted")

    async def dropped(self, live: Live) -> None:
        """It never held anything. Raises SQLAlchemyError."""
        async with self._store.begin() as tx:
            was_there = await store.drop(tx, live.id)
        if was_there:
            self._tell(live.call_id, live.id, "deleted")

    def refused(self, call: CallView, name: str, reason: str) -> None:
        """The rules say yes, and the PBX said no: that is to be seen."""
        row: Row = {
            "id": "",
            "call_id": call.id,
            "state": "failed",
            "agent": call.answered_by,
            "gaps": [],
            "problem": reason,
        }
        row |= {"name": name or make_name("unknown", 0, "c"), "started_at": datetime.now(UTC)}
        self.later(lambda: self._recordings.note_failure(row))

    def moved(self, kept: str, gone: str) -> None:
        """A call turned out to be part of another."""
        self.later(lambda: self._moved(kept, gone))

    # ------------------------------------------------------------ within

    async def _began(self, row: Row, live: Live) -> None:
        if live.mistaken:
            return
        async with self._store.begin() as tx:
            await store.begin(tx, row)
        self._tell(row["call_id"], live.id, "recording")

    async def _changed(self, live: Live, call_id: str, paused: bool, values: Row) -> None:
        if live.mistaken:
            return
        async with self._store.begin() as tx:
            await store.write(tx, live.id, **values)
        self._bus.publish(RecordingChanged(call_id=call_id, recording_id=live.id, state="recording", paused=paused))

    async def _ended(self, live: Live, at: float) -> None:
        if live.mistaken:
            return
        if live.began and not live.unwanted:
            await self._finished(live, at)
            return
        if not live.unwanted:
            await self.dropped(live)
        await self._clear(live.name)

    async def _finished(self, live: Live, at: float) -> None:
        values: Row = {"ended_at": utc(at), "gaps": [list(gap) for gap in live.gaps], "agent": live.agent}
        async with self._store.begin() as tx:
            done = await store.advance(tx, live.id, ("recording",), state="waiting", **values)
        if done:
            self._tell(live.call_id, live.id, "waiting")

    async def _clear(self, name: str) -> None:
        """The PBX's files go; once more later, when it has closed them."""
        asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.later, lambda: self._discard(name))
        await self._discard(name)

    async def _moved(self, kept: str, gone: str) -> None:
        async with self._store.begin() as tx:
            await store.move(tx, kept, gone)

    def _tell(self, call_id: str, recording_id: str, state: State) -> None:
        self._bus.publish(RecordingChanged(call_id=call_id, recording_id=recording_id, state=state))


def utc(seconds: float) -> datetime:
    """The moment of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)
