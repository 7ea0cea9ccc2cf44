"""The supervised link to the PBX: attaches, keeps in step, notices a dead or frozen PBX, comes back by itself."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn

import structlog

from ari_app.ami import AmiConnection, Fields, Headers, LoginRefused, PbxSilent, connect
from ari_app.event_queue import EventQueue
from ari_app.resync import list_channels, read_standing
from screenpop.config import Ami
from screenpop.errors import PbxAway, PbxError, PbxRefused
from screenpop.facts import PbxLinkChanged

State = Literal["connecting", "up", "away", "refused", "frozen", "starting"]
OnSnapshot = Callable[[list[Headers], list[Headers], list[Headers], float], None]
"""Gets the lists of `resync.Standing` and the Unix time they stand for."""
OnListed = Callable[[list[Headers], float], None]
"""Gets the CoreShowChannel messages of all channels, now and then, and the Unix time they stand for."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A dead link is noticed within `ping_every + ping_deadline`."""

    connect: float = 3.0
    answer: float = 5.0
    boot: float = 3.0
    """How long to wait for FullyBooted: a login without the read class `system` is never told."""
    ping_every: float = 5.0
    ping_deadline: float = 5.0
    list_every: float = 60.0
    """How often all channels are listed: one whose end was lost must not stay for ever."""
    retry: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0)
    refused: tuple[float, ...] = (30.0, 60.0, 120.0, 300.0)
    """A refused login is not repeated often: a PBX with fail2ban would shut the door."""


