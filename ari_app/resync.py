"""What the PBX is doing right now: channels, bridges with their members, callers waiting in queues."""

import asyncio
from dataclasses import dataclass

import structlog

from ari_app.ami import AmiConnection, Headers
from screenpop.errors import PbxRefused

Bridge = dict[str, str | list[Headers]]
"""The headers of a bridge, and under "members" the headers of each channel in it."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Header maps as AMI lists them: CoreShowChannel, BridgeListItem (with members), QueueEntry."""

    channels: list[Headers]
    bridges: list[Bridge]
    queue_entries: list[Headers]


async def read_standing(connection: AmiConnection) -> Standing:
    """Ask for everything that is up.

    Raises PbxRefused when the login may not list channels (write class `reporting`), PbxAway when the link breaks.
    """
    channels = await connection.listing({"Action": "CoreShowChannels"})
    bridges = await asyncio.gather(*map(_Members(connection).add, await _listed(connection, "BridgeList")))
    queues = await _listed(connection, "QueueStatus")
    return Standing(
        [item for item in channels if item.get("Event") == "CoreShowChannel"],
        [bridge for bridge in bridges if bridge],
        [item for item in queues if item.get("Event") == "QueueEntry"],
    )


@dataclass(frozen=True, slots=True)
class _Members:
    connection: AmiConnection

    async def add(self, bridge: Headers) -> Bridge:
        """The bridge with its members; {} when it is gone by now."""
        fields = {"Action": "BridgeInfo", "BridgeUniqueid": bridge.get("BridgeUniqueid", "")}
        try:
            members = await self.connection.listing(fields)
        except PbxRefused:
            return {}
        return {**bridge, "members": members}


async def _listed(connection: AmiConnection, action: str) -> list[Headers]:
    """The list, or nothing where the PBX has no such action (its module is not loaded)."""
    try:
        return await connection.listing({"Action": action})
    except PbxRefused as refused:
        log.warning("the PBX does not list", action=action, reason=str(refused))
        return []
