"""The FastAGI server: who may ask, how many at once, and which verbs there are."""

import asyncio
import errno
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog

from agi.handlers import Handler
from agi.session import Session
from screenpop.config import Agi
from screenpop.errors import BadConfiguration

MAX_SESSIONS = 500
"""At once. A session lives for some milliseconds: this is hundreds of times what a busy PBX needs."""
QUIET_SECONDS = 5.0
"""A complaint is written at most once in this time; the next line says how many were left out."""

log = structlog.get_logger(__name__)


class AgiServer:
    """Listens for Asterisk. Every session is on its own: none can hold up or harm another."""

    def __init__(self, config: Agi, verbs: Mapping[str, Handler], max_sessions: int = MAX_SESSIONS) -> None:
        self.deadline = config.deadline_ms / 1000
        self._config = config
        self._verbs = verbs
        self._max_sessions = max_sessions
        self._sessions: set[Session] = set()
        self._complaints = _Complaints()
        self._server: asyncio.Server | None = None
        networks = [_network(text) for text in config.allow]
        self._allowed = lru_cache(maxsize=256)(lambda address: _is_within(address, networks))

    @property
    def port(self) -> int:
        """The port it listens on: the configured one, or what the system chose for 0."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def sessions(self) -> int:
        """How many are open now."""
        return len(self._sessions)

    async def start(self) -> None:
        """Listen. Raises BadConfiguration where the address or the port cannot be had."""
        host, port = self._config.host, self._config.port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Session(self), host, port, backlog=self._max_sessions)
        except OSError as error:
            raise BadConfiguration(_cannot_listen(host, port, error), "agi.port") from error
        log.info("agi listens", host=host, port=self.port)

    async def close(self) -> None:
        """Stop listening and end what is open; the dialplan goes on by itself."""
        if self._server is None:
            return
        self._server.close()
        for session in tuple(self._sessions):
            session.end("ringdesk stops")
        await self._server.wait_closed()

    def admit(self, session: Session, address: str) -> bool:
        """Whether `session` from `address` may go on."""
        if not self._allowed(address):
            self.complain("peer not allowed", peer=address)
            return False
        if len(self._sessions) >= self._max_sessions:
            self.complain("too many sessions", limit=self._max_sessions)
            return False
        self._sessions.add(session)
        return True

    def leave(self, session: Session) -> None:
        """Forget a session that is over."""
        self._sessions.discard(session)

    def handler(self, verb: str) -> Handler | None:
        """What answers `verb`, or None."""
        return self._verbs.get(verb)

    def complain(self, reason: str, **details: object) -> None:
        """Log why a session ended early, without letting a hostile peer fill the disk."""
        left_out = self._complaints.due(reason, asyncio.get_running_loop().time())
        if left_out is not None:
            log.warning("agi session ended", reason=reason, left_out=left_out, **details)


class _Complaints:
    """Which complaint is due, and how many were swallowed since the last one. Reasons are few and our own."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def due(self, reason: str, now: float) -> int | None:
        """None while `reason` is to be quiet, else how often it was left out since it was last due."""
        if now - self._last.get(reason, float("-inf")) < QUIET_SECONDS:
            self._left_out[reason] = self._left_out.get(reason, 0) + 1
            return None
        self._last[reason] = now
        return self._left_out.pop(reason, 0)


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: stop what listens there, or set another agi.port"
    return f"FastAGI cannot listen on {host}:{port}: {error.strerror}"


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise BadConfiguration(f"{text!r} is not an address or a network", "agi.allow") from error


def _is_within(address: str, networks: list[IPv4Network | IPv6Network]) -> bool:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
    return any(ip in network for network in networks)
