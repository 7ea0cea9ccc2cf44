"""What ARI says, as types: the fields that are used. Fields and events that a newer Asterisk adds are let pass.

The names are those of Asterisk's own `/ari/api-docs` (a test holds them against it).
"""

from typing import Any

import msgspec


class CallerId(msgspec.Struct, frozen=True):
    name: str = ""
    number: str = ""


class DialplanCEP(msgspec.Struct, frozen=True):
    """Where in the dialplan a channel is."""

    context: str = ""
    exten: str = ""
    priority: int = 0
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True):
    """`state`: Down, Ring (it calls us), Ringing (we call it), Up …"""

    id: str
    name: str = ""
    state: str = ""
    caller: CallerId = CallerId()
    connected: CallerId = CallerId()
    accountcode: str = ""
    dialplan: DialplanCEP = DialplanCEP()
    creationtime: str = ""
    language: str = ""
    protocol_id: str = ""


class Bridge(msgspec.Struct, frozen=True):
    id: str
    technology: str = ""
    bridge_type: str = ""
    bridge_class: str = ""
    creator: str = ""
    name: str = ""
    channels: tuple[str, ...] = ()


class Endpoint(msgspec.Struct, frozen=True):
    """`state`: unknown, offline or online."""

    technology: str
    resource: str
    state: str = "unknown"
    channel_ids: tuple[str, ...] = ()


class StoredRecording(msgspec.Struct, frozen=True):
    """`name` may hold slashes: it is the path under the recording folder without the format's ending."""

    name: str
    format: str = ""


class SystemInfo(msgspec.Struct, frozen=True):
    version: str = ""
    entity_id: str = ""


class StatusInfo(msgspec.Struct, frozen=True):
    startup_time: str = ""
    last_reload_time: str = ""


class AsteriskInfo(msgspec.Struct, frozen=True):
    system: SystemInfo = SystemInfo()
    status: StatusInfo = StatusInfo()


class AsteriskPing(msgspec.Struct, frozen=True):
    asterisk_id: str = ""
    ping: str = ""
    timestamp: str = ""


class Module(msgspec.Struct, frozen=True):
    name: str
    status: str = ""
    support_level: str = ""


class Event(msgspec.Struct, frozen=True):
    """Any event: `type` tells which, and each carries some of the rest."""

    type: str
    application: str = ""
    timestamp: str = ""
    channel: Channel | None = None
    bridge: Bridge | None = None
    endpoint: Endpoint | None = None
    recording: dict[str, Any] | None = None
    playback: dict[str, Any] | None = None
    args: tuple[str, ...] = ()
    cause: int = 0
