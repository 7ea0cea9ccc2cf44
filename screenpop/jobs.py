"""Work that is done by processes of its own: Huey carries the orders, the rows that they serve are the truth.

An order is a kind and an id, and doing it twice does no harm. What is lost here, by a crash or with the whole file, is
ordered again by a sweep that looks at the rows; so nothing waits for the disk to have it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from huey import SqliteHuey

Kind = Literal["collect", "analyse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FILE = "jobs.db"
PRIORITIES: Mapping[Kind, int] = {"collect": 10, "analyse": 1}
"""The PBX's folder is emptied first."""


class Job(NamedTuple):
    """`id` is that of the recording."""

    kind: Kind
    id: str


class Jobs:
    """The orders of one data directory. Every method touches the disk: call it in `thread`."""

    def __init__(self, data_dir: str | Path) -> None:
        Path(data_dir).mkdir(parents=True, exist_ok=True)
        self._huey = SqliteHuey("ringdesk", filename=str(Path(data_dir) / FILE), results=False, timeout=10)
        self._tasks = {kind: self._huey.task(name=kind, priority=PRIORITIES[kind])(_ordered) for kind in KINDS}
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        """One thread, and so one connection, for all of them."""

    def order(self, *jobs: Job) -> None:
        """Put these on the list."""
        for job in jobs:
            self._tasks[job.kind](job.id)

    def take(self) -> Job | None:
        """The next one, which is off the list now; None where nothing waits."""
        task = self._huey.dequeue()
        return Job(task.name, str(task.args[0])) if task is not None else None

    def waiting(self) -> int:
        """How many wait."""
        return int(self._huey.pending_count())

    def close(self) -> None:
        """Close the file."""
        self.thread.submit(self._huey.storage.close)
        self.thread.shutdown()


def _ordered(id_: str) -> None:
    """Never run: whoever takes a job knows what to do. Huey wants a function for each kind."""
