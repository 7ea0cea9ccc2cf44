"""The job that takes a finished recording into the archive. It runs in a worker process.

It may be killed at any point and started again: the file appears in the archive by its renaming, the row says so after
that, and the PBX's own files go last. The row says what is still to be done.
"""

import asyncio
import contextlib
import fcntl
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

import sqlalchemy as sa
import structlog

from ari_app.recording import sound
from ari_app.recording.sources import Seen, Source, source_of
from ari_app.recording.wav import Wav, read_wav, silence
from screenpop.config import Config
from screenpop.core import store_url
from screenpop.errors import N_, BadInput, PbxError, RingdeskError
from screenpop.problems import in_words, kept
from screenpop.recordings import store
from screenpop.recordings.archive import Archive, free_megabytes, open_archive
from screenpop.recordings.model import Recording, closed
from screenpop.recordings.names import Name, parse_name, part_of_file
from screenpop.store.engine import Store
from screenpop.store.tables import call

Outcome = Literal["stored", "later", "failed", "missing", "done"]
"""later: ask again after a while; done: there was nothing to do."""

QUIET_SECONDS = 1.5
"""A file of the PBX that was closed and not written to for so long is finished."""
HALF_WRITTEN_SECONDS = 60.0
"""One that was never closed is taken as it is when nobody has written to it for so long."""
LONE_SECONDS = 120.0
"""Where only one of the two files came, the other one is waited for that long after the end."""
MISSING_SECONDS = 900.0
"""After the end of the call; then the files are taken for missing."""
PLAUSIBLE_SHARE = 0.5
"""Of the talk's time that a recording should have at least."""
PLAUSIBLE_SECONDS = 10.0

