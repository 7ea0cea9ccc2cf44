"""What the work of a worker process is done with."""

import os
import socket
from dataclasses import dataclass, field
from functools import cached_property

import structlog

from ari_app.analysis.engines import Engine, make_engine
from ari_app.recording.collect import Tools
from ari_app.recording.sources import source_of
from screenpop.analysis import tracker_store
from screenpop.analysis.tracking import Ears
from screenpop.bus import Bus
from screenpop.config import Config
from screenpop.core import store_url
from screenpop.errors import BadInput, RingdeskError
from screenpop.ids import new_id
from screenpop.problems import kept
from screenpop.recordings.archive import open_archive
from screenpop.store.engine import Store

log = structlog.get_logger(__name__)


def name_by_hand() -> str:
    """A name for a worker that somebody started."""
    return f"{socket.gethostname()}/{os.getpid()}/{new_id()}"


@dataclass
class Workshop:
    """One worker's things. `name` holds the rows it works on; what it publishes on `bus` is told to the service."""

    config: Config
    name: str
    store: Store
    bus: Bus = field(default_factory=Bus)

    @classmethod
    def open(cls, config: Config, name: str) -> "Workshop":
        """On the store of this configuration, which must be migrated."""
        return cls(config, name, Store.open(store_url(config)))

    @cached_property
    def tools(self) -> Tools:
        """For collecting. Raises BadConfiguration."""
        return Tools(self.store, source_of(self.config), open_archive(self.config), self.config)

    @cached_property
    def engine(self) -> tuple[Engine | None, str]:
        """What writes transcripts, and why there is none where one was asked for, as the database keeps it. Takes a
        second."""
        try:
            return make_engine(self.config.analysis), ""
        except RingdeskError as error:
            log.warning("transcripts cannot be written", reason=str(error))
            return None, kept(error)

    async def ears(self) -> Ears:
        """The trackers as they are now; one that cannot be read is left out."""
        async with self.store.read() as tx:
            trackers = await tracker_store.all_of(tx)
        try:
            return Ears(trackers)
        except BadInput as error:
            log.warning("a tracker cannot be used", reason=str(error))
            return Ears([each for each in trackers if _usable(each)])


def _usable(tracker: object) -> bool:
    try:
        Ears([tracker])  # type: ignore[list-item]
    except BadInput:
        return False
    return True
