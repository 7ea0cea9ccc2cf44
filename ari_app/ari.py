"""A thin client of Asterisk's REST interface: the operations that are used, and nothing else.

Raises PbxRefused with the PBX's own words for a no, PbxAway when it is not there or does not answer in time.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from ari_app.ari_model import AsteriskInfo, AsteriskPing, Bridge, Channel, Endpoint, Module, StoredRecording
from screenpop.config import Ari as AriConfig
from screenpop.errors import PbxAway, PbxRefused

T = TypeVar("T")
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Operation:
    """One REST operation as `/ari/api-docs` writes it: `{name}` in the path, and the query parameters used."""

    method: str
    path: str
    query: tuple[str, ...] = ()


INFO = Operation("GET", "/asterisk/info")
PING = Operation("GET", "/asterisk/ping")
MODULES = Operation("GET", "/asterisk/modules")
CHANNELS = Operation("GET", "/channels")
ORIGINATE = Operation(
    "POST",
    "/channels",
    ("endpoint", "extension", "context", "priority", "app", "appArgs", "callerId", "timeout", "channelId"),
)
CREATE = Operation("POST", "/channels/create", ("endpoint", "app", "channelId"))
HANG_UP = Operation("DELETE", "/channels/{channelId}", ("reason",))
BRIDGES = Operation("GET", "/bridges")
ENDPOINTS = Operation("GET", "/endpoints")
STORED = Operation("GET", "/recordings/stored")
STORED_ONE = Operation("GET", "/recordings/stored/{recordingName}")
STORED_FILE = Operation("GET", "/recordings/stored/{recordingName}/file")
REMOVE_STORED = Operation("DELETE", "/recordings/stored/{recordingName}")
EVENTS = Operation("GET", "/events", ("app", "subscribeAll"))
OPERATIONS = (
    INFO, PING, MODULES, CHANNELS, ORIGINATE, CREATE, HANG_UP, BRIDGES, ENDPOINTS, STORED, STORED_ONE, STORED_FILE,
    REMOVE_STORED, EVENTS,
)  # fmt: skip


class NotOnPbx(PbxRefused):
    """ARI has nothing of that name (404)."""


class Ari:
    """Use it as a context manager, or call `close`. Each request takes at most `timeout` seconds."""

    def __init__(self, config: AriConfig, timeout: float = 5.0) -> None:
        self._base = URL(config.url.rstrip("/") + "/ari")
        self._username = config.username
        self._session = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(config.username, config.password)},
            timeout=aiohttp.ClientTimeout(total=timeout),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    # ------------------------------------------------------------------ the PBX

    async def info(self) -> AsteriskInfo:
        return await self._ask(INFO, AsteriskInfo)

    async def ping(self) -> AsteriskPing:
        return await self._ask(PING, AsteriskPing)

    async def modules(self) -> list[Module]:
        return await self._ask(MODULES, list[Module])

    async def endpoints(self) -> list[Endpoint]:
        return await self._ask(ENDPOINTS, list[Endpoint])

    # ------------------------------------------------------------------ calls

    async def channels(self) -> list[Channel]:
        return await self._ask(CHANNELS, list[Channel])

    async def bridges(self) -> list[Bridge]:
        return await self._ask(BRIDGES, list[Bridge])

    async def originate(self, endpoint: str, **query: str) -> Channel:
        """Call `endpoint` (`PJSIP/101`); `query` takes the parameters of the operation, such as extension, context."""
        return await self._ask(ORIGINATE, Channel, query={"endpoint": endpoint, **query})

    async def create_channel(self, endpoint: str, app: str) -> Channel:
        """Make a channel without calling anybody."""
        return await self._ask(CREATE, Channel, query={"endpoint": endpoint, "app": app})

    async def hang_up(self, channel_id: str, reason: str = "normal") -> None:
        await self._request(HANG_UP, {"channelId": channel_id}, {"reason": reason})

    # ------------------------------------------------------------------ recordings

    async def stored_recordings(self) -> list[StoredRecording]:
        return await self._ask(STORED, list[StoredRecording])

    async def stored_recording(self, name: str) -> StoredRecording:
        """One of them; raises NotOnPbx."""
        body = await self._request(STORED_ONE, {"recordingName": name}, {})
        return msgspec.json.decode(body, type=StoredRecording)

    async def remove_recording(self, name: str) -> None:
        """Delete the file of a stored recording; raises NotOnPbx."""
        await self._request(REMOVE_STORED, {"recordingName": name}, {})

    async def recording(self, name: str) -> AsyncIterator[bytes]:
        """The file of a stored recording, in chunks. The time limit of requests is for each chunk here."""
        url = self._url(STORED_FILE, {"recordingName": name})
        patient = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=10.0)
        try:
            async with self._session.get(url, timeout=patient) as response:
                await self._refuse_error(response)
                async for chunk in response.content.iter_chunked(CHUNK):
                    yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._away(error) from error

    # ------------------------------------------------------------------ events

    async def websocket(self, app: str, subscribe_all: bool = True) -> aiohttp.ClientWebSocketResponse:
        """The event stream of `app`; pings by itself, so that a half-open one is noticed within 15 s."""
        url = self._url(EVENTS).with_query(app=app, subscribeAll=str(subscribe_all).lower())
        try:
            return await self._session.ws_connect(url, heartbeat=10.0, max_msg_size=1 << 20)
        except aiohttp.WSServerHandshakeError as error:
            raise PbxRefused(self._refusal(error.status, error.message)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._away(error) from error

    # ------------------------------------------------------------------ requests

    async def _ask(self, operation: Operation, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        body = await self._request(operation, {}, query or {})
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError as error:
            raise PbxRefused(f"ARI answered {operation.path} with something else: {error}") from error

    async def _request(self, operation: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> bytes:
        url = self._url(operation, path).extend_query(query)
        try:
            async with self._session.request(operation.method, url) as response:
                await self._refuse_error(response)
                return await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._away(error) from error

    def _url(self, operation: Operation, path: Mapping[str, str] | None = None) -> URL:
        """Values are quoted whole: a slash in a recording's name is `%2F`."""
        quoted = {name: quote(value, safe="") for name, value in (path or {}).items()}
        return URL(f"{self._base}{operation.path.format_map(quoted)}", encoded=True)

    async def _refuse_error(self, response: aiohttp.ClientResponse) -> None:
        if response.status >= 400:
            refusal = NotOnPbx if response.status == 404 else PbxRefused
            raise refusal(self._refusal(response.status, _message(await response.read())))

    def _refusal(self, status: int, message: str) -> str:
        if status == 401:
            return (
                f"ARI refuses the login {self._username!r}: check username and password in ringdesk.toml and ari.conf"
            )
        return f"ARI says no ({status}): {message}" if message else f"ARI says no ({status})"

    def _away(self, error: Exception) -> PbxAway:
        return PbxAway(f"ARI at {self._base} cannot be reached: {_reason(error)}")


def _reason(error: Exception) -> str:
    """Why, without the address again, which aiohttp repeats."""
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        return "nothing listens there" if refused else error.os_error.strerror or str(error.os_error)
    return str(error) or "no answer in time"


def _message(body: bytes) -> str:
    try:
        said: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    return str(said.get("message") or said.get("error") or "") if isinstance(said, dict) else ""
