"""The softphone's SIP: what it writes can be read, whoever the caller claims to be."""

import pytest

from ari_app.demo import sip
from ari_app.demo.sip import Message


def test_digest_is_that_of_rfc_2617() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c"'
    answer = sip.authorization(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in answer
    assert 'opaque="5ccc069c"' in answer


def test_digest_with_qop_counts_its_use() -> None:
    answer = sip.authorization('Digest realm="asterisk",nonce="1/2",qop="auth"', "REGISTER", "sip:x", "101", "s")
    assert "qop=auth, nc=00000001" in answer


@pytest.mark.parametrize("name", ['Robert "Q"', "back\\slash", "ნინო", "\udce9\udcff", "<sip:x@y>;tag=z"])
def test_address_is_found_behind_any_name(name: str) -> None:
    header = f"{sip.quoted(name)}<sip:+44@127.0.0.1>;tag=abc"
    assert sip.address(header) == "sip:+44@127.0.0.1"
    assert sip.parameter(header, "tag") == "abc"


def test_message_survives_the_wire_byte_for_byte() -> None:
    sent = Message("INVITE sip:101@127.0.0.1 SIP/2.0", [("From", "\udcff é"), ("CSeq", "1 INVITE")], "v=0\r\n")
    read = Message.parse(sent.encode())
    assert (read.start, read.get("from"), read.body) == (sent.start, "\udcff é", "v=0\r\n")
    assert (read.method, read.status) == ("INVITE", 0)


def test_answer_keeps_what_identifies_the_transaction() -> None:
    headers = [("Via", "SIP/2.0/UDP h;branch=z9hG4bKx"), ("To", "<sip:a@b>"), ("From", "<sip:c@d>;tag=1")]
    answer = Message("BYE sip:a@b SIP/2.0", [*headers, ("Call-ID", "i"), ("CSeq", "2 BYE")]).answer(200, "mine")
    assert (answer.branch, answer.status, answer.method) == ("z9hG4bKx", 200, "BYE")
    assert answer.get("To") == "<sip:a@b>;tag=mine"


def test_media_address_is_read_from_sdp() -> None:
    assert sip.media_address(sip.sdp(4000)) == ("127.0.0.1", 4000)
    assert sip.media_address("") is None
