"""Recorded calls as they stand in the store once the PBX, the archive and the analysis have done their work."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import sqlalchemy as sa

from screenpop.analysis.model import (
    Interruption,
    Mood,
    Report,
    Segment,
    Sentence,
    Sentiment,
    Side,
    Span,
    Speaker,
    Summary,
    TrackerHit,
    Turn,
    Word,
)
from screenpop.store.engine import Store
from screenpop.store.tables import analysis, call, recording, tracker_hit, transcript, word_tracker

RATE = 8000
SAID: tuple[tuple[Side, float, str], ...] = (
    ("agent", 0.5, "Good morning, this is Brightwater, how can I help you?"),
    ("customer", 3.4, "Hello, my delivery has not arrived and I am thinking about cancelling."),
    ("agent", 8.0, "I am sorry to hear that. May I have your order number?"),
    ("customer", 11.6, "It is ten forty two."),
    ("agent", 18.5, "Thank you. The brass wheels leave our house tomorrow, I will call you back."),
    ("customer", 23.0, "That would be wonderful, goodbye."),
)
"""A conversation of half a minute: who, from which second on, what. Between 13 and 18 s nobody speaks."""
SECONDS = 26.0
PACE = 0.32
"""Seconds a word."""


def segments(said: Sequence[tuple[Side, float, str]] = SAID) -> tuple[Segment, ...]:
    """The transcript of a conversation; the third word of each line is one that the engine is not sure of."""
    return tuple(_segment(*each) for each in said)


def _segment(side: Side, start: float, text: str) -> Segment:
    words = tuple(
        Word(start=round(start + at * PACE, 2), end=round(start + (at + 0.8) * PACE, 2), text=f" {word}",
             sure=0.3 if at == 2 else 0.95)
        for at, word in enumerate(text.split())
    )  # fmt: skip
    return Segment(side=side, start=start, end=words[-1].end, text=text, words=words, sure=0.9)


def report(said: Sequence[tuple[Side, float, str]] = SAID, seconds: float = SECONDS, **other: Any) -> Report:
    """What the analysis says of a conversation."""
    spoken = segments(said)
    talks = {side: sum(each.end - each.start for each in spoken if each.side == side) for side in ("agent", "customer")}
    whole = Report(
        duration=seconds,
        speakers=tuple(_speaker(side, spoken, talks) for side in ("agent", "customer")),
        overlap_s=0.4,
        overlap_share=0.02,
        silence_s=7.5,
        silence_share=0.29,
        longest_silence=Span(start=13.2, end=18.5),
        interruptions=1,
        interrupted=(Interruption(at=8.0, by="agent", seconds=0.4),),
        speaker_changes_per_minute=11.5,
        turns=tuple(Turn(side=each.side, start=each.start, end=each.end) for each in spoken),
        holds=(Span(start=13.4, end=18.0),),
        hold_s=4.6,
        wait_s=12.0,
        identified_s=0.0,
        language="en",
        engine="whisper",
        model="tiny.en",
        sure=0.9,
        transcript=spoken,
        trackers=(
            TrackerHit(tracker_id="t1", name="Cancellation", side="customer", start=6.6, end=7.0, text="cancelling.",
                       alert=True),
            TrackerHit(tracker_id="t2", name="Greeting", side="agent", start=0.5, end=1.1, text="Good morning"),
        ),
        sentiment=Sentiment(
            overall=0.3, agent=0.4, customer=0.1, trend="improving", sure=0.6,
            course=(Mood(at=2.0, side="agent", value=0.4), Mood(at=5.0, side="customer", value=-0.6),
                    Mood(at=12.0, side="customer", value=0.0), Mood(at=24.0, side="customer", value=0.9)),
        ),
        topics=("delivery", "cancellation"),
        summary=Summary(
            keywords=("delivery", "order number", "brass wheels"),
            sentences=(Sentence(side="customer", start=3.4, text=said[1][2]),),
            next_steps=(Sentence(side="agent", start=20.4, text="I will call you back."),),
        ),
    )  # fmt: skip
    return msgspec.structs.replace(whole, **other)


def _speaker(side: Side, spoken: Sequence[Segment], talks: dict[str, float]) -> Speaker:
    longest = max((each for each in spoken if each.side == side), key=lambda each: each.end - each.start)
    words = sum(len(each.words) for each in spoken if each.side == side)
    return Speaker(
        side=side,
        talk_s=talks[side],
        talk_share=talks[side] / sum(talks.values()),
        longest_s=longest.end - longest.start,
        longest_at=longest.start,
        first_words_s=next(each.start for each in spoken if each.side == side),
        response_s=0.9,
        interruptions=1 if side == "agent" else 0,
        loudness_db=-21.0,
        clipping_share=0.0,
        words=words,
        words_per_minute=150.0,
        questions=2 if side == "agent" else 0,
        fillers=1,
    )


# ---------------------------------------------------------------- sound


def sound(path: Path, said: Sequence[tuple[Side, float, str]] = SAID, seconds: float = SECONDS) -> bytes:
    """Write a real two-channel Opus file in which each side hums while it speaks; returns its outline."""
    voices = np.zeros((2, int(seconds * RATE)), dtype=np.float32)
    for each in segments(said):
        lane, (start, end) = int(each.side == "customer"), (int(each.start * RATE), int(each.end * RATE))
        at = np.arange(end - start) / RATE
        voices[lane, start:end] = np.sin(2 * np.pi * (220 if lane else 150) * at) * (
            0.25 + 0.2 * np.sin(2 * np.pi * 3 * at)
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    _encode(path, voices)
    return outline(voices)


def outline(voices: np.ndarray, levels: int = 2000) -> bytes:
    """One byte for each level, the agent's side first."""
    return b"".join(
        bytes(int(np.abs(part).max(initial=0) * 255) for part in np.array_split(voice, levels)) for voice in voices
    )


