"""Between the reader of the PBX's events and the one who works on them: a bounded queue, consumed in order."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

Headers = dict[str, str]
Handler = Callable[[Headers, float], None]
log = structlog.get_logger(__name__)


class EventQueue:
    """Keeps events in the order they came. While held, none is handed on: a snapshot is being taken."""

    def __init__(self, handle: Handler, limit: int = 10_000, batch: int = 200) -> None:
        self._handle = handle
        self._limit = limit
        self._batch = batch
        self._waiting: deque[tuple[Headers, float]] = deque()
        self._held = False
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, headers: Headers, at: float) -> bool:
        """Append an event read at `at` (Unix seconds); False when the queue is full and it was not taken."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append((headers, at))
        if not self._held:
            self._wake.set()
        return True

    def hold(self) -> None:
        """Begin anew: forget what waits, and hand nothing on until `release`."""
        self._held = True
        self._waiting.clear()
        self._wake.clear()

    def release(self) -> None:
        """Hand on what came meanwhile, and everything after it."""
        self._held = False
        self._wake.set()

    async def run(self) -> None:
        """The one consumer. Lets others run after each batch; a handler's error is logged and costs one event."""
        while True:
            await self._wake.wait()
            self._consume_batch()
            if not self._waiting:
                self._wake.clear()
            await asyncio.sleep(0)

    def _consume_batch(self) -> None:
        for _ in range(min(self._batch, len(self._waiting))):
            headers, at = self._waiting.popleft()
            try:
                self._handle(headers, at)
            except Exception:
                log.exception("AMI event failed", event_name=headers.get("Event", ""))
