"""AMI events to the neutral events of the tracker: the only place that reads Asterisk's field names of calls.

Sources: the event pages of the Asterisk 18 to 23 AMI reference, and recorded traces (`tests/pbx/traces`).
"""

import re
from collections.abc import Callable, Iterable, Mapping

from screenpop.calls import events as ev
from screenpop.facts import Party

Headers = Mapping[str, str]

_STATES: dict[str, ev.LegState] = {
    "0": "down",  # Down
    "1": "down",  # Rsrvd
    "2": "calling",  # OffHook
    "3": "calling",  # Dialing: the far end of a line of ours is being dialled
    "4": "calling",  # Ring
    "5": "ringing",  # Ringing
    "6": "up",  # Up
    "7": "down",  # Busy
    "8": "down",  # Dialing Offhook
    "9": "calling",  # Pre-ring
}
_STATUSES: dict[str, ev.DialStatus] = {
    "ANSWER": "answered",
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "cancelled",
    "ABORT": "cancelled",
    "CONTINUE": "cancelled",  # it was reached, and did not take the call
    "GOTO": "cancelled",
    "DONTCALL": "cancelled",
    "TORTURE": "cancelled",
    "CHANUNAVAIL": "failed",
    "CONGESTION": "failed",
}
_WAITING_TECHNOLOGIES = frozenset({"holding_bridge"})
_SEATS = frozenset({"agent_hold"})
"""The type of the bridge in which app_agent_pool keeps an agent who is logged in and talks to nobody."""
_ESCAPE = re.compile(r"\\(.)")
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_UNKNOWN = frozenset({"<unknown>", "<Unknown>", "unknown", "s"})


def translate(headers: Headers, at: float) -> ev.Event | None:
    """The neutral event of one AMI message read at `at`, or None where it says nothing about a call.

    A `Timestamp` header (manager option `timestampevents`) wins over `at`. Missing fields read as empty; a message
    without the ids of a leg is None. Never raises.
    """
    handler = _HANDLERS.get(headers.get("Event", ""))
    if handler is None:
        return None
    return handler(headers, _number(headers.get("Timestamp", ""), at))


def snapshot(
    channels: Iterable[Headers], bridges: Iterable[Headers], queues: Iterable[Headers], at: float
) -> ev.Snapshot:
    """One snapshot from the lists that AMI gives: `CoreShowChannel`, `BridgeInfoChannel` and `QueueEntry` messages.
    Other messages of `queues` are passed over.

    A `BridgeInfoChannel` needs its `BridgeUniqueid`, which the caller of the action adds; `CoreShowChannel` has
    its own `BridgeId` and wins.
    """
    waiting_bridges = {b.get("Uniqueid", ""): b.get("BridgeUniqueid", "") for b in bridges}
    legs = []
    for channel in channels:
        if leg := _leg(channel):
            legs.append(
                ev.SnapshotLeg(
                    leg=leg,
                    age=_seconds(channel.get("Duration", "")),
                    bridge=channel.get("BridgeId", "") or waiting_bridges.get(leg.id, ""),
                    called=channel.get("Application", "") in ("AppDial", "AppDial2", "AppQueue"),
                    seat=channel.get("Application") == "AgentLogin",
                )
            )
    return ev.Snapshot(at=at, legs=tuple(legs), queued=tuple(_queue_entries(queues)))


def legs_listed(channels: Iterable[Headers], at: float) -> ev.LegsListed:
    """All channels of the PBX, from its `CoreShowChannel` messages."""
    return ev.LegsListed(at=at, leg_ids=frozenset(channel.get("Uniqueid", "") for channel in channels))


def _queue_entries(entries: Iterable[Headers]) -> Iterable[ev.QueueEntry]:
    for entry in entries:
        if entry.get("Event", "QueueEntry") != "QueueEntry":
            continue
        yield ev.QueueEntry(
            leg_id=entry.get("Uniqueid", ""),
            queue=entry.get("Queue", ""),
            position=int(_number(entry.get("Position", ""), 0)),
            waited=_number(entry.get("Wait", ""), 0.0),
        )


def _leg(headers: Headers, prefix: str = "", suffix: str = "") -> ev.Leg | None:
    """The leg in the fields `{prefix}Channel{suffix}`, `{prefix}Uniqueid{suffix}` …; None without an id."""

    def field(name: str) -> str:
        return headers.get(f"{prefix}{name}{suffix}", "")

    leg_id = field("Uniqueid")
    if not leg_id:
        return None
    return ev.Leg(
        id=leg_id,
        linkedid=field("Linkedid") or leg_id,
        name=field("Channel"),
        state=_STATES.get(field("ChannelState"), "down"),
        caller=Party(_known(field("CallerIDNum")), _name(field("CallerIDName"))),
        connected=Party(_known(field("ConnectedLineNum")), _name(field("ConnectedLineName"))),
        exten=field("Exten"),
        context=field("Context"),
    )


def _known(text: str) -> str:
    return "" if text in _UNKNOWN else text


def _name(text: str) -> str:
    r"""A name as its owner wrote it. AMI escapes names like a C string (main/manager_channels.c), and a SIP display
    name may come with the quoted pairs of its quoting (RFC 3261, 25.1): `O\'Brien` is `O'Brien`."""
    if "\\" not in text:
        return _known(text)
    plain = _ESCAPE.sub(lambda escape: " " if escape[1] in "abefnrtv" else escape[1], text)
    return _known(_QUOTED_PAIR.sub(r"\1", plain))


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if 0 <= value < 1e12 else default


