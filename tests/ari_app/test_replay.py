"""Recorded streams as others write them; `tests/pbx/test_traces.py` replays those recorded here."""

import json
from pathlib import Path
from typing import Any

import pytest

from ari_app.main import main
from ari_app.replay import read_trace, replay
from screenpop.agents.directory import Directory
from screenpop.calls.tracker import Tracker
from screenpop.errors import BadInput

AGENTS = Directory.parse("102=SIP/150010002")


def event(name: str, **headers: object) -> dict[str, Any]:
    return {"Event": name, "SystemName": "pbx1", "content": "", "Privilege": ["call", "all"], **headers}


def leg(prefix: str, name: str, serial: int, state: str) -> dict[str, object]:
    ids = {"Channel": name, "Uniqueid": f"pbx1-1700000000.{serial}", "Linkedid": "pbx1-1700000000.12"}
    return {prefix + key: value for key, value in (ids | {"ChannelState": state}).items()}


TRUNK = leg("", "SIP/trunk-0000002c", 12, "4") | {"CallerIDNum": "+442079460001", "CallerIDName": None, "Exten": "700"}
PHONE = leg("Dest", "SIP/150010002-0000002d", 13, "5") | {"DestCallerIDNum": None}
CALL = [
    event("FullyBooted", Uptime=3),
    event("Newchannel", **TRUNK),
    event("DialBegin", **TRUNK, **PHONE),
    event("FullyBooted", Uptime=9),
    event("DialEnd", **TRUNK, **PHONE, DialStatus="ANSWER"),
    event("Hangup", **TRUNK, Cause=16),
    event("Hangup", **leg("", "SIP/150010002-0000002d", 13, "6"), Cause=16),
]


@pytest.mark.parametrize("written", [json.dumps(CALL), "\n".join(map(json.dumps, CALL))])
def test_json_trace_with_nulls_numbers_and_more_keys_tells_the_call(written: str) -> None:
    facts = list(replay(read_trace(written.encode()), Tracker(AGENTS)))
    assert [(fact["fact"], fact["agent"]) for fact in facts] == [
        ("started", None),
        ("rang", "102"),
        ("answered", "102"),
        ("ended", "102"),
    ]
    assert facts[1]["from"] == {"number": "+442079460001", "name": ""}
    assert (facts[-1]["result"], facts[-1]["call"], facts[-1]["at"]) == (
        "answered",
        "pbx1-1700000000.12",
        1_700_000_000,
    )


def test_calls_up_at_a_restart_of_the_pbx_end_with_it() -> None:
    after = leg("", "SIP/trunk-00000001", 1, "4") | {"Uniqueid": "pbx1-1700000600.1", "Linkedid": "pbx1-1700000600.1"}
    trace = [*CALL[:3], event("FullyBooted", Uptime=2), event("Newchannel", **after), event("Hangup", **after)]
    facts = list(replay(read_trace(json.dumps(trace).encode()), Tracker(AGENTS)))
    assert [(fact["fact"], fact["call"][-5:]) for fact in facts] == [
        ("started", "00.12"),
        ("rang", "00.12"),
        ("ring_ended", "00.12"),
        ("ended", "00.12"),
        ("started", "600.1"),
        ("ended", "600.1"),
    ]
    assert [fact.get("swept") for fact in facts if fact["fact"] == "ended"] == [True, False]


def test_time_of_a_trace_does_not_come_from_an_id_that_holds_none() -> None:
    odd = event("Newchannel", Channel="SIP/trunk-1", Uniqueid="click-4420794600", Linkedid="click-4420794600")
    facts = list(replay(read_trace(json.dumps([*CALL, odd]).encode()), Tracker(AGENTS)))
    assert {fact["at"] for fact in facts} == {1_700_000_000}


RAW = "".join("".join(f"{key}: {value}\n" for key, value in message.items()) + "\n" for message in CALL)
WRITTEN = {
    "as it came": b"Asterisk Call Manager/9.0.0\r\n" + RAW.replace("\n", "\r\n").encode(),
    "banner of the socket, the rest from an editor": b"Asterisk Call Manager/9.0.0\r\n" + RAW.encode(),
    "with the mark of UTF-8": RAW.encode("utf-8-sig"),
    "from a Windows shell": RAW.encode("utf-16"),
    "as jq prints it": "\n".join(json.dumps(message, indent=2) for message in CALL).encode(),
    "JSON lines with the mark of UTF-8": "\r\n".join(map(json.dumps, CALL)).encode("utf-8-sig"),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_trace_is_read_however_it_was_saved(written: bytes) -> None:
    facts = [fact["fact"] for fact in replay(read_trace(written), Tracker(AGENTS))]
    assert facts == ["started", "rang", "answered", "ended"]


def replayed(path: Path, content: bytes) -> int:
    path.write_bytes(content)
    return main(["replay", str(path), "--agents", "102=SIP/150010002"])


@pytest.mark.parametrize("content", [b"", b"\0" * 1000, b"\x89PNG\r\n\x1a\n: 1\r\n\r\n", b"{}", b'{"events": []}'])
def test_file_that_holds_no_event_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    assert replayed(tmp_path / "odd", content) == 1
    shown = capsys.readouterr()
    assert (shown.out, "holds no AMI event" in shown.err) == ("", True)


def test_what_is_wrong_with_a_trace_is_not_said_among_the_facts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = WRITTEN["as it came"] + b"Event: Newchannel\r\nX: " + b"x" * 2_000_000
    assert replayed(tmp_path / "long.ami", trace) == 0
    shown = capsys.readouterr()
    facts = [json.loads(line)["fact"] for line in shown.out.splitlines()]
    assert (facts, "too long" in shown.err) == (["started", "rang", "answered", "ended"], True)


@pytest.mark.parametrize("broken", ["[1]", "[", '{"Event": "Hangup"}\n{'])
def test_broken_json_is_refused_in_words(broken: str) -> None:
    with pytest.raises(BadInput, match="trace"):
        read_trace(broken.encode())
