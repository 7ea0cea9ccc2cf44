"""A recorded AMI stream through the same translation and tracker as a live one.

Three forms are read: raw AMI text as it came from the socket, a JSON list of events, and JSON objects one after the
other (JSON lines, or as `jq` prints them), each event a map of strings.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ari_app.ami_codec import Framer
from ari_app.translate import snapshot, translate
from screenpop.calls.events import Event, Snapshot
from screenpop.calls.tracker import Tracker
from screenpop.calls.wire import fact_to_map
from screenpop.errors import BadInput
from screenpop.facts import CallFact, CallMerged

CHUNK = 1 << 16


def read_trace(data: bytes) -> list[dict[str, str]]:
    """The messages of a recorded stream, in order. Raises BadInput where it is JSON that cannot be read."""
    data = _without_mark(data)
    if data.lstrip()[:1] in (b"[", b"{"):
        return _events(_json(data.decode("utf-8", "replace")))
    framer = Framer()
    messages = [message for at in range(0, len(data), CHUNK) for message in framer.feed(data[at : at + CHUNK])]
    return messages + framer.finish()


def replay(messages: Sequence[Mapping[str, str]], tracker: Tracker) -> Iterator[dict[str, Any]]:
    """The facts of a recorded stream as JSON-able maps, one for each fact, in order.

    What is still open when the trace ends is ended by the sweep (`"swept": true`). A call that became part of
    another one (a consultation that became a transfer) has the other one's id from its first fact on.
    """
    facts = list(_facts(messages, tracker))
    kept = {fact.gone: fact.call.id for fact in facts if isinstance(fact, CallMerged)}
    for fact in facts:
        yield fact_to_map(fact) | {"call": _root(fact.call.id, kept)}


def _facts(messages: Sequence[Mapping[str, str]], tracker: Tracker) -> Iterator[CallFact]:
    at = 0.0
    for event in _events_of(messages):
        at = event.at
        yield from tracker.apply(event)
    yield from tracker.sweep(at)


def _events_of(messages: Sequence[Mapping[str, str]]) -> Iterator[Event]:
    """The events in order. A list of channels (the answer to CoreShowChannels) is a snapshot once it is complete;
    what came in between is applied after it, as on a live link. A PBX that is up for less long than it was before
    has no call of before."""
    at, uptime, listed, later = 0.0, 0.0, list[Mapping[str, str]](), list[Event]()
    for message in messages:
        at = _clock(message, at)
        name = message.get("Event")
        if name == "CoreShowChannel":
            listed.append(message)
        elif name == "CoreShowChannelsComplete":
            yield from (snapshot(listed, (), (), at), *later)
            listed, later = [], []
        elif name == "FullyBooted":
            before, uptime = uptime, _uptime(message, uptime)
            if uptime < before:
                yield Snapshot(at=at)
        elif event := translate(message, at):
            at = event.at
            if listed:
                later.append(event)
            else:
                yield event
    yield from later


def _uptime(message: Mapping[str, str], unknown: float) -> float:
    text = message.get("Uptime", "")
    return float(text) if re.fullmatch(r"\d{1,11}", text) else unknown


def _clock(message: Mapping[str, str], at: float) -> float:
    """A stream without timestamps: time is at least the moment in which the newest channel was made."""
    told = re.fullmatch(r"(\d{1,11}\.?\d*)", message.get("Timestamp", ""))
    made = told or re.fullmatch(r"(?:.*-)?(\d{9,10})\.\d+", message.get("Uniqueid", ""))
    return max(at, float(made[1])) if made else at


def _root(call: str, kept: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while call in kept and call not in seen:
        seen.add(call)
        call = kept[call]
    return call


def _without_mark(data: bytes) -> bytes:
    """UTF-8 without the mark that editors put in front; a Windows shell writes its output as UTF-16."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _json(text: str) -> list[Any]:
    """The values that stand one after the other; those of a list by themselves."""
    decoder, values, at = json.JSONDecoder(), list[Any](), _past_space(text, 0)
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"the trace begins like JSON but cannot be read as such: {error}") from None
        values += value if isinstance(value, list) else [value]
        at = _past_space(text, end)
    return values


def _past_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _events(items: list[Any]) -> list[dict[str, str]]:
    if not all(isinstance(item, dict) for item in items):
        raise BadInput("a JSON trace is a list of events, each one a map of strings")
    return [{str(key): _text(value) for key, value in item.items() if value is not None} for item in items]


def _text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