NO_SOURCE = N_("Neither the PBX's folder nor ARI is configured: set recordings.folder.")
NOT_OURS = N_("The name of the recording is none of ours.")
NEVER_CAME = N_("The PBX never wrote the files %(names)s.")
NOTHING_HEARD = N_("Neither side was heard: the files are empty.")
DISK_FULL = N_("Only %(free)s MB are free for the archive, %(wanted)s MB are wanted: the PBX's files wait.")
UNREADABLE = N_("%(file)s cannot be read: %(reason)s")
HALF_WRITTEN = N_("The PBX did not finish the file: what had reached the disk was kept.")
ONE_SIDE = N_("Only one side was found: the other one is silent.")
TWO_RATES = N_("The two sides do not have the same sampling rate.")
TOO_SHORT = N_("The recording lasts %(found)s s, and the talk lasted %(wanted)s s.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What collecting works with."""

    store: Store
    source: Source | None
    archive: Archive
    config: Config
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Later(Exception):
    """The files are not ready. The text says why, as the database keeps it, "" where that is nothing to speak of."""


class NothingHeard(BadInput):
    """The files are whole, and empty."""


async def collect(config: Config, recording_id: str) -> Outcome:
    """Take one recording into the archive, as the configuration says. Never raises because of its files."""
    database = Store.open(store_url(config))
    try:
        return await collect_with(Tools(database, source_of(config), open_archive(config), config), recording_id)
    finally:
        await database.close()


async def collect_with(tools: Tools, recording_id: str) -> Outcome:
    """The same with tools at hand."""
    with _alone(tools.archive.workshop, recording_id) as alone:
        return await _collect_once(tools, recording_id) if alone else "later"


@contextmanager
def _alone(workshop: Path, recording_id: str) -> Iterator[bool]:
    """Does no other worker collect it? Two would put their files over each other's. The lock ends with its process."""
    with (workshop / "collect.lock").open("ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, zlib.crc32(recording_id.encode()))
        except BlockingIOError:
            yield False
        else:
            yield True


async def _collect_once(tools: Tools, recording_id: str) -> Outcome:
    async with tools.store.read() as tx:
        this = await store.one(tx, recording_id)
    if this is None or this.state != "waiting":
        return "done"
    try:
        return await _collect(tools, this)
    except Later as later:
        return await _wait(tools, this, str(later))
    except RingdeskError as error:
        log.warning("a recording could not be collected", recording=this.id, reason=str(error))
        return await _give_up(tools, this, "failed", kept(error))


async def _collect(tools: Tools, this: Recording) -> Outcome:
    name, source = parse_name(this.name), tools.source
    if name is None:
        raise BadInput(NOT_OURS)
    if source is None:
        raise Later(kept(RingdeskError(NO_SOURCE)))
    try:
        files = await source.files_of(name)
        if not files:
            return await _nothing_there(tools, this, name)
        untouched = _refuse_unready([await source.look(file) for file in files], _since_end(tools, this))
        _refuse_full_disk(tools)
        return await _take_in(tools, this, name, files, untouched)
    except NothingHeard:
        return await _forget_empty(tools, this, name)
    except PbxError as error:
        raise Later(kept(error)) from error
    except OSError as error:  # the PBX's folder, or room to work, is away for a while
        raise Later(f"{error.filename or tools.archive.place}: {error.strerror or error}") from error


def _since_end(tools: Tools, this: Recording) -> float:
    return (tools.now() - (this.ended_at or this.started_at)).total_seconds()


def _refuse_unready(seen: Sequence[Seen | None], since_end: float) -> float:
    """For how many seconds nobody has written to the files."""
    if len(seen) % 2 and since_end < LONE_SECONDS:
        raise Later
    quiet = [each.quiet if each.quiet is not None else since_end for each in seen if each]
    if min(quiet, default=0.0) < QUIET_SECONDS:
        raise Later
    return min([since_end, *quiet])


def _refuse_full_disk(tools: Tools) -> None:
    wanted, free = tools.config.recordings.min_free_mb, free_megabytes(tools.archive.workshop)
    if free < wanted:
        raise Later(kept(RingdeskError(DISK_FULL, free=free, wanted=wanted)))


async def _take_in(tools: Tools, this: Recording, name: Name, files: list[str], untouched: float) -> Outcome:
    assert tools.source is not None
    workshop, key = tools.archive.workshop, await _key_of(tools, this)
    kind = cast(sound.Format, key.rpartition(".")[2])
    making, fetched = workshop / f"{this.id}.{os.getpid()}.{kind}", dict[str, Path]()
    try:
        for file in files:
            fetched[file] = await tools.source.fetch(file, workshop)
        sides, notes = await asyncio.to_thread(_sides, name, fetched, untouched)
        made = await asyncio.to_thread(sound.make, replace(sides, gaps=this.gaps), making, kind)
        await _put(tools, making, key)
    finally:
        await asyncio.to_thread(_clear, [making, *(path for path in fetched.values() if path.parent == workshop)])
    notes += await _implausible(tools, this, made.seconds)
    if not await _write_down(tools, this, key, made, notes):
        await asyncio.to_thread(tools.archive.remove, key)  # it was deleted meanwhile
        return "done"
    await remove_sources(tools, name)
    return "stored"


async def _forget_empty(tools: Tools, this: Recording, name: Name) -> Outcome:
    """Nobody was connected: that is no recording, unless the log says that they talked. Raises NothingHeard. The row
    goes first: files that stay are found again, a row without files would tell of a recording that was lost."""
    if await _talked(tools, this):
        raise NothingHeard(NOTHING_HEARD)
    async with tools.store.begin() as tx:
        await store.drop(tx, this.id)
    with contextlib.suppress(OSError, PbxError):
        await _remove(tools, name)
    return "done"


async def _put(tools: Tools, made: Path, key: str) -> None:
    """Raises Later where the archive cannot take it now: it is full, or away."""
    try:
        await asyncio.to_thread(tools.archive.put, made, key)
    except OSError as error:
        raise Later(f"{tools.archive.place}: {error.strerror or error}") from error
    except RingdeskError as error:
        raise Later(kept(error)) from error


def _clear(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


async def _key_of(tools: Tools, this: Recording) -> str:
    """Where it goes: written down first, so that a second try goes to the same place."""
    if this.key:
        return this.key
    async with tools.store.begin() as tx:
        number = await store.file_number(tx, this)
        serial = "" if number == 1 else f"-{number}"
        key = f"{this.started_at:%Y/%m/%d}/{this.call_id}{serial}.{tools.config.recordings.format}"
        await store.write(tx, this.id, key=key)
    return key


def _sides(name: Name, files: dict[str, Path], untouched: float) -> tuple[sound.Sides, list[RingdeskError]]:
    """Both sides, and what is to be said of them. Raises Later for a file that is still being written."""
    read = {file: _read(path) for file, path in files.items()}
    unfinished = [wav for wav in read.values() if not wav.complete]
    if unfinished and untouched < HALF_WRITTEN_SECONDS:
        raise Later
    rates = {wav.rate for wav in read.values()}
    if len(rates) > 1:
        raise BadInput(TWO_RATES)
    rate = rates.pop()
    parts = sorted({part_of_file(file) for file in read})
    sides = sound.Sides(rate, tuple(_part(name, number, read, rate) for number in parts))
    if not sides.length:
        raise NothingHeard(NOTHING_HEARD)
    notes = [HALF_WRITTEN] if unfinished else []
    notes += [ONE_SIDE] if len(read) < 2 * len(parts) else []
    return sides, [RingdeskError(note) for note in notes]


def _part(name: Name, number: int, read: dict[str, Wav], rate: int) -> sound.Part:
    """The two sides of a part; one that is missing is silent."""
    agent, other = name.files(number)
    nothing = silence(rate)
    return sound.Part(read.get(agent, nothing), read.get(other, nothing))


def _read(path: Path) -> Wav:
    try:
        return read_wav(path)
    except OSError as error:
        raise BadInput(UNREADABLE, file=path.name, reason=error.strerror or str(error)) from error


async def _talked(tools: Tools, this: Recording) -> float:
    async with tools.store.read() as tx:
        return await tx.scalar(sa.select(call.c.talk_seconds).where(call.c.id == this.call_id)) or 0.0


async def _implausible(tools: Tools, this: Recording, seconds: float) -> list[RingdeskError]:
    """A word about a recording that is far shorter than its talk was."""
    talked = await _talked(tools, this)
    async with tools.store.read() as tx:
        others = await store.file_number(tx, this)
    if others > 1 or talked - seconds < PLAUSIBLE_SECONDS or seconds >= talked * PLAUSIBLE_SHARE:
        return []
    return [RingdeskError(TOO_SHORT, found=f"{seconds:.0f}", wanted=f"{talked:.0f}")]


async def _write_down(tools: Tools, this: Recording, key: str, made: sound.Made, notes: list[RingdeskError]) -> bool:
    async with tools.store.begin() as tx:
        latest = await store.one(tx, this.id) or this
        return await store.keep(
            tx,
            latest,
            tools.now(),
            key=key,
            format=key.rpartition(".")[2],
            size=made.size,
            sha256=made.sha256,
            seconds=made.seconds,
            peaks=made.peaks,
            gaps=[list(gap) for gap in closed(latest.gaps, made.seconds)],
            problem=kept(*notes),
        )


async def remove_sources(tools: Tools, name: Name) -> None:
    """Take away the PBX's own files of a recording that is in the archive; what stays is found by the next sweep.
    A power cut leaves either the files, or the row that says where the recording is."""
    if tools.source is None or tools.config.recordings.keep_wav:
        return
    with contextlib.suppress(OSError, PbxError):
        await tools.store.sync()
        await _remove(tools, name)


async def _remove(tools: Tools, name: Name) -> None:
    assert tools.source is not None
    for file in await tools.source.files_of(name):
        await tools.source.remove(file)


async def _nothing_there(tools: Tools, this: Recording, name: Name) -> Outcome:
    if _since_end(tools, this) < MISSING_SECONDS:
        raise Later
    return await _give_up(tools, this, "missing", kept(RingdeskError(NEVER_CAME, names=name.shown)))


async def _wait(tools: Tools, this: Recording, problem: str) -> Outcome:
    if problem != this.problem:
        async with tools.store.begin() as tx:
            await store.advance(tx, this.id, ("waiting",), problem=problem)
    if problem:
        log.warning("a recording waits", recording=this.id, reason=in_words(problem))
    return "later"


async def _give_up(tools: Tools, this: Recording, state: Literal["failed", "missing"], problem: str) -> Outcome:
    async with tools.store.begin() as tx:
        await store.advance(tx, this.id, ("waiting",), state=state, problem=problem)
    return state
