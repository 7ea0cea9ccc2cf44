"""Recordings for the rest of the house: found, heard, held, deleted; what is wrong with them, and how much there is."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from screenpop import audit
from screenpop.bus import Bus
from screenpop.customers.fields import clean_line
from screenpop.errors import BadInput, Conflict, NotFound, RingdeskError
from screenpop.facts import CallMerged, RecordingChanged
from screenpop.ids import new_id
from screenpop.recordings import store
from screenpop.recordings.archive import Archive, free_megabytes
from screenpop.recordings.model import Kept, Recording
from screenpop.store.engine import Store
from screenpop.store.tables import recording

SYSTEM = "system"
PROBLEMS_SHOWN = 200
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is kept, and where. `free_megabytes` is of this machine's disk."""

    place: str
    stored: int
    bytes: int
    seconds: float
    waiting: int
    held: int
    free_megabytes: int
    nearly_full: bool


class Recordings:
    """`actor` is a user's id or "system". Raises NotFound for a recording that there is not."""

    def __init__(self, database: Store, bus: Bus, archive: Archive, min_free_mb: int) -> None:
        self._store, self._bus, self._archive, self._min_free = database, bus, archive, min_free_mb
        self._live: dict[str, bool] = {}
        bus.subscribe(RecordingChanged, self._changed)
        bus.subscribe(CallMerged, self._merged)

    # ------------------------------------------------------------ now

    def is_recorded(self, call_id: str) -> bool:
        """Is the call recorded at this moment?"""
        return call_id in self._live

    def is_paused(self, call_id: str) -> bool:
        """Is what is said in it left out at this moment?"""
        return self._live.get(call_id, False)

    def _changed(self, fact: RecordingChanged) -> None:
        if fact.state == "recording":
            self._live[fact.call_id] = fact.paused
        else:
            self._live.pop(fact.call_id, None)

    def _merged(self, fact: CallMerged) -> None:
        paused = self._live.pop(fact.gone, None)
        if paused is not None:
            self._live[fact.call.id] = paused

    # ------------------------------------------------------------ reading

    async def get(self, recording_id: str) -> Recording:
        """One of them."""
        async with self._store.read() as tx:
            found = await store.one(tx, recording_id)
        if found is None:
            raise NotFound("There is no such recording.")
        return found

    async def of_call(self, call_id: str) -> list[Recording]:
        """Those of a call, in the order in which they were made."""
        async with self._store.read() as tx:
            return await store.select(tx, recording.c.call_id == call_id)

    async def path_of(self, kept: Kept) -> Path:
        """A file of this machine with the sound. Raises NotFound, RingdeskError where the archive is not reached."""
        if not kept.key:
            raise NotFound("The file of this recording is not in the archive.")
        return await asyncio.to_thread(self._archive.fetch, kept.key)

    async def problems(self) -> list[Recording]:
        """Those of which something is to be said, the latest first: failed, missing, waiting for room, half-written."""
        wrong = sa.and_(recording.c.problem != "", recording.c.state != "deleted")
        async with self._store.read() as tx:
            return await store.select(tx, wrong, limit=PROBLEMS_SHOWN, latest=True)

    async def figures(self) -> Figures:
        """How much is kept."""
        async with self._store.read() as tx:
            rows = {row.state: row for row in await tx.execute(_SUMS)}
            held = await tx.scalar(sa.select(sa.func.count()).where(recording.c.held, recording.c.state == "stored"))
        stored = rows.get("stored")
        free = await asyncio.to_thread(lambda: free_megabytes(self._archive.workshop))
        return Figures(
            place=self._archive.place,
            stored=stored.number if stored else 0,
            bytes=int(stored.bytes or 0) if stored else 0,
            seconds=float(stored.seconds or 0) if stored else 0.0,
            waiting=rows["waiting"].number if "waiting" in rows else 0,
            held=held or 0,
            free_megabytes=free,
            nearly_full=free < self._min_free,
        )

    # ------------------------------------------------------------ keeping and deleting

    async def hold(self, recording_id: str, why: str, actor: str) -> Recording:
        """Nobody deletes it any more, until it is let go: a legal hold. Raises BadInput without a reason."""
        reason = _reason(why)
        return await self._set_held(recording_id, actor, held=True, held_by=actor, held_why=reason)

    async def unhold(self, recording_id: str, actor: str) -> Recording:
        """It may be deleted again."""
        return await self._set_held(recording_id, actor, held=False, held_by="", held_why="")

    async def delete(self, recording_id: str, why: str, actor: str) -> None:
        """Delete sound, transcript and outline for ever; a tombstone stays. From a store that is away the sound goes
        when it is back. Raises BadInput, Conflict while it is held or still being made."""
        await self._delete(await self.get(recording_id), _reason(why), actor)

    async def try_again(self, recording_id: str, actor: str) -> None:
        """Collect once more what failed or did not come."""
        async with self._store.begin() as tx:
            again = await store.advance(tx, recording_id, ("failed", "missing"), state="waiting", problem="")
            if again:
                await audit.record(tx, actor, "try_again", "recording", recording_id, {})
        if again:
            self._tell(await self.get(recording_id))

    async def note_failure(self, row: dict[str, Any]) -> None:
        """Write down a recording that could not even begin."""
        async with self._store.begin() as tx:
            await store.begin(tx, {**row, "id": new_id()})

    async def _delete(self, this: Recording, why: str, actor: str) -> None:
        _refuse_held(this)
        if this.state == "recording":
            raise Conflict("The call is still being recorded.")
        async with self._store.begin() as tx:
            gone = await store.bury(tx, this, datetime.now(UTC), actor, why)
            if gone:
                await audit.record(tx, actor, "delete", "recording", this.id, {"why": ("", why)})
        if not gone:
            _refuse_held(await self.get(this.id))
            return
        await self._take_out(await self.get(this.id))
        self._tell(await self.get(this.id))

    async def _take_out(self, this: Recording) -> None:
        """The tombstone keeps the key until the file is gone: where that cannot be now, `clear` tries again."""
        try:
            if this.key:
                await asyncio.to_thread(self._archive.remove, this.key)
        except (RingdeskError, OSError) as error:
            log.warning("the sound of a deleted recording is still there", recording=this.id, reason=str(error))
            return
        async with self._store.begin() as tx:
            await store.write(tx, this.id, key="")

    async def clear(self) -> None:
        """Take out what was deleted and is still in the archive."""
        async with self._store.read() as tx:
            left = await store.select(tx, recording.c.state == "deleted", recording.c.key != "")
        for this in left:
            await self._take_out(this)

    async def expire(self, recording_id: str, why: str) -> bool:
        """Delete what the rules do not keep any longer; False where that cannot be now."""
        try:
            await self._delete(await self.get(recording_id), why, SYSTEM)
        except (RingdeskError, OSError) as error:
            log.warning("a recording could not be deleted", recording=recording_id, reason=str(error))
            return False
        return True

    async def _set_held(self, recording_id: str, actor: str, **values: Any) -> Recording:
        before = await self.get(recording_id)
        if before.state == "deleted":
            raise Conflict("The recording was deleted.")
        async with self._store.begin() as tx:
            await store.write(tx, recording_id, **values)
            action = "hold" if values["held"] else "unhold"
            await audit.record(
                tx, actor, action, "recording", recording_id, {"why": (before.held_why, values["held_why"])}
            )
        return await self.get(recording_id)

    def _tell(self, now: Recording) -> None:
        self._bus.publish(RecordingChanged(call_id=now.call_id, recording_id=now.id, state=now.state))


_SUMS = sa.select(
    recording.c.state,
    sa.func.count().label("number"),
    sa.func.sum(recording.c.size).label("bytes"),
    sa.func.sum(recording.c.seconds).label("seconds"),
).group_by(recording.c.state)


def _refuse_held(this: Recording) -> None:
    if this.held:
        raise Conflict("The recording is held: let it go first.")


def _reason(why: str) -> str:
    reason = clean_line(why)
    if not reason:
        raise BadInput("Say why.", "why")
    return reason
