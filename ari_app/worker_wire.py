"""What the service and its worker processes say to each other. Light: the service loads it."""

import dataclasses
import socket
from collections.abc import Mapping
from typing import Any

import msgspec

from screenpop.config import Config
from screenpop.facts import AnalysisChanged, RecordingChanged, TrackerHeard

FACTS: Mapping[str, type] = {fact.__name__: fact for fact in (RecordingChanged, AnalysisChanged, TrackerHeard)}
"""What a worker tells the service."""
SERVICE_WORKERS = f"{socket.gethostname()}/service/"
"""How the names of the workers begin that the service of this machine started: they end with it."""
IDLE_SECONDS = 45.0


class Contract(msgspec.Struct):
    """What the service hands down to a worker, on one line. `name` holds the rows that the worker works on."""

    config: Config
    name: str
    idle: float = IDLE_SECONDS


def to_line(fact: Any) -> bytes:
    """A fact as a line."""
    return msgspec.json.encode({"fact": type(fact).__name__, **dataclasses.asdict(fact)}) + b"\n"


def from_line(line: bytes) -> Any:
    """The fact of a line; None for a line that is none."""
    try:
        told = msgspec.json.decode(line)
        return msgspec.convert(told, FACTS[told.pop("fact")])
    except (msgspec.MsgspecError, KeyError, AttributeError, TypeError):
        return None
