"""What the robots of the demo say: the two sides of one of the conversations, as their phones send it."""

import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

from ari_app.demo.conversations import conversations, sounds_folder, write

CLIP, BIAS = 32635, 132


@dataclass(frozen=True, slots=True)
class Voices:
    """Files of raw mu-law; None is silence."""

    agent: Path | None = None
    customer: Path | None = None


SILENT = Voices()


def make_voices(data: Path | None, folder: Path) -> Voices:
    """Both sides in `folder`, from the prompts below Asterisk's `data` folder; silence where there are none."""
    sounds = sounds_folder(data)
    if sounds is None:
        return SILENT
    agent, customer = folder / "agent.wav", folder / "customer.wav"
    write(conversations(sounds)[0], sounds, agent, customer)
    return Voices(_as_mulaw(agent), _as_mulaw(customer))


def mulaw(sample: int) -> int:
    """A sample of 16 bits as mu-law (ITU-T G.711)."""
    sign = 0x80 if sample < 0 else 0
    biased = min(abs(sample), CLIP) + BIAS
    exponent = biased.bit_length() - 8
    return ~(sign | exponent << 4 | biased >> exponent + 3 & 15) & 255


def _as_mulaw(file: Path) -> Path:
    with wave.open(str(file)) as source:
        samples = array("h", source.readframes(source.getnframes()))
    target = file.with_suffix(".ul")
    target.write_bytes(bytes(map(mulaw, samples)))
    return target
