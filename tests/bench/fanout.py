"""One event of 4 kB to many open panels: Ringdesk beside nginx's nchan module with one worker.

Ringdesk is its panel with its hub in a process of its own, which publishes inside when a byte comes on a socket; nchan
is told by HTTP POST on one connection that stays open. Both have the same readers, in this process, and take turns.
"""

import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from screenpop.errors import RingdeskError
from tests.bench.fanout_server import ringdesk
from tests.bench.measure import RUNS, percentile, without_gc
from tests.bench.nginx import nchan
from tests.bench.subscribers import EVENT, Subscribers
from tests.bench.table import Row

PANELS = (50, 500)
EVENTS = 200
"""In each run, for each figure."""
PAUSE = 0.005
"""Seconds between two events whose time is taken."""
UNDER_WAY = 8
"""Events that are published before the first of them is everywhere, where the rate is taken."""
PEER = "nginx's nchan, one worker"
HOW = (
    "Ringdesk publishes in its own process when a byte comes on a socket; nchan is given the event by HTTP POST on a "
    "connection that stays open. The readers are the same: bare sockets in one process."
)
POST = f"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(EVENT)}\r\n\r\n{EVENT}".encode()


class Peer(NamedTuple):
    """A server that fans out: its port, what a panel sends along, and how it is told to publish."""

    port: int
    headers: str
    tell_port: int
    message: bytes


class Figures(NamedTuple):
    """Milliseconds until the last panel has an event; events a second that all panels have."""

    p50: float
    p99: float
    rate: float


def run(quick: bool) -> list[Row]:
    """Milliseconds, and events a second."""
    events, rounds = (10, 1) if quick else (EVENTS, RUNS)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        ours = stack.enter_context(ringdesk(folder))
        peers, note = [Peer(ours.port, f"Cookie: {ours.cookie}\r\n", ours.tell_port, b".")], HOW
        try:
            port = stack.enter_context(nchan(folder))
            peers.append(Peer(port, "", port, POST))
        except RingdeskError as missing:
            note = f"nginx with nchan could not be had: {missing}"
        rows = [row for panels in PANELS for row in _rows(panels, _medians(panels, events, rounds, peers))]
    return [replace(rows[0], note=note), *rows[1:]]


def _medians(panels: int, events: int, rounds: int, peers: Sequence[Peer]) -> list[Figures]:
    """The medians of each peer; they take turns, so that a slow moment of the machine hits all."""
    turns = [[_figures(peer, panels, events) for peer in peers] for _ in range(rounds)]
    return [Figures(*map(statistics.median, zip(*column, strict=True))) for column in zip(*turns, strict=True)]


def _figures(peer: Peer, panels: int, events: int) -> Figures:
    with closing(Subscribers(peer.port, panels, peer.headers)) as readers, _telling(peer, readers) as teller:
        run = _Run(partial(teller.sendall, peer.message), readers)
        run.rate(2 * UNDER_WAY)  # the first events meet cold caches
        with without_gc():
            times = [run.time() for _ in range(events)]
            return Figures(percentile(times, 0.5), percentile(times, 0.99), run.rate(events))


def _telling(peer: Peer, readers: Subscribers) -> socket.socket:
    """The connection by which the server is told; what it answers is read and forgotten."""
    teller = socket.create_connection(("127.0.0.1", peer.tell_port))
    teller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    readers.watch(teller, lambda: teller.recv(65_536))
    return teller


class _Run:
    """Publishes to readers and waits for them."""

    def __init__(self, publish: Callable[[], None], readers: Subscribers) -> None:
        self._publish, self._readers, self._published = publish, readers, 0

    def time(self) -> float:
        """Milliseconds until the last reader has one event."""
        time.sleep(PAUSE)
        start = time.perf_counter()
        self._send()
        return (self._wait() - start) * 1000

    def rate(self, events: int) -> float:
        """Events a second, as fast as they are read, with some under way at any time."""
        start = time.perf_counter()
        for _ in range(events):
            self._send()
            self._wait(UNDER_WAY)
        return events / (self._wait() - start)

    def _send(self) -> None:
        self._publish()
        self._published += 1

    def _wait(self, but: int = 0) -> float:
        """Until all readers have all events but the last few; the moment."""
        return self._readers.wait((self._published - but) * self._readers.count)


def _rows(panels: int, figures: Sequence[Figures]) -> list[Row]:
    ours, theirs = figures[0], figures[1] if len(figures) > 1 else None
    last = f"4 kB to {panels} panels, until the last has it"
    return [
        Row(
            what=f"{last}, p50",
            value=ours.p50,
            unit="ms",
            better="less",
            peer=PEER,
            peer_value=theirs and theirs.p50,
            budget=theirs and theirs.p50,
        ),
        Row(what=f"{last}, p99", value=ours.p99, unit="ms", better="less", peer=PEER, peer_value=theirs and theirs.p99),
        Row(
            what=f"4 kB to {panels} panels, events that all have",
            value=ours.rate,
            unit="events/s",
            better="more",
            peer=PEER,
            peer_value=theirs and theirs.rate,
            budget=theirs and theirs.rate,
        ),
    ]
