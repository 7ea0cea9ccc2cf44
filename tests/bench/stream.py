"""A long AMI stream, made of the recorded traces over and over, each time as new calls."""

import re
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

TRACES = Path(__file__).parents[1] / "pbx" / "traces"
CHUNK = 1 << 16
_TIME = re.compile(rb"\b(1[0-9]{9})\.(\d+)")
_ABOUT_ITSELF = (b"Event: FullyBooted", b"Event: Shutdown")
_STAMP = re.compile(rb"Timestamp: [\d.]+")
_ID = re.compile(rb"\b1[0-9]{9}\.(\d{1,5})\b")
_CHANNEL = re.compile(rb"-([0-9a-f]{8})\b")
END = b"\r\n\r\n"
_SPREAD = 10_000
"""Seconds between two passes over the traces: no id or channel of one is met again in the next."""


def ami_stream(events: int) -> tuple[list[bytes], int]:
    """At least `events` AMI events in pieces as a socket delivers them, and their exact number."""
    parts, total = [], 0
    for part in _passes():
        parts.append(part)
        total += part.count(b"\r\n\r\n")
        if total >= events:
            break
    data = b"Asterisk Call Manager/11.0.0\r\n" + b"".join(parts)
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)], total


def _passes() -> Iterator[bytes]:
    traces = [_events_only(file.read_bytes()) for file in sorted(TRACES.glob("*.ami"))]
    for number, trace in zip(count(), cycle(traces), strict=False):
        yield _as_new_calls(trace, number * _SPREAD)


def _events_only(trace: bytes) -> bytes:
    blocks = trace.replace(b"\r\n", b"\n").split(b"\n\n")
    kept = [block for block in blocks if block.startswith(b"Event: ") and not block.startswith(_ABOUT_ITSELF)]
    return b"".join(block.replace(b"\n", b"\r\n") + b"\r\n\r\n" for block in kept)


def _as_new_calls(trace: bytes, later: int) -> bytes:
    """The same calls `later` seconds after: ids hold the time, so they become new ones."""
    return _TIME.sub(lambda found: b"%d.%b" % (int(found[1]) + later, found[2]), trace)


class RecordedCall(NamedTuple):
    """A recorded call in its parts, as bytes of AMI: before the phone is dialled, the `DialBegin`, the rest."""

    before: bytes
    dial_begin: bytes
    after: bytes


def recorded_call(serial: int, number: str, now: float) -> RecordedCall:
    """The recorded call to 101 that nobody answers, as if `number` called at `now`; new ids for each `serial`."""
    blocks = _events_only((TRACES / "direct-missed.ami").read_bytes()).split(END)[:-1]
    blocks = [_recast(block, serial, number, now) for block in blocks if b"Linkedid: " in block]
    begin = next(at for at, block in enumerate(blocks) if block.startswith(b"Event: DialBegin"))
    parts = (blocks[:begin], blocks[begin : begin + 1], blocks[begin + 1 :])
    return RecordedCall(*(b"".join(block + END for block in part) for part in parts))


def _recast(block: bytes, serial: int, number: str, now: float) -> bytes:
    block = _STAMP.sub(b"Timestamp: %.6f" % now, block)
    block = _ID.sub(lambda found: b"%d.%d" % (now, serial * 100 + int(found[1])), block)
    block = _CHANNEL.sub(lambda found: b"-%08x" % (serial * 100 + int(found[1], 16)), block)
    return block.replace(b"+447700900123", number.encode())
