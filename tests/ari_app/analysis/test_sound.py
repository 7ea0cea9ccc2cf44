"""Recordings are read whatever they come as, or it is said what is wrong with them."""

import json
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from ari_app.analysis.sound import Samples, doubled, read_sound
from ari_app.main import main
from screenpop.errors import BadInput

pytestmark = pytest.mark.feature("ANAL-01")

RATE = 8000
SECONDS = 2


def tone(pitch: float, rate: int = RATE) -> Samples:
    return (8000 * np.sin(2 * np.pi * pitch * np.arange(rate * SECONDS) / rate)).astype(np.int16)


def write_wav(path: Path, *channels: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.stack(channels, axis=1).tobytes())
    return path


def encode(path: Path, codec: str, rate: int, *channels: Samples) -> Path:
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=rate, layout="stereo")
        resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=rate)
        packed = np.ascontiguousarray(np.stack(channels, axis=1)).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
        frame.sample_rate = rate
        for part in (*resampler.resample(frame), None):
            out.mux(stream.encode(part))
    return path


def pitch_of(samples: Samples, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples[: rate * SECONDS].astype(float)))
    return float(np.argmax(spectrum)) * rate / min(len(samples), rate * SECONDS)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.wav", "pcm_s16le", 8000), ("a.wav", "pcm_s16le", 44100), ("a.flac", "flac", 8000), ("a.opus", "libopus", 8000),
     ("b.opus", "libopus", 48000), ("a.wav", "pcm_mulaw", 8000), ("a.wav", "pcm_f32le", 16000)],
)  # fmt: skip
def test_both_channels_are_read_in_their_order(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    sound = read_sound(encode(tmp_path / name, codec, rate, tone(440, rate), tone(1000, rate)))
    assert sound.seconds == pytest.approx(SECONDS, abs=0.03)
    assert pitch_of(sound.sides[0], sound.rate) == pytest.approx(440, abs=3)
    assert pitch_of(sound.sides[1], sound.rate) == pytest.approx(1000, abs=3)


def test_two_files_are_the_two_sides_and_the_shorter_one_ends_in_silence(tmp_path: Path) -> None:
    first, second = write_wav(tmp_path / "a.wav", tone(440)), write_wav(tmp_path / "b.wav", tone(1000)[:RATE])
    sound = read_sound(first, second)
    assert [len(side) for side in sound.sides] == [RATE * SECONDS] * 2
    assert not sound.sides[1][RATE:].any()


def test_two_files_of_different_rates_get_the_higher_one(tmp_path: Path) -> None:
    first = write_wav(tmp_path / "a.wav", tone(440))
    second = write_wav(tmp_path / "b.wav", tone(1000, 16000), rate=16000)
    for one, other, pitch in ((first, second, 440), (second, first, 1000)):
        sound = read_sound(one, other)
        assert sound.rate == 16000
        assert pitch_of(sound.sides[0], sound.rate) == pytest.approx(pitch, abs=3)


def test_twice_as_many_samples_are_the_same_sound() -> None:
    assert pitch_of((doubled(tone(1000)[None].astype(np.float32))[0]).astype(np.int16), 16000) == 1000


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "cannot read"), (b"not a recording at all" * 50, "cannot read"), (None, "No such file")],
    ids=["empty", "text", "absent"],
)
def test_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "call.wav"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=words) as caught:
        read_sound(file)
    assert "call.wav" in str(caught.value)


def test_one_channel_alone_three_channels_and_no_samples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one channel"):
        read_sound(write_wav(tmp_path / "a.wav", tone(440)))
    with pytest.raises(BadInput, match="3 channels"):
        read_sound(write_wav(tmp_path / "b.wav", tone(440), tone(500), tone(600)))
    with pytest.raises(BadInput, match="no sound"):
        read_sound(write_wav(tmp_path / "c.wav", tone(440)[:0], tone(440)[:0]))


def test_command_prints_the_report_and_says_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_wav(tmp_path / "call.wav", tone(440), np.zeros(RATE * SECONDS, np.int16))
    assert main(["analyse", str(file), "--no-transcript"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["duration"] == SECONDS
    assert [speaker["side"] for speaker in report["speakers"]] == ["agent", "customer"]
    assert report["speakers"][0]["talk_share"] is None
    assert report["silence_s"] == SECONDS
    assert report["notes"] == ["too_little_speech", "short_recording", "no_transcript"]
    assert main(["analyse", str(tmp_path / "away.wav")]) == 1
    assert "away.wav" in capsys.readouterr().err
