"""The data folder, which one service works on at a time: two would take each other's work away, and mail twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from screenpop.errors import BadConfiguration

LOCK = "ringdesk.lock"
KEY = "server.data_dir"


@contextmanager
def held(folder: str) -> Iterator[None]:
    """The folder is ours in the block, and free again when this process ends, however it ends. Raises BadConfiguration
    where another service has it."""
    try:
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)  # what customers said is nobody else's
        lock = os.open(Path(folder) / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadConfiguration(f"the data folder {folder} cannot be used: {error.strerror}", KEY) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise BadConfiguration(f"another Ringdesk runs on the data folder {folder}", KEY) from None
    try:
        yield
    finally:
        os.close(lock)
