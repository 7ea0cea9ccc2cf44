"""A recording that waits to be collected, in a folder of its own."""

import math
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from ari_app.recording.collect import Outcome, Tools, collect_with
from ari_app.recording.sources import FolderSource
from screenpop.config import Config, Recordings, Server
from screenpop.problems import in_words
from screenpop.recordings.archive import FolderArchive
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import call, recording
from tests.pbx.recorded import Recorded

RATE = 8000
AGENT, CUSTOMER = 700, 440
NAME = "rd-1700000000.12-1700000001c"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def tone(hertz: int, seconds: float) -> bytes:
    times = np.arange(int(RATE * seconds)) / RATE
    return (np.sin(2 * math.pi * hertz * times) * 8000).astype("<i2").tobytes()


def wav(sound: bytes, declared: int | None = None) -> bytes:
    """A file as the PBX writes it; `declared`: how many bytes its header says."""
    size = len(sound) if declared is None else declared
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", size + 36) + b"WAVE" + form + b"data" + struct.pack("<I", size) + sound


@dataclass
class Room:
    """A recording that waits: the PBX's folder, the archive, and the row."""

    tools: Tools
    spool: Path
    archive: Path
    ended: datetime = NOW

    def write(self, ending: str, data: bytes, quiet: float = 60.0, part: str = "") -> None:
        """A file of the PBX that nobody has written to for `quiet` seconds."""
        path = self.spool / f"{NAME}{part}-{ending}.wav"
        path.write_bytes(data)
        at = path.stat().st_mtime - quiet
        os.utime(path, (at, at))

    async def collect(self, after: float = 60.0) -> Outcome:
        """Collect `after` seconds of the call's end."""
        later = replace(self.tools, now=lambda: self.ended + timedelta(seconds=after))
        return await collect_with(later, "r")

    async def row(self) -> dict[str, Any]:
        async with self.tools.store.read() as tx:
            row = dict((await tx.execute(sa.select(recording))).one()._mapping)
        return {**row, "problem": in_words(row["problem"])}

    async def set_row(self, **values: Any) -> None:
        async with self.tools.store.begin() as tx:
            await tx.execute(sa.update(recording).values(values))

    def leave_workshop_alone_for(self, seconds: float) -> None:
        """So much time passes for what lies in the workshop."""
        for path in self.tools.archive.workshop.iterdir():
            at = path.stat().st_mtime - seconds
            os.utime(path, (at, at))

    def left(self) -> list[str]:
        return sorted(path.name for path in self.spool.iterdir())

    async def heard(self) -> Recorded:
        return Recorded(self.archive / (await self.row())["key"])


@asynccontextmanager
async def opened_room(tmp_path: Path) -> AsyncIterator[Room]:
    """A call of three seconds that ended at NOW."""
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    started = NOW - timedelta(seconds=10)
    async with store.begin() as tx:
        about = {"id": "1700000000.12", "direction": "incoming", "started_at": started, "talk_seconds": 3}
        await tx.execute(sa.insert(call).values(about))
        row = {"id": "r", "call_id": "1700000000.12", "state": "waiting", "name": NAME, "started_at": started}
        await tx.execute(sa.insert(recording).values(row | {"ended_at": NOW, "gaps": [[1.0, 1.5], [2.9, 1e9]]}))
    spool, archive = tmp_path / "spool", tmp_path / "archive"
    spool.mkdir()
    recordings = Recordings(folder=str(spool), archive=str(archive), min_free_mb=0)
    config = Config(server=Server(data_dir=str(tmp_path)), recordings=recordings)
    yield Room(Tools(store, FolderSource(spool), FolderArchive(archive), config), spool, archive)
    await store.close()


def both(room: Room, agent: float = 3.0, customer: float = 3.0) -> None:
    room.write("out", wav(tone(AGENT, agent)))
    room.write("in", wav(tone(CUSTOMER, customer)))
