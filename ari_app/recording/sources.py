"""Where the PBX's files are: in its folder, if this machine sees it, else behind ARI."""

import asyncio
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ari_app.ari import Ari, NotOnPbx
from screenpop.config import Config
from screenpop.recordings.names import Name, name_of_file


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of the PBX: its size, and for how many seconds nobody has written to it. None: that cannot be told."""

    size: int | None = None
    quiet: float | None = None


class Source(Protocol):
    """The PBX's folder of recordings. Raises OSError, PbxError."""

    async def names(self) -> list[str]:
        """Every file in it."""

    async def files_of(self, name: Name) -> list[str]:
        """The files of one recording, of all its parts."""

    async def look(self, file: str) -> Seen | None:
        """How a file stands; None: it is not there."""

    async def fetch(self, file: str, workshop: Path) -> Path:
        """The file on this machine: itself, or a copy in the workshop."""

    async def remove(self, file: str) -> None:
        """Take it away; what is not there is no error."""


def source_of(config: Config) -> Source | None:
    """The source of this configuration; None where neither folder nor ARI is to be had."""
    if config.recordings.folder:
        return FolderSource(Path(config.recordings.folder))
    return AriSource(config) if config.ari.enabled else None


class FolderSource:
    """`recordings.folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def names(self) -> list[str]:
        return await asyncio.to_thread(os.listdir, self._folder)

    async def files_of(self, name: Name) -> list[str]:
        return _of(name, await self.names())

    async def look(self, file: str) -> Seen | None:
        try:
            found = await asyncio.to_thread((self._folder / file).stat)
        except FileNotFoundError:
            return None
        return Seen(found.st_size, max(0.0, time.time() - found.st_mtime))

    async def fetch(self, file: str, workshop: Path) -> Path:
        return self._folder / file

    async def remove(self, file: str) -> None:
        await asyncio.to_thread((self._folder / file).unlink, True)


class AriSource:
    """`/recordings/stored` of the PBX, which names files without their ending."""

    def __init__(self, config: Config) -> None:
        self._config = config.ari

    async def names(self) -> list[str]:
        async with Ari(self._config) as ari:
            return [f"{stored.name}.{stored.format}" for stored in await ari.stored_recordings()]

    async def files_of(self, name: Name) -> list[str]:
        return _of(name, await self.names())

    async def look(self, file: str) -> Seen | None:
        async with Ari(self._config) as ari:
            try:
                await ari.stored_recording(file.removesuffix(".wav"))
            except NotOnPbx:
                return None
        return Seen()

    async def fetch(self, file: str, workshop: Path) -> Path:
        copy = workshop / f"{file}.{os.getpid()}"
        async with Ari(self._config) as ari:
            with await asyncio.to_thread(copy.open, "wb") as out:
                async for chunk in ari.recording(file.removesuffix(".wav")):
                    await asyncio.to_thread(out.write, chunk)
        return copy

    async def remove(self, file: str) -> None:
        async with Ari(self._config) as ari:
            try:
                await ari.remove_recording(file.removesuffix(".wav"))
            except NotOnPbx:
                return


def _of(name: Name, files: Iterable[str]) -> list[str]:
    return sorted(file for file in files if file.startswith(name.text) and name_of_file(file) == name)
