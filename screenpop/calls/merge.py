"""Joining two calls into one: a consultation that became a transfer, a pick-up, a parked call taken back."""

from screenpop.calls.derive import RANK
from screenpop.calls.model import Call


def merge_calls(keep: Call, gone: Call) -> None:
    """Move everything of `gone` into `keep`. The side that leads outside tells the direction and the parties."""
    consultation = bool(gone.parts) or len(gone.channels) > 1
    if keep.direction == "internal" and gone.direction != "internal":
        _take_parties(keep, gone)
    if consultation:
        keep.callers |= gone.callers
    for channel in gone.channels.values():
        channel.call = keep
    keep.channels.update(gone.channels)
    _move_parts(keep, gone)
    _move_history(keep, gone)


def _take_parties(keep: Call, gone: Call) -> None:
    keep.direction, keep.origin, keep.caller = gone.direction, gone.origin, gone.caller
    keep.called_number, keep.line, keep.first_exten = gone.called_number, gone.line, gone.first_exten
    keep.settled = keep.settled or gone.settled


def _move_parts(keep: Call, gone: Call) -> None:
    for extension, part in gone.parts.items():
        known = keep.parts.get(extension)
        if known is None or (known.shown, RANK[known.state]) < (part.shown, RANK[part.state]):
            keep.parts[extension] = part


def _move_history(keep: Call, gone: Call) -> None:
    keep.linkedids |= gone.linkedids
    keep.rung.update(gone.rung)
    keep.statuses.update(gone.statuses)
    keep.waiting.update(gone.waiting)
    keep.told |= gone.told
    keep.picked_up.update(gone.picked_up)
    keep.queue = keep.queue or gone.queue
    keep.started_at = min(keep.started_at, gone.started_at)
    if keep.answered_at is None or (gone.answered_at is not None and gone.answered_at < keep.answered_at):
        keep.answered_at = gone.answered_at
    keep.answered_by = keep.answered_by or gone.answered_by
