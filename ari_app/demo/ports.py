"""Free ports on the loopback interface."""

import socket

LOOPBACK = "127.0.0.1"


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> tuple[int, ...]:
    """`count` different ports that nobody uses at this moment."""
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return tuple(int(one.getsockname()[1]) for one in sockets)
    finally:
        for one in sockets:
            one.close()


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
