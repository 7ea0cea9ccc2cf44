"""What a file of the archive holds: tones on its two channels, and stretches of silence."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from tests.pbx.tones import TONES

HICCUP = 50  # Hz
Sound = NDArray[np.float64]


class Recorded:
    """A file, decoded. Channel 0 is the agent's side; times are seconds."""

    def __init__(self, path: Path) -> None:
        with av.open(str(path)) as file:
            stream = file.streams.audio[0]
            converter = av.AudioResampler(format="fltp", layout="stereo", rate=stream.rate)
            frames = [made.to_ndarray() for frame in file.decode(stream) for made in converter.resample(frame)]
            self.rate = stream.rate
        self.channels: Sound = np.concatenate(frames, axis=1).astype(np.float64)

    @property
    def seconds(self) -> float:
        return self.channels.shape[1] / self.rate

    def loudness(self, channel: int, start: float, end: float) -> float:
        """Mean level of a stretch, 0 to 1."""
        piece = self._piece(channel, start, end)
        return float(np.sqrt(np.square(piece).mean())) if piece.size else 0.0

    def pitch(self, channel: int, start: float, end: float) -> int:
        """The strongest tone of a stretch to 10 Hz; 0 where it is silent."""
        piece = self._piece(channel, start, end)
        if self.loudness(channel, start, end) < 0.01:
            return 0
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
        return round(int(np.argmax(spectrum)) * self.rate / len(piece) / 10) * 10

    def tones(self, channel: int, start: float, end: float, step: float = 0.2) -> set[int]:
        """Which of our tones are in a stretch, and others by their `pitch`; what is silent in between is left out.
        A tone that was played with a hiccup is a few Hz off."""
        count = max(int((end - start) / step), 1)
        pieces = [(start + number * step, start + (number + 1) * step) for number in range(count)]
        found = {self.pitch(channel, *piece) for piece in pieces} - {0}
        return {next((tone for tone in TONES if abs(tone - pitch) <= HICCUP), pitch) for pitch in found}

    def silences(self, channel: int, step: float = 0.05) -> list[tuple[float, float]]:
        """The stretches without sound, to `step` seconds."""
        found: list[tuple[float, float]] = []
        for number in range(int(self.seconds / step)):
            start, end = number * step, (number + 1) * step
            if self.loudness(channel, start, end) >= 0.01:
                continue
            if found and abs(found[-1][1] - start) < step / 2:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    def _piece(self, channel: int, start: float, end: float) -> Sound:
        piece: Sound = self.channels[channel, int(start * self.rate) : int(end * self.rate)]
        return piece
