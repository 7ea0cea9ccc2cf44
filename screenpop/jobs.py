"""Work that is done by processes of its own: Huey carries the orders, the rows that they serve are the truth.

An order is a kind and an id, and doing it twice does no harm. What is lost here, by a crash or with the whole file, is
ordered again by a sweep that looks at the rows. Each kind has a queue of its own: a long transcript keeps no recording
from being collected.
"""

import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, get_args

import structlog
from huey import SqliteHuey

Kind = Literal["collect", "analyse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FILE = "jobs.db"
BUSY_SECONDS = 10

log = structlog.get_logger(__name__)


class Jobs:
    """The orders of one data directory. Every method touches the disk: call it in `thread`. Raises sqlite3.Error where
    the file cannot be read or written now."""

    def __init__(self, data_dir: str | Path) -> None:
        Path(data_dir).mkdir(parents=True, exist_ok=True)
        self._queues = _opened(Path(data_dir) / FILE)
        self._tasks = {kind: queue.task(name=kind)(_ordered) for kind, queue in self._queues.items()}
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        """One thread, and so one connection, for all of them."""

    def order(self, kind: Kind, ids: Iterable[str]) -> None:
        """Put work on these recordings on the list."""
        for id_ in ids:
            self._tasks[kind](id_)

    def take(self, kind: Kind) -> str | None:
        """The recording that is next, which is off the list now; None where nothing waits."""
        task = self._queues[kind].dequeue()
        return str(task.args[0]) if task is not None else None

    def waiting(self, kind: Kind) -> int:
        """How many wait."""
        return int(self._queues[kind].pending_count())

    def close(self) -> None:
        """Close the file."""
        for queue in self._queues.values():
            self.thread.submit(queue.storage.close)
        self.thread.shutdown()


def _opened(file: Path) -> dict[Kind, SqliteHuey]:
    """The queues of the file. One that is broken is begun anew: the sweep orders again what was on it."""
    try:
        return _queues(file)
    except sqlite3.OperationalError:  # locked, or the disk is full: it may be whole
        raise
    except sqlite3.DatabaseError as error:
        log.error("the list of jobs was broken and is begun anew", file=str(file), reason=str(error))
        for each in (file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm"))):
            each.unlink(missing_ok=True)
        return _queues(file)


def _queues(file: Path) -> dict[Kind, SqliteHuey]:
    return {kind: SqliteHuey(kind, filename=str(file), results=False, timeout=BUSY_SECONDS) for kind in KINDS}


def _ordered(id_: str) -> None:
    """Never run: who takes an order knows what to do. Huey wants a function for each kind."""
