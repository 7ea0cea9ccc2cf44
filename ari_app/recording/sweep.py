"""Sees to it that no recording is forgotten: what ended unseen, what waits, what lies in the PBX's folder unknown."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ari_app.recording.live import Live
from ari_app.recording.recorder import Recorder
from ari_app.recording.sources import Source
from screenpop.bus import Bus
from screenpop.calls import log_store
from screenpop.config import Recordings as Settings
from screenpop.errors import PbxError
from screenpop.facts import PbxLinkChanged, RecordingChanged
from screenpop.ids import new_id
from screenpop.recordings import store
from screenpop.recordings.archive import Archive, clear_workshop, free_megabytes
from screenpop.recordings.model import Recording, State
from screenpop.recordings.names import Name, name_of_file, parse_name, part_of_file
from screenpop.store.engine import Store
from screenpop.store.tables import recording

LOOK_SECONDS = 1.0
FOLDER_SECONDS = 300.0
STRANGER_SECONDS = 60.0
"""A file that nobody knows, and that nobody has written to for so long, is taken in."""
PAUSES = (2.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Before a recording that was not ready is asked for again."""
MOST = 500
Order = Callable[[str], Awaitable[None]]
log = structlog.get_logger(__name__)


class Sweep:
    """`run` looks again and again; `order` puts the job of collecting a recording on the list."""

    def __init__(
        self,
        database: Store,
        bus: Bus,
        recorder: Recorder,
        source: Source | None,
        archive: Archive,
        settings: Settings,
        order: Order,
    ) -> None:
        self._store, self._bus, self._recorder, self._source = database, bus, recorder, source
        self._archive, self._settings, self._order = archive, settings, order
        self._tries: dict[str, tuple[int, float]] = {}
        self._in_step = self._warned = False
        bus.subscribe(PbxLinkChanged, self._link_changed)

    def _link_changed(self, fact: PbxLinkChanged) -> None:
        self._in_step = fact.up

    async def run(self) -> None:
        """For ever; a failing disk is tried again and again."""
        looked_at = float("-inf")
        settled = False
        while True:
            try:
                if not self._in_step:
                    settled = False
                elif not settled:
                    settled = await self.settle()
                await self.order_waiting()
                if time.monotonic() - looked_at >= FOLDER_SECONDS:
                    looked_at = time.monotonic()
                    await self.look_into_folder()
            except (SQLAlchemyError, OSError, PbxError) as error:
                log.warning("recordings could not be swept", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    # ------------------------------------------------------------ what an earlier run began

    async def settle(self) -> bool:
        """Recordings that were begun before this program was: those of calls that are up go on, the others wait for
        their files. To be called in step with the PBX; False: of some calls it cannot be said yet."""
        async with self._store.read() as tx:
            left = await store.select(tx, recording.c.state == "recording", limit=MOST)
        unknown = [this for this in left if not self._recorder.knows(this.id)]
        return all([await self._settled(this) for this in unknown])

    async def _settled(self, this: Recording) -> bool:
        if not self._recorder.is_up(this.call_id):
            await self._advance(this, "waiting", ended_at=datetime.now(UTC))
            return True
        live = _live(this, await self._parts(this))
        if not self._recorder.adopt(live):  # nobody is connected now
            return False
        self._tell(this, "recording", paused=live.paused)
        return True

    async def _parts(self, this: Recording) -> int:
        """How many parts the PBX has begun: the next one must not take the place of one."""
        name = parse_name(this.name)
        files = await self._source.files_of(name) if self._source and name else []
        return max((part_of_file(file) for file in files), default=1)

    # ------------------------------------------------------------ what waits

    async def order_waiting(self) -> None:
        """Put every recording that waits and is due on the list of jobs."""
        async with self._store.read() as tx:
            waiting = await store.select(tx, recording.c.state == "waiting", limit=MOST)
        ids = {this.id for this in waiting}
        self._tries = {id_: tries for id_, tries in self._tries.items() if id_ in ids}
        for this in waiting:
            await self._order_if_due(this.id)

    async def _order_if_due(self, recording_id: str) -> None:
        now = time.monotonic()
        tried, due = self._tries.get(recording_id, (0, now + PAUSES[0]))
        if now >= due:
            await self._order(recording_id)
            tried, due = tried + 1, now + PAUSES[min(tried + 1, len(PAUSES) - 1)]
        self._tries[recording_id] = (tried, due)

    # ------------------------------------------------------------ the PBX's folder

    async def look_into_folder(self) -> None:
        """Take in finished files that have no row, and take away what the archive has already."""
        await asyncio.to_thread(self._look_after_workshop)
        if self._source is None:
            return
        found = {name.text: name for file in await self._source.names() if (name := name_of_file(file))}
        async with self._store.read() as tx:
            rows = await _rows_of(tx, found)
        for text, name in found.items():
            try:
                await (self._take_in(name) if text not in rows else self._tidy(name, rows[text]))
            except (OSError, PbxError) as error:  # one file that cannot be taken away keeps no other from being found
                log.warning("a file of the PBX cannot be had, or not be taken away", name=text, reason=str(error))

    async def _take_in(self, name: Name) -> None:
        assert self._source is not None
        seen = [await self._source.look(file) for file in await self._source.files_of(name)]
        quiet = [each.quiet for each in seen if each and each.quiet is not None]
        if not self._in_step or self._recorder.is_up(name.call) or (quiet and min(quiet) < STRANGER_SECONDS):
            return
        started = datetime.fromtimestamp(name.serial, UTC)
        row = {"id": new_id(), "state": "waiting", "name": name.text, "gaps": []}
        async with self._store.begin() as tx:
            row["call_id"] = await log_store.kept_as(tx, name.call) or name.call
            if await store.begin(tx, {**row, "started_at": started, "ended_at": datetime.now(UTC)}):
                log.info("a recording was found that nobody knew of", name=name.text)

    async def _tidy(self, name: Name, this: Recording) -> None:
        """Files that stayed because this program was killed just before it would have removed them."""
        assert self._source is not None
        if this.state == "deleted" or (this.state == "stored" and not self._settings.keep_wav):
            await self._store.sync()
            for file in await self._source.files_of(name):
                await self._source.remove(file)

    def _look_after_workshop(self) -> None:
        clear_workshop(self._archive.workshop)
        full = free_megabytes(self._archive.workshop) < self._settings.min_free_mb
        if full and not self._warned:
            log.warning("the disk of the archive is nearly full: recordings wait in the PBX's folder")
        self._warned = full

    # ------------------------------------------------------------ within

    async def _advance(self, this: Recording, state: State, **values: object) -> None:
        async with self._store.begin() as tx:
            done = await store.advance(tx, this.id, (this.state,), state=state, **values)
        if done:
            self._tell(this, state)

    def _tell(self, this: Recording, state: State, paused: bool = False) -> None:
        self._bus.publish(RecordingChanged(call_id=this.call_id, recording_id=this.id, state=state, paused=paused))


def _live(this: Recording, part: int) -> Live:
    live = Live(this.id, this.call_id, this.name, agent=this.agent, part=part)
    live.resume_clock(this.started_at.timestamp(), list(this.gaps))
    return live


async def _rows_of(tx: AsyncConnection, names: Iterable[str]) -> dict[str, Recording]:
    wanted, found = list(names), dict[str, Recording]()
    for start in range(0, len(wanted), MOST):
        part = await store.select(tx, recording.c.name.in_(wanted[start : start + MOST]), limit=MOST)
        found |= {this.name: this for this in part}
    return found
