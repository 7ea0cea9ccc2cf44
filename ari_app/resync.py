"""What the PBX is doing right now: channels, who is in which bridge, callers waiting in queues."""

import asyncio
from dataclasses import dataclass
from itertools import chain

import structlog

from ari_app.ami import AmiConnection, Headers
from screenpop.errors import PbxRefused

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Header maps as AMI lists them: CoreShowChannel, BridgeInfoChannel (BridgeUniqueid added), and all that
    QueueStatus tells: QueueParams, QueueMember, QueueEntry."""

    channels: list[Headers]
    bridged: list[Headers]
    queues: list[Headers]


async def read_standing(connection: AmiConnection) -> Standing:
    """Ask for everything that is up.

    Raises PbxRefused when the login may not list channels (write class `reporting`), PbxAway when the link breaks.
    """
    channels = await list_channels(connection)
    bridges = await _listed(connection, "BridgeList")
    members = await asyncio.gather(*(_members(connection, item.get("BridgeUniqueid", "")) for item in bridges))
    queues = await _listed(connection, "QueueStatus")
    return Standing(
        channels,
        list(chain.from_iterable(members)),
        queues,
    )


async def list_channels(connection: AmiConnection) -> list[Headers]:
    """The CoreShowChannel messages of all channels. Raises like `read_standing`."""
    listed = await connection.listing({"Action": "CoreShowChannels"})
    return [item for item in listed if item.get("Event") == "CoreShowChannel"]


async def _members(connection: AmiConnection, bridge: str) -> list[Headers]:
    """Who is in the bridge; nobody when it is gone by now."""
    try:
        members = await connection.listing({"Action": "BridgeInfo", "BridgeUniqueid": bridge})
    except PbxRefused:
        return []
    return [{**member, "BridgeUniqueid": bridge} for member in members]


async def _listed(connection: AmiConnection, action: str) -> list[Headers]:
    """The list, or nothing where the PBX has no such action (its module is not loaded)."""
    try:
        return await connection.listing({"Action": action})
    except PbxRefused as refused:
        log.warning("the PBX does not list", action=action, reason=str(refused))
        return []
