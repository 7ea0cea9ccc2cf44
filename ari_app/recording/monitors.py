"""What the PBX is told about recordings, and asked of them: the monitors on its channels."""

import structlog

from ari_app.link import AmiLink
from screenpop.errors import PbxError, PbxRefused

ID = "RINGDESK_MIXMONITOR"
"""The variable of a channel that holds the PBX's id of our monitor on it; dialplan/record.conf.j2 has the same."""
OPTIONS = f"bSi({ID})"
"""Only while connected; both files keep the same time; its id is kept on the channel, to stop this one and no other."""
NO_CHANNEL = "Ringdesk/none"

log = structlog.get_logger(__name__)


class Monitors:
    """Starts, mutes and stops; the channels are called by the PBX's names of them."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link

    async def start(self, channel: str, stem: str) -> None:
        """Write into files of this name. Raises PbxError."""
        files = f"r(../recording/{stem}-in.wav)t(../recording/{stem}-out.wav)"
        await self._link.action({"Action": "MixMonitor", "Channel": channel, "File": "", "Options": OPTIONS + files})

    async def may_start(self) -> bool:
        """May our login start recordings? Asked by trying it on a channel that there is not."""
        try:
            await self.start(NO_CHANNEL, "rd-0-0c")
        except PbxRefused as refused:
            return "permission" not in str(refused).casefold()
        except PbxError:
            return False
        return True

    async def mute(self, channel: str, paused: bool) -> None:
        """Write silence, or what is said. Raises PbxError."""
        fields = {"Action": "MixMonitorMute", "Channel": channel, "Direction": "both", "State": str(int(paused))}
        await self._link.action(fields)

    async def id_of(self, channel: str) -> str | None:
        """The PBX's id of our monitor on a channel, "" where none was begun; None where that cannot be told."""
        try:
            return (await self._link.action({"Action": "Getvar", "Channel": channel, "Variable": ID})).get("Value", "")
        except PbxError:
            return None

    async def stop(self, channel: str, monitor: str | None) -> None:
        """Stop this one; without an id, the one that was begun last."""
        fields = {"Action": "StopMixMonitor", "Channel": channel}
        try:
            await self._link.action(fields | ({"MixMonitorID": monitor} if monitor else {}))
        except PbxError as error:
            log.warning("a recording could not be stopped", channel=channel, reason=str(error))

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """For the dialplan, which looks at it. Raises PbxError."""
        await self._link.action({"Action": "Setvar", "Channel": channel, "Variable": name, "Value": value})
