"""The hub: what happens goes to the open panels of those whom it concerns, at once.

An event is encoded once and written to each subscriber in the same call: no queue and no task switch per
delivery. Each event has an id `EPOCH.NUMBER`, EPOCH being the start of this process, so that ids never repeat
after a restart. A panel that comes back with the last id it saw gets what it missed from a ring; where the ring
no longer reaches, it gets `refetch` and asks for a fresh snapshot. The format is that of Server-Sent Events
(WHATWG HTML, section 9.2).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

import structlog

HEARTBEAT_SECONDS = 15.0
RING_EVENTS = 2_000
MAX_BACKLOG = 1 << 20
"""Bytes that may wait for a subscriber before it counts as stuck."""

log = structlog.get_logger(__name__)


class Sink(Protocol):
    """One open panel's end of the line. Its methods neither wait nor raise."""

    def write(self, data: bytes) -> None:
        """Take `data`; it is the same object for every sink."""

    def backlog(self) -> int:
        """Bytes taken but not yet passed on."""

    def close(self) -> None:
        """End the stream; the panel may come back."""


class Subscription(NamedTuple):
    """One open stream: whose it is, the session it came with, and where it leads."""

    user_id: str
    session: str
    sink: Sink


class Event(NamedTuple):
    """One event of the ring. `to` is None for everybody who is signed in."""

    number: int
    to: frozenset[str] | None
    data: bytes


class Hub:
    """Sends events to open panels. Everything runs in the loop's thread; nothing here waits but `run`."""

    def __init__(
        self,
        epoch: str = "",
        ring: int = RING_EVENTS,
        max_backlog: int = MAX_BACKLOG,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self.epoch = epoch or f"{time.time_ns() // 1_000_000:x}"
        self._heartbeat = heartbeat
        self._max_backlog = max_backlog
        self._number = 0
        self._ring: deque[Event] = deque(maxlen=ring)
        self._subscriptions: list[Subscription] = []
        self._watchers: list[Callable[[str, int], None]] = []
        self._closed = False

    @property
    def last_id(self) -> str:
        """The id of the newest event; a snapshot taken now holds everything up to it."""
        return f"{self.epoch}.{self._number}"

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._subscriptions)

    def watch(self, watcher: Callable[[str, int], None]) -> None:
        """Call `watcher(user_id, open_streams)` whenever a user's number of open streams changed."""
        self._watchers.append(watcher)

    def publish(self, kind: str, data: bytes | str, to: Collection[str] | None) -> str:
        """Send an event of `kind` to the users `to` (None: all); returns its id.

        `data` is one JSON text; a line feed in it would end the field, so JSON must be written without.
        """
        self._number += 1
        recipients = None if to is None else frozenset(to)
        event = Event(self._number, recipients, encode(kind, data, self.last_id))
        self._ring.append(event)
        for subscription in tuple(self._subscriptions):
            if recipients is None or subscription.user_id in recipients:
                self._deliver(subscription, event.data)
        return self.last_id

    def subscribe(self, user_id: str, session: str, sink: Sink, last_event_id: str = "") -> Callable[[], None]:
        """Send `user_id`'s events to `sink` from now on; first what was missed since `last_event_id`.

        Returns what ends the subscription; calling that twice does no harm.
        """
        subscription = Subscription(user_id, session, sink)
        if self._closed:
            sink.close()
            return lambda: None
        for data in self._missed(user_id, last_event_id):
            sink.write(data)
        self._subscriptions.append(subscription)
        self._tell_watchers(user_id)
        return lambda: self._remove(subscription)

    def disconnect(self, user_id: str = "", session: str = "") -> None:
        """End the streams of `user_id`, or those of one session."""
        for subscription in tuple(self._subscriptions):
            if (user_id and subscription.user_id == user_id) or (session and subscription.session == session):
                self._cut(subscription)

    def is_open(self, user_id: str) -> bool:
        """Has `user_id` a panel open?"""
        return any(subscription.user_id == user_id for subscription in self._subscriptions)

    def close(self) -> None:
        """End every stream; new ones are ended at once. For the shutdown."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            self._cut(subscription)

    async def run(self) -> None:
        """Send a `beat` to every stream now and then, so that both ends notice a dead line."""
        beat = encode("beat", "{}", "")
        while not self._closed:
            await asyncio.sleep(self._heartbeat)
            for subscription in tuple(self._subscriptions):
                self._deliver(subscription, beat)

    def _missed(self, user_id: str, last_event_id: str) -> list[bytes]:
        if not last_event_id:
            return [encode("hello", "{}", self.last_id)]
        seen = self._number_of(last_event_id)
        oldest = self._ring[0].number if self._ring else self._number + 1
        if seen is None or seen > self._number or seen < oldest - 1:
            return [encode("refetch", "{}", self.last_id)]
        return [event.data for event in self._ring if event.number > seen and (event.to is None or user_id in event.to)]

    def _number_of(self, event_id: str) -> int | None:
        epoch, _, number = event_id.partition(".")
        ours = epoch == self.epoch and number.isascii() and number.isdigit() and len(number) < 18
        return int(number) if ours else None

    def _deliver(self, subscription: Subscription, data: bytes) -> None:
        if subscription.sink.backlog() > self._max_backlog:
            log.warning("stream cut: its panel does not read", user=subscription.user_id)
            self._cut(subscription)
            return
        subscription.sink.write(data)

    def _cut(self, subscription: Subscription) -> None:
        subscription.sink.close()
        self._remove(subscription)

    def _remove(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._tell_watchers(subscription.user_id)

    def _tell_watchers(self, user_id: str) -> None:
        count = sum(1 for subscription in self._subscriptions if subscription.user_id == user_id)
        for watcher in self._watchers:
            watcher(user_id, count)


def encode(kind: str, data: bytes | str, event_id: str) -> bytes:
    """An event as it stands on the wire; without an id where `event_id` is ""."""
    payload = data.encode() if isinstance(data, str) else data
    head = f"id: {event_id}\nevent: {kind}\ndata: " if event_id else f"event: {kind}\ndata: "
    return head.encode() + payload + b"\n\n"
