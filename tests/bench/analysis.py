"""The analysis of a call, beside plain faster-whisper on the same file.

The call is made of human prompts, one side after the other as people talk (each speaks 45 % of the time), and kept as
the archive keeps calls. Each figure is of a process of its own that is bound to one thread: seconds of sound for each
second of processor time, and the most memory that the process had. Loading the model is not counted.
"""

import asyncio
import itertools
import multiprocessing
import resource
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ari_app.demo.asterisk import find_asterisk
from ari_app.demo.conversations import sounds_folder
from ari_app.recording import sound as archive
from ari_app.recording.wav import Wav
from tests.bench.measure import runs, side_by_side
from tests.bench.table import Row

RATE = 8000
SECONDS, QUICK_SECONDS = 600, 40
SPOKEN_SECONDS = 120
"""Of these with a transcript."""
PAUSE_SECONDS = 0.6
MODEL = "tiny.en"


class Made(NamedTuple):
    """Times faster than real time, and megabytes."""

    speed: float
    memory: float


def run(quick: bool) -> list[Row]:
    """Without and with a transcript."""
    with tempfile.TemporaryDirectory() as folder:
        long, short = (QUICK_SECONDS,) * 2 if quick else (SECONDS, SPOKEN_SECONDS)
        files = {kind: _call(Path(folder) / f"call.{kind}", long) for kind in ("flac", "opus")}
        spoken = _call(Path(folder) / "spoken.opus", short)
        count = runs(quick)
        return [
            *_rows("without transcript, FLAC", files["flac"], (_sound, _plain_sound), count, 1000),
            *_rows("without transcript, Opus", files["opus"], (_sound, _plain_sound), count, 1000),
            *_rows("with transcript (Whisper tiny.en), Opus", spoken, (_words, _plain_words), 1 if quick else 3, 4),
        ]


def _rows(
    what: str, file: Path, works: tuple[Callable[[Path], float], Callable[[Path], float]], count: int, budget: float
) -> Iterator[Row]:
    made: tuple[list[Made], list[Made]] = ([], [])

    def speed(which: int) -> float:
        made[which].append(_apart(works[which], file))
        return made[which][-1].speed

    ours, theirs = side_by_side(count, partial(speed, 0), partial(speed, 1))
    memory = [max(each.memory for each in one) for one in made]
    row = partial(Row, peer="plain faster-whisper")
    yield row(what=what, value=ours, unit="× real time", better="more", peer_value=theirs, budget=budget)
    yield row(what=f"{what}: peak memory", value=memory[0], unit="MB", better="less", peer_value=memory[1])


def _apart(work: Callable[[Path], float], file: Path) -> Made:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, work, file).result()


def _measured(work: Callable[[Path], float], file: Path) -> Made:
    speed = work(file)
    return Made(speed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _timed(work: Callable[[], float]) -> float:
    """Seconds of sound, as `work` says, for each second of the processor; the second time, when all is loaded."""
    work()
    start = time.process_time()
    seconds = work()
    return seconds / (time.process_time() - start)


# ---------------------------------------------------------------- who does it


def _sound(file: Path) -> float:
    from ari_app.analysis.report import analyse
    from ari_app.analysis.sound import read_sound

    return _timed(lambda: analyse(read_sound(file)).duration)


def _plain_sound(file: Path) -> float:
    """Decoding and its voice detection, which is all that it does without a transcript."""
    from faster_whisper.audio import decode_audio
    from faster_whisper.vad import get_speech_timestamps

    def work() -> float:
        sides = decode_audio(str(file), split_stereo=True)
        for side in sides:
            get_speech_timestamps(side)
        return len(sides[0]) / 16_000

    return _timed(work)


def _words(file: Path) -> float:
    from ari_app.analysis.engines import make_engine
    from ari_app.analysis.report import analyse
    from ari_app.analysis.sound import read_sound
    from screenpop.config import Analysis

    engine = make_engine(Analysis(model=MODEL))
    return _timed(lambda: analyse(read_sound(file), engine).duration)


def _plain_words(file: Path) -> float:
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    from ari_app.analysis.models import find_model

    whisper = WhisperModel(find_model(MODEL).place, device="cpu", compute_type="int8", cpu_threads=1)

    def work() -> float:
        sides = decode_audio(str(file), split_stereo=True)
        for side in sides:
            segments, _ = whisper.transcribe(
                side, vad_filter=True, word_timestamps=True, condition_on_previous_text=False
            )
            for _ in segments:
                pass
        return len(sides[0]) / 16_000

    return _timed(work)


# ---------------------------------------------------------------- the call


def _call(path: Path, seconds: float) -> Path:
    sides = [np.zeros(round(seconds * RATE), np.int16) for _ in range(2)]
    at = round(PAUSE_SECONDS * RATE)
    for number, prompt in enumerate(_prompts()):
        if at + len(prompt) > len(sides[0]):
            break
        sides[number % 2][at : at + len(prompt)] = prompt
        at += len(prompt) + round(PAUSE_SECONDS * RATE)
    kind: archive.Format = "opus" if path.suffix == ".opus" else "flac"
    part = archive.Part(*(Wav(RATE, side, True) for side in sides))
    archive.make(archive.Sides(RATE, (part,)), path, kind)
    return path


def _prompts() -> Iterator[np.ndarray[tuple[int], np.dtype[np.int16]]]:
    """Of two seconds and more, again and again."""
    folder = sounds_folder(asyncio.run(find_asterisk()).data)
    assert folder is not None, "asterisk-core-sounds-en-wav is not installed"
    for file in itertools.cycle(sorted(folder.glob("*.wav"))):
        with wave.open(str(file)) as sound:
            if sound.getnframes() > 2 * RATE:
                yield np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
