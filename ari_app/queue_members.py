"""The members of queues as AMI tells of them: its only place."""

from collections.abc import Iterable
from typing import Literal

from ari_app.ami import Headers
from screenpop.facts import QueueMemberChanged, QueuesListed

_STATES: dict[str, Literal["available", "busy", "away"]] = {
    "0": "available",  # AST_DEVICE_UNKNOWN: the queue rings it
    "1": "available",  # not in use
    "2": "busy",  # in use
    "3": "busy",
    "4": "away",  # AST_DEVICE_INVALID
    "5": "away",  # unavailable
    "6": "busy",  # ringing
    "7": "busy",  # ringing and in use
    "8": "busy",  # on hold
}
"""AST_DEVICE_* of devicestate.h, as `Status` gives them."""
_EVENTS = frozenset({"QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberStatus"})


def queue_member(headers: Headers) -> QueueMemberChanged | None:
    """What one message says of a member, or None where it is about something else. Never raises."""
    if headers.get("Event") not in _EVENTS:
        return None
    return _member(headers, gone=headers.get("Event") == "QueueMemberRemoved")


def queues_listed(items: Iterable[Headers]) -> QueuesListed:
    """All queues and members, from what QueueStatus lists: QueueParams, QueueMember (and QueueEntry)."""
    listed = list(items)
    queues = dict.fromkeys(item.get("Queue", "") for item in listed if item.get("Event") == "QueueParams")
    members = (_member(item) for item in listed if item.get("Event") == "QueueMember")
    return QueuesListed(
        queues=tuple(queue for queue in queues if queue and queue != "default"),
        members=tuple(member for member in members if member is not None),
    )


def _member(headers: Headers, *, gone: bool = False) -> QueueMemberChanged | None:
    """`StateInterface` is the device behind a member that is reached through a Local channel."""
    queue = headers.get("Queue", "")
    device = headers.get("StateInterface", "") or headers.get("Interface", "") or headers.get("Location", "")
    if not queue or not device:
        return None
    return QueueMemberChanged(
        queue=queue,
        device=device,
        state=_STATES.get(headers.get("Status", ""), "available"),
        paused=headers.get("Paused") == "1",
        reason=headers.get("PausedReason", ""),
        gone=gone,
    )
