import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.request import MAX_LINES, Malformed, Request, parse
from tests.agi.peers import HEADER, header


def test_header_of_asterisk_is_read() -> None:
    request = parse(header("callerid", "number=+44 20")[:-2])
    assert request.verb == "lookup"
    assert request.caller_number == "+442079460000"
    assert request.options == {"callerid": "", "number": "+44 20"}
    assert {key: request.headers[key] for key in HEADER} == dict(HEADER)


@pytest.mark.parametrize("shown", ["unknown", "<unknown>", ""])
def test_caller_number_is_empty_when_withheld(shown: str) -> None:
    assert parse(header(agi_callerid=shown)[:-2]).caller_number == ""


@pytest.mark.parametrize("script", ["lookup", "/lookup", "lookup/", "lookup?x=1"])
def test_verb_is_the_path_of_the_address(script: str) -> None:
    assert Request({"agi_network_script": script}).verb == "lookup"


def test_name_that_is_not_utf8_is_read() -> None:
    request = parse(b"agi_network_script: lookup\nagi_calleridname: M\xfcller")
    assert request.headers["agi_calleridname"] == "M�ller"


def test_key_twice_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse(header(agi_calleridname="x\nagi_network_script: other")[:-2])


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"agi_x", b": x", b"agi_\xff: x", b"agi_A: x", b""])
def test_line_of_another_protocol_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        parse(b"agi_network: yes\n" + line)


def test_too_many_lines_are_malformed() -> None:
    with pytest.raises(Malformed):
        parse(b"\n".join(b"agi_arg_%d: x" % n for n in range(MAX_LINES + 1)))


@given(st.binary(max_size=400))
def test_bytes_are_read_or_malformed_and_nothing_else(data: bytes) -> None:
    try:
        request = parse(data)
    except Malformed:
        return
    assert request.verb == request.verb.strip("/")
    assert isinstance(request.options, dict)


_VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n")).map(str.strip)


@given(st.dictionaries(st.from_regex(r"agi_[a-z0-9_]{1,40}", fullmatch=True), _VALUE, min_size=1, max_size=30))
def test_what_is_written_is_read_back(fields: dict[str, str]) -> None:
    written = "\n".join(f"{key}: {value}" for key, value in fields.items()).encode()
    assert parse(written).headers == fields
