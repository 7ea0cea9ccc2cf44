"""Between the reader of the PBX's events and the one who works on them: a bounded queue, consumed in order."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)


class EventQueue(Generic[T]):
    """Keeps events in the order they came. While held, none is handed on: a snapshot is being taken."""

    def __init__(self, handle: Callable[[T, float], None], limit: int = 10_000, turn: float = 0.01) -> None:
        self._handle = handle
        self._limit = limit
        self._turn = turn
        self._waiting: deque[tuple[T, float]] = deque()
        self._held = False
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: T, at: float) -> bool:
        """Append an event read at `at` (Unix seconds); False when the queue is full and it was not taken."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append((event, at))
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
        """The one consumer. Lets others run after `turn` seconds; a handler's error is logged and costs one event."""
        while True:
            await self._wake.wait()
            self._consume(time.monotonic() + self._turn)
            if not self._waiting:
                self._wake.clear()
            await asyncio.sleep(0)

    def _consume(self, until: float) -> None:
        while self._waiting and time.monotonic() < until:
            event, at = self._waiting.popleft()
            try:
                self._handle(event, at)
            except Exception:
                log.exception("PBX event failed")
