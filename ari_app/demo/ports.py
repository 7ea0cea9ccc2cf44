"""Free ports on the loopback interface."""

import secrets
import socket

LOOPBACK = "127.0.0.1"
FIRST, LAST = 15_000, 32_000
"""Below the ports that Linux gives to connections (net.ipv4.ip_local_port_range begins at 32768)."""
TRIES = 1_000


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> tuple[int, ...]:
    """`count` different ports that nobody uses at this moment, of those that the system gives to nobody by itself:
    one of its own choice may be another connection's before it is listened at. Raises OSError."""
    found: list[int] = []
    for _ in range(TRIES):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if port not in found and is_free(port, kind):
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise OSError(f"no {count} free ports between {FIRST} and {LAST}")


def is_free(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> bool:
    """Can somebody listen at `port` now?"""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind is socket.SOCK_STREAM))
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_media_block(size: int = 400) -> int:
    """The first of `size` neighbouring UDP ports, an even one, for the voice of one Asterisk."""
    for start in free_ports(50, socket.SOCK_DGRAM):
        first = min(start & ~1, 65535 - size)
        if all(is_free(port, socket.SOCK_DGRAM) for port in range(first, first + size, size // 8)):
            return first
    raise OSError("no free block of UDP ports for voice")
