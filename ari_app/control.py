"""Acts on calls, for whoever asks through `screenpop.pbx.PbxControl`."""

import asyncio
from collections.abc import Callable, Sequence

from ari_app.ami import Headers
from ari_app.link import AmiLink
from screenpop.agents.directory import Directory
from screenpop.errors import PbxError, PbxRefused

RING_SECONDS = 30
_REASONS = {
    "0": "cannot be reached",
    "1": "did not answer",
    "3": "did not answer",
    "5": "is busy",
    "8": "is not available",
}
"""Reason of OriginateResponse: the control frame that ended the attempt (frame.h of Asterisk)."""


class AmiControl:
    """PbxControl over AMI. `channels_of(call id, extension)` names the channels that an extension has in a call."""

    def __init__(
        self,
        link: AmiLink,
        directory: Callable[[], Directory],
        channels_of: Callable[[str, str], Sequence[str]],
        context: str,
        technology: str = "PJSIP",
    ) -> None:
        self._link = link
        self._directory = directory
        self._channels_of = channels_of
        self._context = context
        self._technology = technology

    async def originate(self, extension: str, number: str, caller_name: str = "") -> None:
        """Ring `extension`; when it answers, call `number` (dialled as given, in the agents' context).

        Returns when the extension answered. Raises PbxRefused when it did not within 30 s, or is none of ours.
        """
        fields = {
            "Action": "Originate",
            "Channel": self.device_of(extension),
            "Context": self._context,
            "Exten": _dialled(number),
            "Priority": "1",
            "CallerID": f'"{quoted(caller_name or number)}" <{_dialled(number)}>',
            "Timeout": str(RING_SECONDS * 1000),
            "Async": "true",
        }
        refuse_failure(await self._link.connection().originate(fields, RING_SECONDS + 5), extension)

    async def hang_up(self, call_id: str, extension: str) -> None:
        """End the part that `extension` has in the call. Raises PbxRefused when it has none."""
        channels = self._channels_of(call_id, extension)
        if not channels:
            raise PbxRefused(f"{extension} has no part in this call any more")
        actions = [self._link.action({"Action": "Hangup", "Channel": name, "Cause": "16"}) for name in channels]
        errors = [done for done in await asyncio.gather(*actions, return_exceptions=True) if isinstance(done, PbxError)]
        if len(errors) == len(channels):
            raise errors[0]

    def device_of(self, extension: str) -> str:
        """The device that rings: the first one named for the extension, else the one of its number.

        Raises PbxRefused for what is no extension.
        """
        directory = self._directory()
        if extension not in directory:
            raise PbxRefused(f"{extension} is no extension of an agent")
        named = directory.devices(extension)
        return named[0] if named else f"{self._technology}/{extension}"


def _dialled(number: str) -> str:
    """What may be dialled: digits, +, * and #. Raises PbxRefused for a text that holds none of them."""
    dialled = "".join(sign for sign in number if sign in "+*#0123456789")
    if not dialled:
        raise PbxRefused(f"{number!r} cannot be dialled")
    return dialled


def quoted(name: str) -> str:
    """A name as it may stand between quotes in a caller ID."""
    return "".join(" " if sign in '"<>\\' or not sign.isprintable() else sign for sign in name)[:80]


def refuse_failure(outcome: Headers, extension: str) -> None:
    """Raise PbxRefused where OriginateResponse says that the phone of `extension` was not answered."""
    if outcome.get("Response") == "Failure":
        raise PbxRefused(f"{extension} {_REASONS.get(outcome.get('Reason', ''), 'did not take the call')}")