def _seconds(duration: str) -> float:
    """Seconds of `HH:MM:SS`, as CoreShowChannels gives it; 0 where it cannot be read."""
    match = re.fullmatch(r"(\d+):(\d\d):(\d\d)", duration)
    return int(match[1]) * 3600.0 + int(match[2]) * 60 + int(match[3]) if match else 0.0


def _leg_seen(headers: Headers, at: float) -> ev.Event | None:
    leg = _leg(headers)
    return ev.LegSeen(at=at, leg=leg) if leg else None


def _renamed(headers: Headers, at: float) -> ev.Event | None:
    leg_id, name = headers.get("Uniqueid", ""), headers.get("Newname", "")
    return ev.LegRenamed(at=at, leg_id=leg_id, name=name) if leg_id and name else None


def _hung_up(headers: Headers, at: float) -> ev.Event | None:
    leg = _leg(headers)
    return ev.LegGone(at=at, leg=leg, cause=int(_number(headers.get("Cause", ""), 0))) if leg else None


def _dial_began(headers: Headers, at: float) -> ev.Event | None:
    called = _leg(headers, "Dest")
    if called is None:
        return None
    return ev.DialBegan(
        at=at,
        caller=_leg(headers),
        called=called,
        dialled=headers.get("DialString", ""),
        queue=headers.get("Queue", ""),
    )


def _dial_ended(headers: Headers, at: float) -> ev.Event | None:
    called = _leg(headers, "Dest")
    status = _STATUSES.get(headers.get("DialStatus", ""), "failed")
    return ev.DialEnded(at=at, caller=_leg(headers), called=called, status=status) if called else None


def _bridge_entered(headers: Headers, at: float) -> ev.Event | None:
    return _bridged(ev.BridgeEntered, headers, at)


def _bridge_left(headers: Headers, at: float) -> ev.Event | None:
    return _bridged(ev.BridgeLeft, headers, at)


def _bridged(kind: type[ev.BridgeEntered | ev.BridgeLeft], headers: Headers, at: float) -> ev.Event | None:
    leg, bridge = _leg(headers), headers.get("BridgeUniqueid", "")
    if leg is None or not bridge:
        return None
    waiting = headers.get("BridgeTechnology") in _WAITING_TECHNOLOGIES
    return kind(at=at, leg=leg, bridge=bridge, waiting=waiting, seat=headers.get("BridgeType") in _SEATS)


def _held(headers: Headers, at: float) -> ev.Event | None:
    leg = _leg(headers)
    return ev.LegHeld(at=at, leg=leg) if leg else None


def _unheld(headers: Headers, at: float) -> ev.Event | None:
    leg = _leg(headers)
    return ev.LegUnheld(at=at, leg=leg) if leg else None


def _blind_transfer(headers: Headers, at: float) -> ev.Event | None:
    by = _leg(headers, "Transferer")
    if by is None or headers.get("Result", "Success") != "Success":
        return None
    extension = headers.get("Extension", "")
    return ev.Transferred(at=at, kind="blind", by=by, extension=extension)


def _attended_transfer(headers: Headers, at: float) -> ev.Event | None:
    by = _leg(headers, "OrigTransferer")
    if by is None or headers.get("Result", "Success") != "Success" or headers.get("DestType") == "Threeway":
        return None
    second, target = _leg(headers, "SecondTransferer"), _leg(headers, "TransferTarget")
    return ev.Transferred(at=at, kind="attended", by=by, second=second, target=target)


def _picked_up(headers: Headers, at: float) -> ev.Event | None:
    picker, ringing = _leg(headers), _leg(headers, "Target")
    return ev.PickedUp(at=at, picker=picker, ringing=ringing) if picker and ringing else None


def _queue_joined(headers: Headers, at: float) -> ev.Event | None:
    leg, position = _leg(headers), int(_number(headers.get("Position", ""), 0))
    return ev.CallerQueued(at=at, leg=leg, queue=headers.get("Queue", ""), position=position) if leg else None


def _queue_left(headers: Headers, at: float) -> ev.Event | None:
    leg = _leg(headers)
    abandoned = headers.get("Event") == "QueueCallerAbandon"
    return ev.CallerUnqueued(at=at, leg=leg, queue=headers.get("Queue", ""), abandoned=abandoned) if leg else None


_HANDLERS: dict[str, Callable[[Headers, float], ev.Event | None]] = {
    "Newchannel": _leg_seen,
    "Newstate": _leg_seen,
    "NewCallerid": _leg_seen,
    "NewConnectedLine": _leg_seen,
    "Rename": _renamed,
    "Hangup": _hung_up,
    "DialBegin": _dial_began,
    "AgentCalled": _dial_began,
    "DialEnd": _dial_ended,
    "BridgeEnter": _bridge_entered,
    "BridgeLeave": _bridge_left,
    "Hold": _held,
    "Unhold": _unheld,
    "BlindTransfer": _blind_transfer,
    "AttendedTransfer": _attended_transfer,
    "Pickup": _picked_up,
    "QueueCallerJoin": _queue_joined,
    "QueueCallerLeave": _queue_left,
    "QueueCallerAbandon": _queue_left,
}
EVENT_NAMES = frozenset(_HANDLERS)
"""The AMI events that the tracker needs: what the sample manager configuration lets through."""
