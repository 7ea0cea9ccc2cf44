"""What the PBX calls the files of a recording. A name is made of the call's own id, never of a caller's text.

`rd-1700000000.12-1767225600c` is a recording of the call 1700000000.12; its files are that name with `-in.wav` (what
the recorded channel said) and `-out.wav` (what it heard). The last letter says whose channel it is. Where the PBX began
anew (after a transfer) the files of the second part are `rd-1700000000.12-1767225600c.2-in.wav`, and so on.
"""

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["c", "a"]
"""Whose channel is recorded: c, the other side's (customer's); a, an agent's."""

SHAPE = re.compile(r"rd-(?P<call>[A-Za-z0-9][A-Za-z0-9._-]{0,99})-(?P<serial>\d{1,12})(?P<side>[ac])")
IN, OUT = "-in.wav", "-out.wav"
MOST_PARTS = 50
_PART = r"(\.(?P<part>[2-9]|[1-4]\d|50))?"
_STEM = re.compile(rf"(?P<name>{SHAPE.pattern}){_PART}")
_FILE = re.compile(rf"(?P<name>{SHAPE.pattern}){_PART}(?P<way>-in|-out)\.wav")


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
    def shown(self) -> str:
        """Its files, in words for an admin."""
        return " and ".join(self.files(1))

    def stem(self, part: int) -> str:
        """What the PBX is told to call the files of a part, the first of which is 1."""
        return self.text if part == 1 else f"{self.text}.{part}"

    def files(self, part: int) -> tuple[str, str]:
        """Both files of a part, in the order of the archive's channels: the agent's voice first."""
        stem = self.stem(part)
        return (stem + IN, stem + OUT) if self.side == "a" else (stem + OUT, stem + IN)


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


def part_of_file(file: str) -> int:
    """The part that a file is of; 0 for what is none of ours."""
    found = _FILE.fullmatch(file)
    return int(found["part"] or 1) if found else 0


def name_of_stem(stem: str) -> str:
    """The name of the recording that a part belongs to."""
    found = _STEM.fullmatch(stem)
    return found["name"] if found else stem
