"""AMI on the wire: any chunking, any bytes, any length."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.ami_codec import Framer, encode_action

HELLO = b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
RANG = b"Event: DialBegin\r\nChannel: PJSIP/trunk-1\r\nAccountCode: \r\nDialString: 101/sip:101@127.0.0.1\r\n\r\n"


def feed_in_chunks(stream: bytes, cuts: list[int], limit: int = 1 << 20) -> list[dict[str, str]]:
    framer = Framer(limit)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    parts = (framer.feed(stream[start:end]) for start, end in pairwise(edges))
    return [message for part in parts for message in part]


@pytest.mark.feature("CALL-01")
def test_framer_reads_banner_and_messages():
    framer = Framer()
    assert framer.feed(HELLO + RANG) == [
        {"Response": "Success", "Message": "Authentication accepted"},
        {
            "Event": "DialBegin",
            "Channel": "PJSIP/trunk-1",
            "AccountCode": "",
            "DialString": "101/sip:101@127.0.0.1",
        },
    ]
    assert framer.banner == "Asterisk Call Manager/9.0.0"


@given(
    st.binary(max_size=200) | st.lists(st.sampled_from([b"A: 1", b"\r\n", b"\r", b"\n", b"B:", b"\xff"])).map(b"".join),
    st.lists(st.integers(0, 400), max_size=8),
    st.sampled_from([20, 1 << 20]),
)
def test_framer_gives_the_same_messages_in_any_chunks(middle: bytes, cuts: list[int], limit: int):
    stream = HELLO + middle + b"\r\n\r\n" + RANG
    assert feed_in_chunks(stream, cuts, limit) == Framer(limit).feed(stream)


@given(st.binary())
def test_framer_takes_any_bytes(stream: bytes):
    framer = Framer()
    framer.feed(stream)
    framer.finish()


def test_framer_decodes_each_message_by_itself():
    cut_name = "Zoë".encode()[:-1]
    messages = Framer().feed(b"Event: A\r\nName: " + cut_name + b"\r\n\r\nEvent: B\r\nName: Zo\xc3\xab\r\n\r\n")
    assert [message["Name"] for message in messages] == ["Zo\ufffd", "Zoë"]


def test_framer_joins_the_values_of_a_repeated_key():
    assert Framer().feed(b"Response: Success\r\nOutput: one\r\nOutput: \r\nOutput: a: b\r\n\r\n") == [
        {"Response": "Success", "Output": "one\n\na: b"}
    ]


def test_framer_keeps_a_bare_line_feed_inside_its_value():
    messages = Framer().feed(b"Event: A\r\nValue: x\n\nEvent: Forged\r\n\r\n")
    assert messages == [{"Event": "A", "Value": "x\n\nEvent: Forged"}]


def test_framer_reads_a_trace_with_bare_line_feeds_and_no_end():
    framer = Framer()
    assert framer.feed(b"Event: A\nX: 1\n\nEvent: B\nX: 2") == [{"Event": "A", "X": "1"}]
    assert framer.finish() == [{"Event": "B", "X": "2"}]
    assert framer.finish() == []


def test_framer_skips_lines_that_are_no_header():
    assert Framer().feed(b"\r\nEvent: A\r\ngarbage\r\n: none\r\nEmpty:\r\nTight:x\r\n\r\n") == [
        {"Event": "A", "Empty": "", "Tight": "x"}
    ]


def test_framer_drops_a_message_of_ten_megabytes_and_stays_in_step():
    framer = Framer()
    stream = b"Event: Huge\r\nValue: " + b"x" * 10_000_000 + b"\r\n\r\n" + RANG
    messages = [m for start in range(0, len(stream), 65536) for m in framer.feed(stream[start : start + 65536])]
    assert [message["Event"] for message in messages] == ["DialBegin"]
    assert framer.dropped == 1


@given(st.text(), st.text())
def test_action_text_cannot_add_a_header(key: str, value: str):
    encoded = encode_action({"Action": "Originate", key + "K": value})
    assert encoded.count(b"\r\n") == 3
    assert encoded.endswith(b"\r\n\r\n")
    assert encoded.replace(b"\r\n", b"").count(b"\n") == 0


def test_action_repeats_a_key_with_several_values():
    assert encode_action({"Action": "Originate", "Variable": ["A=1", "B=2"]}) == (
        b"Action: Originate\r\nVariable: A=1\r\nVariable: B=2\r\n\r\n"
    )
