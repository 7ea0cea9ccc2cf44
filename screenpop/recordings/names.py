"""What the PBX calls the files of a recording. A name is made of the call's own id, never of a caller's text.

`rd-1700000000.12-1767225600c` is a recording of the call 1700000000.12; its files are that name with `-in.wav` (what
the recorded channel said) and `-out.wav` (what it heard). The last letter says whose channel it is.
"""

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["c", "a"]
"""Whose channel is recorded: c, the other side's (customer's); a, an agent's."""

SHAPE = re.compile(r"rd-(?P<call>[A-Za-z0-9][A-Za-z0-9._-]{0,99})-(?P<serial>\d{1,12})(?P<side>[ac])")
IN, OUT = "-in.wav", "-out.wav"
_FILE = re.compile(rf"(?P<name>{SHAPE.pattern})(?P<way>-in|-out)\.wav")


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart."""

    text: str
    call: str
    """The call's linkedid when the recording began."""
    serial: int
    """Unix seconds when the name was given out."""
    side: Side

    @property
    def agent_file(self) -> str:
        """The file with the agent's voice."""
        return self.text + (IN if self.side == "a" else OUT)

    @property
    def other_file(self) -> str:
        """The file with the other side's voice."""
        return self.text + (OUT if self.side == "a" else IN)

    @property
    def files(self) -> tuple[str, str]:
        """Both, in the order of the archive's channels: the agent's first."""
        return self.agent_file, self.other_file


def make_name(call_id: str, serial: int, side: Side) -> str:
    """The name of a new recording; "" for a call whose id cannot stand in a file's name."""
    name = f"rd-{call_id}-{serial}{side}"
    return name if SHAPE.fullmatch(name) else ""


def parse_name(text: str) -> Name | None:
    """The parts of a name, None for what is none of ours."""
    found = SHAPE.fullmatch(text)
    if found is None:
        return None
    return Name(text, found["call"], int(found["serial"]), "a" if found["side"] == "a" else "c")


def name_of_file(file: str) -> Name | None:
    """The recording that a file belongs to, by the file's name alone; None for what is none of ours."""
    found = _FILE.fullmatch(file)
    return parse_name(found["name"]) if found else None
