"""Collect recordings, each in a process that is killed by the system at one step of it.

`python -m tests.ari_app.recording.killed FOLDER`: for each step there is a folder of its name with a room in it.
"""

import asyncio
import inspect
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from ari_app.recording import collect as collecting
from ari_app.recording import sound
from ari_app.recording.sources import FolderSource
from screenpop.config import Config, Recordings, Server
from screenpop.recordings import archive, store
from screenpop.recordings.archive import FolderArchive
from screenpop.store.engine import Store

Moment = Literal["before", "after"]
STEPS: dict[str, tuple[Any, str, Moment]] = {
    "the place is chosen": (collecting, "_key_of", "after"),
    "joining begins": (sound, "make", "before"),
    "joined and verified": (sound, "make", "after"),
    "the joined file is complete": (archive, "_to_disk", "before"),
    "in the archive": (FolderArchive, "put", "after"),
    "the row is not committed": (store, "keep", "after"),
    "the row is written": (collecting, "_write_down", "after"),
    "the row is on disk": (Store, "sync", "after"),
    "one of the PBX's files is gone": (FolderSource, "remove", "after"),
    "all of them are gone": (collecting, "remove_sources", "after"),
}
"""What is called there, and on which side of it the process ends."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(right: Callable[..., Any], moment: Moment) -> Callable[..., Any]:
    """The same function, and the end."""

    async def slowly(*given: Any, **named: Any) -> None:
        if moment == "after":
            await right(*given, **named)
        die()

    def at_once(*given: Any, **named: Any) -> None:
        if moment == "after":
            right(*given, **named)
        die()

    return slowly if inspect.iscoroutinefunction(right) else at_once


def collect_and_die(room: Path, step: str) -> None:
    owner, name, moment = STEPS[step]
    setattr(owner, name, deadly(getattr(owner, name), moment))
    recordings = Recordings(folder=str(room / "spool"), archive=str(room / "archive"), min_free_mb=0)
    asyncio.run(collecting.collect(Config(server=Server(data_dir=str(room)), recordings=recordings), "r"))


def main(folder: Path) -> None:
    for step in STEPS:
        child = os.fork()
        if child == 0:
            try:
                collect_and_die(folder / step, step)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), step
        assert os.WTERMSIG(status) == signal.SIGKILL, step


if __name__ == "__main__":
    main(Path(sys.argv[1]))
