"""The event stream of ARI: read, queued, handled in order; connected again by itself."""

import asyncio
import time
from collections.abc import Callable

import aiohttp
import msgspec
import structlog

from ari_app.ari import Ari
from ari_app.ari_model import Event
from ari_app.event_queue import EventQueue
from screenpop.errors import PbxAway, PbxError

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
QUEUE = 2_000
log = structlog.get_logger(__name__)
_decode = msgspec.json.Decoder(Event).decode


class AriEvents:
    """Runs for ever (`run`). `on_event` is called in order; what cannot be read is logged and skipped."""

    def __init__(
        self,
        ari: Ari,
        app: str,
        on_event: Callable[[Event, float], None],
        retry: tuple[float, ...] = RETRY_SECONDS,
        clock: Callable[[], float] = time.time,
        queue_limit: int = QUEUE,
    ) -> None:
        self._ari = ari
        self._app = app
        self._retry = retry
        self._clock = clock
        self._queue: EventQueue[Event] = EventQueue(on_event, queue_limit)
        self._failures = 0
        self.up = False

    async def run(self) -> None:
        """Read events until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.run())
            group.create_task(self._supervise())

    async def _supervise(self) -> None:
        while True:
            try:
                await self._session()
            except PbxError as error:
                log.warning("no ARI events", reason=str(error))
            self.up = False
            pause = self._retry[min(self._failures, len(self._retry) - 1)]
            self._failures += 1
            await asyncio.sleep(pause)

    async def _session(self) -> None:
        """One websocket to its end. It is read by one task only, and closed whatever happens."""
        async with await self._ari.websocket(self._app) as stream:
            self.up, self._failures = True, 0
            async for message in stream:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        raise PbxAway("the PBX closed the event stream")

    def _take(self, text: str) -> None:
        try:
            event = _decode(text)
        except msgspec.DecodeError as error:
            log.warning("ARI event cannot be read", reason=str(error))
            return
        if not self._queue.put(event, self._clock()):
            raise PbxAway("events came faster than they could be handled")