class AmiLink:
    """Runs for ever (`run`); hands on snapshots and events in order, and says how the link stands."""

    def __init__(
        self,
        config: Ami,
        on_event: Callable[[Headers, float], None],
        on_snapshot: OnSnapshot,
        on_state: Callable[[PbxLinkChanged], None],
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
        queue_limit: int = 10_000,
        on_listed: OnListed = lambda channels, at: None,
    ) -> None:
        self._config = config
        self._on_listed = on_listed
        self._on_snapshot = on_snapshot
        self._on_state = on_state
        self._timing = timing or Timing()
        self._clock = clock
        self._queue = EventQueue(on_event, queue_limit)
        self._connection: AmiConnection | None = None
        self._booted = asyncio.Event()
        self._failures = 0
        self._dropped = 0
        self._pauses: tuple[float, ...] = ()
        self._hurry = asyncio.Event()
        self._state = PbxLinkChanged(up=False, state="connecting", reason=f"connecting to {self._address}")

    @property
    def state(self) -> PbxLinkChanged:
        """How the link stands now."""
        return self._state

    @property
    def _address(self) -> str:
        return f"{self._config.host}:{self._config.port}"

    async def run(self) -> None:
        """Attach and stay attached until cancelled."""
        self._publish("connecting", f"connecting to the PBX at {self._address}")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.run())
            group.create_task(self._supervise())

    @property
    def dropped(self) -> int:
        """How many messages were too long, over all connections so far."""
        return self._dropped + (self._connection.dropped if self._connection else 0)

    def retry_now(self) -> None:
        """Do not wait for the next try: somebody has changed something."""
        self._hurry.set()

    async def action(self, fields: Fields, timeout: float = 5.0) -> Headers:
        """Send one action over the link. Raises PbxRefused, PbxAway."""
        return await self.connection().action(fields, timeout)

    def connection(self) -> AmiConnection:
        """The connection while the link is up. Raises PbxAway with the reason why it is not."""
        if self._connection is None or not self._state.up:
            raise PbxAway(self._state.reason)
        return self._connection

    # ------------------------------------------------------------------ supervision

    async def _supervise(self) -> None:
        while True:
            pauses = self._timing.retry
            try:
                await self._session()
            except PbxRefused as refused:
                pauses = self._timing.refused
                self._publish("refused", str(refused))
            except PbxSilent as silent:
                self._publish("frozen", f"the PBX at {self._address} is connected but does not answer: {silent}")
            except PbxError as error:
                self._publish("away", f"no link to the PBX at {self._address}: {error}")
            except Exception as error:
                log.exception("the PBX link failed")
                self._publish("away", f"the link to the PBX at {self._address} failed: {error!r}")
            await self._pause(pauses)

    async def _pause(self, pauses: tuple[float, ...]) -> None:
        self._failures = self._failures + 1 if pauses is self._pauses else 0
        self._pauses = pauses
        self._hurry.clear()
        try:
            async with asyncio.timeout(pauses[min(self._failures, len(pauses) - 1)]):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _session(self) -> NoReturn:
        """One connection from its beginning to its end, which is always an error."""
        self._queue.hold()
        self._booted.clear()
        connection = await connect(self._config.host, self._config.port, self._take, self._timing.connect)
        self._connection = connection
        try:
            await self._attach(connection)
            await self._keep(connection)
        finally:
            self._connection = None
            self._dropped += connection.dropped
            connection.close()

    async def _attach(self, connection: AmiConnection) -> None:
        await self._log_in(connection)
        self._publish("starting", "the PBX is starting, or its calls are being read")
        await self._wait_for_boot()
        await self._resync(connection)
        version = await _version(connection)
        self._pauses = ()
        self._publish("up", version=version)

    async def _log_in(self, connection: AmiConnection) -> None:
        try:
            await connection.login(self._config.username, self._config.secret, self._timing.answer)
        except PbxSilent as silent:
            if connection.spoke and not connection.banner:
                raise PbxAway("what listens there is not an Asterisk manager interface") from silent
            raise
        except LoginRefused as refused:
            raise PbxRefused(
                f"the PBX at {self._address} refuses the login {self._config.username!r} ({refused}): check username "
                "and secret in ringdesk.toml and manager.conf, and the permit and deny lines there"
            ) from refused

    async def _wait_for_boot(self) -> None:
        try:
            async with asyncio.timeout(self._timing.boot):
                await self._booted.wait()
        except TimeoutError:
            log.info("the PBX did not say that it is fully booted; going on")

    async def _resync(self, connection: AmiConnection) -> None:
        """Read what is up and hand it on; the events that came meanwhile are applied after it."""
        try:
            standing = await read_standing(connection)
        except PbxRefused as refused:
            raise PbxRefused(
                f"the PBX at {self._address} does not let {self._config.username!r} list its calls ({refused}): "
                "add reporting to its write line in manager.conf"
            ) from refused
        try:
            self._on_snapshot(standing.channels, standing.bridged, standing.queues, self._clock())
        except Exception:
            log.exception("snapshot failed")
        self._queue.release()

    async def _keep(self, connection: AmiConnection) -> NoReturn:
        """Ping, and list the channels now and then, until the connection is over; raises why."""
        clock = asyncio.get_running_loop().time
        due = clock() + self._timing.list_every
        while True:
            await asyncio.wait([connection.lost], timeout=self._timing.ping_every)
            if connection.lost.done():
                raise PbxAway(connection.lost.result())
            await connection.action({"Action": "Ping"}, self._timing.ping_deadline)
            if clock() >= due:
                self._on_listed(await list_channels(connection), self._clock())
                due = clock() + self._timing.list_every

    # ------------------------------------------------------------------ events and states

    def _take(self, headers: Headers) -> None:
        """Called by the reader for each event."""
        if headers["Event"] == "FullyBooted":
            self._take_boot()
        elif not self._queue.put(headers, self._clock()):
            self._begin_anew("events came faster than they could be handled")

    def _take_boot(self) -> None:
        if self._state.up:
            self._begin_anew("the PBX was still starting")
        self._booted.set()

    def _begin_anew(self, reason: str) -> None:
        """Rather than lose events silently: connect again and read everything afresh."""
        if self._connection is not None and not self._connection.lost.done():
            log.warning("reattaching to the PBX", reason=reason)
            self._connection.close(reason)

    def _publish(self, state: State, reason: str = "", version: str = "") -> None:
        if (state, reason, self._state.since > 0) == (self._state.state, self._state.reason, True):
            return
        since = self._state.since if state == self._state.state else self._clock()
        self._state = PbxLinkChanged(up=state == "up", state=state, reason=reason, version=version, since=since)
        say = log.info if state in ("connecting", "starting", "up") else log.warning
        say("PBX link", state=state, reason=reason)
        self._on_state(self._state)


async def _version(connection: AmiConnection) -> str:
    try:
        return (await connection.action({"Action": "CoreSettings"})).get("AsteriskVersion", "")
    except PbxRefused:
        return ""
