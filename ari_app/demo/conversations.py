"""Conversations for the demo's recordings: the human voice of Asterisk's own prompts, put together turn by turn."""

import tomllib
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RATE = 8000
VOICE = "en_US_f_Allison"
SYSTEM_FOLDERS = ("/usr/share/asterisk/sounds/en", "/var/lib/asterisk/sounds/en")
LEAD = 0.6
TAIL = 0.8
Who = Literal["agent", "customer"]


@dataclass(frozen=True, slots=True)
class Said:
    """One prompt, `gap` seconds after the end of what was said before; below 0 it interrupts."""

    who: Who
    prompt: str
    gap: float = 0.5


def conversations(sounds: Path) -> list[list[Said]]:
    """All whose prompts are there; each becomes one recorded call."""
    text = (Path(__file__).parent / "conversations.toml").read_text(encoding="utf-8")
    told = [[_said(turn) for turn in each["turns"]] for each in tomllib.loads(text)["conversation"]]
    return [talk for talk in told if all((sounds / f"{said.prompt}.wav").exists() for said in talk)]


def _said(turn: str) -> Said:
    who, prompt, *gap = turn.split()
    return Said("agent" if who == "agent" else "customer", prompt, *(float(seconds) for seconds in gap))


def sounds_folder(data: Path | None) -> Path | None:
    """Where the prompts are, in Asterisk's data folder or where distributions have them; None where they are not."""
    folders = [data / "sounds" / VOICE] if data else [Path(folder) for folder in SYSTEM_FOLDERS]
    return next((folder for folder in folders if (folder / "hello.wav").exists()), None)


def length(conversation: Sequence[Said], sounds: Path) -> float:
    """How long it takes, in seconds."""
    at = LEAD
    for said in conversation:
        with wave.open(str(sounds / f"{said.prompt}.wav")) as sound:
            at += said.gap + sound.getnframes() / RATE
    return at + TAIL


def write(conversation: Sequence[Said], sounds: Path, agent: Path, customer: Path) -> float:
    """Write each side into a file of its own (16 bit, 8 kHz); returns their length in seconds."""
    sides: dict[Who, array[int]] = {"agent": array("h"), "customer": array("h")}
    at = LEAD
    for said in conversation:
        sound = _read(sounds / f"{said.prompt}.wav")
        start = max(0, round((at + said.gap) * RATE))
        _put(sides[said.who], sound, start)
        at = (start + len(sound)) / RATE
    length = round((at + TAIL) * RATE)
    for side, file in ((sides["agent"], agent), (sides["customer"], customer)):
        side.extend(array("h", bytes(2 * (length - len(side)))))
        _write(file, side)
    return length / RATE


def _put(side: "array[int]", sound: "array[int]", start: int) -> None:
    side.extend(array("h", bytes(2 * max(0, start - len(side)))))
    del side[start:]
    side.extend(sound)


def _read(file: Path) -> "array[int]":
    with wave.open(str(file)) as source:
        return array("h", source.readframes(source.getnframes()))


def _write(file: Path, side: "array[int]") -> None:
    with wave.open(str(file), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(side.tobytes())
