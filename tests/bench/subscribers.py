"""Open panels that only read, as cheaply as Python can: bare sockets and `epoll`, no event loop.

Whoever publishes ends each event with MARK, which stands nowhere else: so that a piece of a stream, however it was
cut, says how many events end in it.
"""

import select
import socket
import time
from collections.abc import Callable

MARK = b"~"
EVENT = "x" * 4_000 + MARK.decode()
LATEST = 30.0
"""Seconds without anything: then something is wrong."""


class Subscribers:
    """`count` streams of the server at `port`, with these headers. Close it at the end."""

    def __init__(self, port: int, count: int, headers: str) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._came = 0
        self._watched: dict[int, Callable[[], object]] = {}
        request = f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{headers}\r\n".encode()
        for _ in range(count):
            self._open(port, request)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._sockets)

    def watch(self, other: socket.socket, read: Callable[[], object]) -> None:
        """Call `read` when `other` can be read, too."""
        self._watched[other.fileno()] = read
        self._poll.register(other, select.EPOLLIN)

    def wait(self, total: int) -> float:
        """Read until so many ends of events came since the beginning, over all streams; the moment of the last."""
        while self._came < total:
            ready = self._poll.poll(LATEST)
            assert ready, f"{total - self._came} deliveries did not come"
            for handle, _ in ready:
                if handle in self._sockets:
                    self._came += self._read(handle)
                else:
                    self._watched[handle]()
        return time.perf_counter()

    def close(self) -> None:
        """End all streams."""
        for each in self._sockets.values():
            each.close()
        self._poll.close()

    def _open(self, port: int, request: bytes) -> None:
        stream = socket.create_connection(("127.0.0.1", port))
        stream.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(65_536)
        assert b" 200 " in head.partition(b"\r\n")[0], head
        self._sockets[stream.fileno()] = stream
        self._poll.register(stream, select.EPOLLIN)

    def _read(self, handle: int) -> int:
        data = self._sockets[handle].recv(65_536)
        assert data, "a stream was cut"
        return data.count(MARK)
