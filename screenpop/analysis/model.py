"""What is known of a conversation once it was analysed: the report, as it is stored, shown and printed.

Times are seconds from the begin of the recording, shares are 0 to 1. A figure that cannot be given (too little speech,
no engine for words) is None, never 0.
"""

from typing import Literal

import msgspec

Side = Literal["agent", "customer"]
SIDES: tuple[Side, Side] = ("agent", "customer")
"""The order of the channels of every recording that is kept: the agent's side first."""

TOO_LITTLE_SPEECH = "too_little_speech"
NO_TRANSCRIPT = "no_transcript"
SHORT_RECORDING = "short_recording"
UNKNOWN_LANGUAGE = "unknown_language"


class Word(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One word, and how sure the engine is of it (0 to 1)."""

    start: float
    end: float
    text: str
    sure: float = 1.0


class Segment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one side said in one breath."""

    side: Side
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    sure: float = 1.0


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one side's speech, pauses shorter than a breath included."""

    side: Side
    start: float
    end: float


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time."""

    start: float
    end: float


class Interruption(msgspec.Struct, frozen=True, kw_only=True):
    """`by` began to speak while the other spoke, and went on."""

    at: float
    by: Side
    seconds: float


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one side."""

    side: Side
    talk_s: float
    talk_share: float | None
    """Of all that was spoken, silence excluded."""
    longest_s: float
    """The agent's longest monologue, the customer's longest story."""
    longest_at: float | None
    first_words_s: float | None
    """From the begin of the conversation to the first words."""
    response_s: float | None
    """The median pause before this side answers the other (patience)."""
    interruptions: int
    """How often this side interrupted the other."""
    loudness_db: float | None
    """Mean level of the speech, dB below full scale."""
    clipping_share: float
    """Of the samples at full scale."""
    words: int | None = None
    words_per_minute: float | None = None
    questions: int | None = None
    fillers: int | None = None


class TrackerHit(msgspec.Struct, frozen=True, kw_only=True):
    """One of the admin's words was said."""

    tracker_id: str
    name: str
    side: Side
    start: float
    end: float
    text: str
    alert: bool = False


class ScriptLine(msgspec.Struct, frozen=True, kw_only=True):
    """What had to be said: `said_at` is None where it was not."""

    tracker_id: str
    name: str
    said_at: float | None


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """A tone at one moment: -1 is bad, 1 is good."""

    at: float
    side: Side
    value: float


class Sentiment(msgspec.Struct, frozen=True, kw_only=True):
    """The tone of the conversation and its course."""

    overall: float
    agent: float | None
    customer: float | None
    trend: Literal["improving", "stable", "deteriorating"]
    course: tuple[Mood, ...]
    sure: float


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence worth reading."""

    side: Side
    start: float
    text: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What it was about, in its own words."""

    keywords: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    next_steps: tuple[Sentence, ...]
    reason: Sentence | None = None
    """Why the customer called, as the customer said it."""
    text: str = ""
    """A free text, where a configured engine wrote one."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. `transcript` is stored apart."""

    duration: float
    speakers: tuple[Speaker, ...]
    overlap_s: float
    overlap_share: float
    silence_s: float
    silence_share: float
    longest_silence: Span | None
    interruptions: int
    interrupted: tuple[Interruption, ...]
    speaker_changes_per_minute: float | None
    turns: tuple[Turn, ...]
    gaps: tuple[Span, ...] = ()
    """Left out of the recording (card numbers)."""
    holds: tuple[Span, ...] = ()
    hold_s: float = 0.0
    wait_s: float = 0.0
    identified_s: float | None = None
    """From the answer to the customer identified (ANAL-04)."""
    language: str = ""
    engine: str = ""
    model: str = ""
    sure: float | None = None
    """Mean certainty of the transcript's words."""
    transcript: tuple[Segment, ...] = ()
    trackers: tuple[TrackerHit, ...] = ()
    script: tuple[ScriptLine, ...] = ()
    """What the trackers of kind `script` ask for."""
    sentiment: Sentiment | None = None
    topics: tuple[str, ...] = ()
    summary: Summary | None = None
    notes: tuple[str, ...] = ()
    """Codes of what the reader should know: `too_little_speech`, `no_transcript`, `short_recording`,
    `unknown_language` (the words were looked at by what needs no tables of the language)."""
