"""Lets a supervisor into a call, for whoever asks through `screenpop.pbx.PbxEar`.

The PBX rings the supervisor's phone and runs ChanSpy on it, for exactly one channel: the agent's. That leg gets an id
of ours, by which it is known for what it is wherever it turns up (`screenpop.calls.rules`). The write class
`originate` is all that this needs.
"""

from collections.abc import Callable, Iterable

from ari_app.ami import Headers
from ari_app.control import RING_SECONDS, quoted, refuse_failure
from ari_app.link import AmiLink
from screenpop.calls.rules import LISTENER
from screenpop.errors import PbxRefused
from screenpop.facts import ListenerChanged, ListenerLeft, ListenersListed
from screenpop.pbx import Ear

PartAt = Callable[[str], tuple[str, str]]
OPTIONS: dict[Ear, str] = {"listen": "quES", "whisper": "quESw", "barge": "quESB"}
"""q: no beep and no announcement; u: the name is that of one channel, whole; E: the end of that channel ends it, and so
does the key *; S: none to be found ends it, too; w: the channel hears the supervisor; B: the other side as well.
As in `core show application ChanSpy` of 22.10.1; the same in the documentation of 18."""


class AmiEar:
    """PbxEar over AMI. `device_of` names the device that rings for an extension; `channel_of(call id, extension)` the
    channel by which an extension talks in a call, "" where it does not."""

    def __init__(self, link: AmiLink, device_of: Callable[[str], str], channel_of: Callable[[str, str], str]) -> None:
        self._link, self._device_of, self._channel_of = link, device_of, channel_of

    async def join_in(self, listener_id: str, extension: str, call_id: str, agent: str, how: Ear) -> None:
        """Ring `extension`; returns when it answered. Raises PbxRefused when it does not within 30 s, is none of ours,
        or the agent is not talking (any more)."""
        connection = self._link.connection()
        channel = self._channel_of(call_id, agent)
        if not channel:
            raise PbxRefused(f"{agent} does not talk in this call any more")
        fields = {
            "Action": "Originate",
            "Channel": self._device_of(extension),
            "ChannelId": LISTENER + listener_id,
            "Application": "ChanSpy",
            "Data": f"{_plain(channel)},{OPTIONS[how]}",
            "CallerID": f'"{quoted(f"{how} {agent}")}" <{agent}>',
            "Timeout": str(RING_SECONDS * 1000),
            "Async": "true",
        }
        refuse_failure(await connection.originate(fields, RING_SECONDS + 5), extension)


def _plain(channel: str) -> str:
    """A channel's name as an argument: a comma in it would begin another one."""
    if not channel.isprintable() or any(sign in channel for sign in ",|&\\\"'`${}()[]"):
        raise PbxRefused(f"the channel {channel!r} cannot be listened to")
    return channel


def listener_left(headers: Headers) -> ListenerLeft | None:
    """What a Hangup says, where it is that of a listening leg."""
    leg_id = headers.get("Uniqueid", "")
    if headers.get("Event") != "Hangup" or not leg_id.startswith(LISTENER):
        return None
    return ListenerLeft(listener_id=_listener_id(headers))


def listeners_listed(channels: Iterable[Headers], part_at: PartAt, at: float) -> ListenersListed:
    """The listening legs among all channels, from their CoreShowChannel messages. `part_at` gives the call and the
    extension that talks by the channel of a name ("" and "" for none)."""
    legs = [channel for channel in channels if channel.get("Uniqueid", "").startswith(LISTENER)]
    hearing = (_hearing(leg, part_at, at) for leg in legs)
    return ListenersListed(
        listener_ids=frozenset(map(_listener_id, legs)), hearing=tuple(each for each in hearing if each is not None)
    )


def _hearing(leg: Headers, part_at: PartAt, at: float) -> ListenerChanged | None:
    """Whom a listening leg hears: ChanSpy runs on it, from the moment its phone was taken up."""
    channel, _, options = leg.get("ApplicationData", "").rpartition(",")
    how = next((each for each, written in OPTIONS.items() if written == options), None)
    call_id, agent = part_at(channel)
    if leg.get("Application") != "ChanSpy" or how is None or not call_id:
        return None
    return ListenerChanged(listener_id=_listener_id(leg), call_id=call_id, agent=agent, user_id="", how=how, at=at)


def _listener_id(leg: Headers) -> str:
    return leg.get("Uniqueid", "").removeprefix(LISTENER)
