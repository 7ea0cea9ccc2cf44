"""Where recordings are kept: a folder of this machine, or an S3-compatible store. A key is `2026/03/07/CALL.opus`.

A file appears whole under its key or not at all. Everything blocks: call it in a thread.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from screenpop.config import Config
from screenpop.config import Recordings as Settings
from screenpop.errors import N_, NotFound, RingdeskError

CACHE_BYTES = 2 << 30
"""Of files that were fetched from a store to be heard. The one that was not heard for longest goes first."""
S3_SECONDS = 30
CHUNK, PART = 4 << 20, 5 << 20
"""Bytes of a file in one request from and to the store, one after the other: so much passes a slow line in time."""
LEFT_SECONDS = 6 * 3600.0
"""A file of the workshop that is older was left by a process that was killed."""
_KEY = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
NOT_THERE = N_("The file of this recording is not in the archive.")
NO_STORE = N_("The store cannot be reached: %(reason)s")


class Archive(Protocol):
    """Raises NotFound for a file that is not there, RingdeskError where the place cannot be reached, OSError."""

    @property
    def place(self) -> str:
        """Where it is, for an admin."""

    @property
    def workshop(self) -> Path:
        """A folder of this machine in which files are made before they are put."""

    def put(self, file: Path, key: str) -> None:
        """Take `file`, which is in the workshop, in under `key`; it is gone from where it was."""

    def fetch(self, key: str) -> Path:
        """A file of this machine with what is kept under `key`."""

    def remove(self, key: str) -> None:
        """Take it out; what is not there is no error."""


def open_archive(config: Config) -> Archive:
    """The archive of this configuration."""
    data, settings = Path(config.server.data_dir), config.recordings
    if settings.archive.startswith("s3://"):
        return S3Archive(settings, data / "recordings-cache")
    return FolderArchive(Path(settings.archive) if settings.archive else data / "recordings")


def free_megabytes(folder: Path) -> int:
    """What is free on the disk of a folder, or of the first above it that there is."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize >> 20


class FolderArchive:
    """Files under a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def place(self) -> str:
        return str(self._root)

    @property
    def workshop(self) -> Path:
        return _made(self._root, ".making")

    def put(self, file: Path, key: str) -> None:
        there = self._path(key)
        _made(self._root, str(Path(key).parent))
        _to_disk(file)
        file.replace(there)
        for folder in there.parents[: len(Path(key).parents)]:
            _to_disk(folder)

    def fetch(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NotFound(NOT_THERE)
        return path

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._root / _checked(key)


class S3Archive:
    """Objects of a bucket; what is heard is kept in a cache for a while."""

    def __init__(self, settings: Settings, cache: Path) -> None:
        self._settings, self._cache = settings, cache
        self._opened: Any = None

    @property
    def place(self) -> str:
        return self._settings.archive

    @property
    def workshop(self) -> Path:
        return _made(self._cache, ".making")

    def put(self, file: Path, key: str) -> None:
        with _in_words():
            self._store.put(_checked(key), file, chunk_size=PART, max_concurrency=1)
        file.unlink()

    def fetch(self, key: str) -> Path:
        cached = self._cache / _checked(key)
        if cached.is_file():
            os.utime(cached)
            return cached
        fresh = self.workshop / f"{key.replace('/', '_')}.{os.getpid()}.{time.monotonic_ns()}"
        try:
            self._load(key, fresh)
            _make_room(self._cache, CACHE_BYTES - fresh.stat().st_size)
            _made(self._cache, str(Path(key).parent))
            fresh.replace(cached)
            self._refuse_gone(key, cached)
        finally:
            fresh.unlink(missing_ok=True)
        return cached

    def _load(self, key: str, fresh: Path) -> None:
        with _in_words(), fresh.open("wb") as out:
            size = self._store.head(key)["size"]
            for start in range(0, size, CHUNK):
                out.write(bytes(self._store.get_range(key, start=start, end=min(size, start + CHUNK))))

    def _refuse_gone(self, key: str, cached: Path) -> None:
        """What was taken out of the store while it was fetched does not stay in the cache. Raises NotFound."""
        try:
            with _in_words():
                self._store.head(key)
        except NotFound:
            cached.unlink(missing_ok=True)
            raise

    def remove(self, key: str) -> None:
        with suppress(NotFound), _in_words():
            self._store.delete(_checked(key))
        (self._cache / _checked(key)).unlink(missing_ok=True)

    def probe(self) -> None:
        """Raises RingdeskError where the store cannot be reached, or does not let us in."""
        with suppress(NotFound), _in_words():
            self._store.head("ringdesk-probe")

    @property
    def _store(self) -> Any:
        """The client, made when it is first needed: 16 MB of library that most sites never load."""
        if self._opened is None:
            from obstore.store import S3Store

            bucket, _, prefix = self._settings.archive.removeprefix("s3://").partition("/")
            self._opened = S3Store(bucket, prefix=prefix.strip("/") or None, **self._options())
        return self._opened

    def _options(self) -> dict[str, Any]:
        settings = self._settings
        config: dict[str, Any] = {"region": settings.s3_region or "us-east-1"}
        if settings.s3_endpoint:
            config["endpoint"] = settings.s3_endpoint
        if settings.s3_key:
            config |= {"access_key_id": settings.s3_key, "secret_access_key": settings.s3_secret}
        client = {"timeout": f"{S3_SECONDS}s", "connect_timeout": "5s"}
        if settings.s3_endpoint.startswith("http://"):
            client["allow_http"] = "true"
        retry = {"max_retries": 3, "retry_timeout": timedelta(seconds=S3_SECONDS)}
        return {"config": config, "client_options": client, "retry_config": retry}


@contextmanager
def _in_words() -> Iterator[None]:
    """Errors of the store become ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(NOT_THERE) from error
    except (OSError, RingdeskError):
        raise
    except Exception as error:
        from obstore.exceptions import BaseError, NotFoundError

        if isinstance(error, NotFoundError):
            raise NotFound(NOT_THERE) from error
        if not isinstance(error, BaseError):
            raise
        raise RingdeskError(NO_STORE, reason=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:300]


def _checked(key: str) -> str:
    """A key cannot lead out of the archive. Raises NotFound."""
    if not _KEY.fullmatch(key) or ".." in key.split("/"):
        raise NotFound(NOT_THERE)
    return key


def _made(root: Path, below: str) -> Path:
    """A folder below the root, which nobody else on the machine can look into."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = root / below
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _to_disk(path: Path) -> None:
    """What was written is there after a power cut, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_room(cache: Path, allowed: int) -> None:
    """Take files out of the cache, the oldest first, until it holds no more than `allowed` bytes."""
    files = sorted(_files(cache), key=lambda each: each[1].st_mtime)
    total = sum(found.st_size for _, found in files)
    for path, found in files:
        if total <= allowed:
            return
        path.unlink(missing_ok=True)
        total -= found.st_size


def _files(cache: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What is in the cache; another process may take files out meanwhile."""
    for path in cache.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and ".making" not in path.parts:
                yield path, path.stat()


def clear_workshop(folder: Path) -> None:
    """Take away what killed processes left there: nobody deletes copies that no row knows of. Raises OSError."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.suffix != ".lock" and time.time() - path.stat().st_mtime > LEFT_SECONDS:
                path.unlink()
