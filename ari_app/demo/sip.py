"""Just enough of SIP (RFC 3261) for a phone on the loopback interface: messages, digests and SDP."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 480: "Temporarily Unavailable", 486: "Busy Here",
           487: "Request Terminated", 603: "Decline"}  # fmt: skip
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


@dataclass(slots=True)
class Message:
    """A request or a response. Header names are compared without case; bytes that are no UTF-8 survive."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read one datagram. Folded header lines and compact names are not known here: Asterisk sends neither."""
        head, _, body = data.decode(errors="surrogateescape").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        return cls(start, headers, body)

    def encode(self) -> bytes:
        """The datagram, with its Content-Length."""
        body = self.body.encode(errors="surrogateescape")
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode(errors="surrogateescape") + body

    def get(self, name: str) -> str:
        """The first value of the header, or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[tuple[str, str]]:
        """Every header of that name, to be copied into a response."""
        return [(key, value) for key, value in self.headers if key.lower() == name.lower()]

    @property
    def status(self) -> int:
        """The code of a response; 0 for a request."""
        return int(self.start.split(" ", 2)[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response answers."""
        return self.get("CSeq").partition(" ")[2] if self.status else self.start.split(" ", 1)[0]

    @property
    def branch(self) -> str:
        """The transaction: the branch of the topmost Via."""
        return parameter(self.get("Via"), "branch")

    @property
    def contact(self) -> str:
        """The address in Contact, where the other side wants the dialog's requests."""
        return address(self.get("Contact"))

    def answer(self, status: int, to_tag: str = "", body: str = "", contact: str = "") -> "Message":
        """The response to this request."""
        to = self.get("To")
        if to_tag and not parameter(to, "tag"):
            to = f"{to};tag={to_tag}"
        headers = [*self.all("Via"), *self.all("Record-Route"), ("From", self.get("From")), ("To", to)]
        headers += [("Call-ID", self.get("Call-ID")), ("CSeq", self.get("CSeq"))]
        headers += [("Contact", f"<{contact}>")] * bool(contact) + [("Content-Type", "application/sdp")] * bool(body)
        return Message(f"SIP/2.0 {status} {REASONS.get(status, 'Whatever')}", headers, body)


def parameter(value: str, name: str) -> str:
    """The header parameter `;name=…` behind an address, or ""."""
    found = re.search(rf";\s*{name}=([^;,\s>]+)", value.rpartition(">")[2] or value)
    return found[1] if found else ""


def address(value: str) -> str:
    """The URI within `"Name" <sip:…>` or the bare one."""
    found = re.search(r"<([^<>]*)>[^<>]*$", value)
    return found[1] if found else value.partition(";")[0].strip()


def quoted(name: str) -> str:
    """`name` as the quoted string before an address, hostile or not; nothing for ""."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if name else ""


def authorization(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The answer to a Digest challenge (RFC 2617, MD5, with qop=auth where it is asked for)."""
    given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(challenge)}
    realm, nonce, qop = given.get("realm", ""), given.get("nonce", ""), "auth" if given.get("qop") else ""
    first, second = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    middle = f"{nonce}:00000001:ringdesk:auth" if qop else nonce
    text = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
    text += f', response="{_md5(f"{first}:{middle}:{second}")}", algorithm=MD5'
    text += f', opaque="{given["opaque"]}"' if "opaque" in given else ""
    return text + (', qop=auth, nc=00000001, cnonce="ringdesk"' if qop else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sdp(media_port: int, version: int = 1, direction: str = "sendrecv") -> str:
    """A session of one mu-law voice. DTMF is not offered in it: it goes by INFO."""
    lines = ("v=0", f"o=- 1 {version} IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0",
             f"m=audio {media_port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", f"a={direction}")  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def media_address(body: str) -> tuple[str, int] | None:
    """Where the other side wants to hear us, from its SDP."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.M)
    port = re.search(r"^m=audio (\d+)", body, re.M)
    return (host[1], int(port[1])) if host and port else None