def _encode(path: Path, voices: np.ndarray) -> None:
    pcm = (voices.T * 32767).astype("<i2").reshape(1, -1)
    with av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="stereo")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        for packet in (*_packets(stream, frame), *stream.encode(None)):
            out.mux(packet)


def _packets(stream: Any, frame: av.AudioFrame) -> list[Any]:
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=48000, frame_size=960)
    return [
        packet for each in (*resampler.resample(frame), *resampler.resample(None)) for packet in stream.encode(each)
    ]


# ---------------------------------------------------------------- rows

BEGAN = datetime(2026, 3, 7, 14, 32, tzinfo=UTC)


async def recorded(
    store: Store,
    folder: Path,
    call_id: str,
    id_: str = "r1",
    *,
    found: Report | None = None,
    with_sound: bool = True,
    **columns: Any,
) -> None:
    """A stored recording of a logged call, its file in the archive at `folder`, and what was `found` in it."""
    key = f"{id_}.opus"
    peaks = await asyncio.to_thread(sound, folder / key) if with_sound else None
    row = {
        "id": id_, "call_id": call_id, "state": "stored", "name": f"rd-{id_}", "agent": "101", "started_at": BEGAN,
        "ended_at": BEGAN, "key": key, "format": "opus", "size": 1, "seconds": SECONDS, "peaks": peaks,
        "stored_at": BEGAN,
    }  # fmt: skip
    async with store.begin() as tx:
        await tx.execute(sa.insert(recording).values(row | columns))
        await tx.execute(sa.update(call).where(call.c.id == call_id).values(recorded=True))
    if found is not None:
        await analysed(store, call_id, id_, found)


async def analysed(store: Store, call_id: str, recording_id: str, found: Report) -> None:
    """The analysis is done, and this was found."""
    plain = msgspec.to_builtins(found)
    segments_ = plain.pop("transcript")
    row = {"recording_id": recording_id, "call_id": call_id}
    async with store.begin() as tx:
        await tx.execute(sa.delete(analysis).where(analysis.c.recording_id == recording_id))
        await tx.execute(
            sa.insert(analysis).values(
                **row, state="done", progress=1.0, asked_at=BEGAN, finished_at=BEGAN, report=plain
            )
        )
        if segments_:
            text = {"language": found.language, "engine": found.engine, "segments": segments_, "created_at": BEGAN}
            await tx.execute(sa.insert(transcript).values(**row, **text))
    await _track(store, call_id, recording_id, found)


async def _track(store: Store, call_id: str, recording_id: str, found: Report) -> None:
    async with store.begin() as tx:
        for at, hit in enumerate(found.trackers):
            known = await tx.scalar(sa.select(word_tracker.c.id).where(word_tracker.c.name == hit.name))
            if known is None:
                tracker = {"id": hit.tracker_id, "name": hit.name, "phrases": [], "updated_at": BEGAN}
                await tx.execute(sa.insert(word_tracker).values(tracker))
            row = {
                "id": f"{recording_id}-{at}",
                "tracker_id": known or hit.tracker_id,
                "side": hit.side,
                "text": hit.text,
            }
            times = {"at_second": hit.start, "end_second": hit.end}
            await tx.execute(sa.insert(tracker_hit).values(**row, **times, call_id=call_id, recording_id=recording_id))


async def asked(store: Store, call_id: str, recording_id: str, state: str, **columns: Any) -> None:
    """The analysis is ordered, runs, or failed."""
    row = {"recording_id": recording_id, "call_id": call_id, "state": state, "asked_at": BEGAN}
    async with store.begin() as tx:
        await tx.execute(sa.delete(analysis).where(analysis.c.recording_id == recording_id))
        await tx.execute(sa.insert(analysis).values(row | columns))
