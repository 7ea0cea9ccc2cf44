"""The figures of a conversation from who spoke when. Pure; times are seconds from the begin of the recording.

What each figure means stands at its function, and for readers in docs/analysis.md.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from screenpop.analysis.model import SIDES, Interruption, Side, Span, Turn

Spans = list[tuple[float, float]]

BACK_CHANNEL_SECONDS = 1.0
"""Who says no more than this while the other speaks (yes, I see) does not take the floor."""
MONOLOGUE_PAUSE_SECONDS = 2.0
"""A longer pause ends a monologue."""
INTERRUPTION_SECONDS = 0.3
"""So long both must speak at once, and the other must have spoken before: less is a quick reply."""


def joined(spans: Iterable[tuple[float, float]], pause: float = 0.0) -> Spans:
    """The union of `spans`, pauses shorter than `pause` closed, in order."""
    result: Spans = []
    for start, end in sorted(spans):
        if result and start - result[-1][1] < max(pause, 1e-9):
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > start:
            result.append((start, end))
    return result


def total(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds in all."""
    return sum(end - start for start, end in spans)


def overlap(one: Spans, other: Spans) -> Spans:
    """Where both are. Each is in order and does not overlap itself."""
    result, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if end > start:
            result.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return result


def without(spans: Spans, left_out: Spans) -> Spans:
    """What of `spans` is not in `left_out`; each is in order and does not overlap itself."""
    result: Spans = []
    for start, end in spans:
        for gap_start, gap_end in left_out:
            if gap_start < end and gap_end > start:
                if gap_start > start:
                    result.append((start, gap_start))
                start = max(start, gap_end)
        if end > start:
            result.append((start, end))
    return result


def silences(talk: Sequence[Spans], duration: float, left_out: Spans) -> Spans:
    """Where nobody speaks: neither side, and it is no hold and no gap of the recording."""
    spoken = joined(span for spans in talk for span in spans)
    return without([(0.0, duration)], joined([*spoken, *left_out]))


def longest(spans: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    """The longest of them, the first where several are; None of none."""
    return max(spans, key=lambda span: round(span[1] - span[0], 3), default=None)


def monologues(own: Spans, other: Spans, left_out: Spans) -> Spans:
    """One side's speech from its first to its last word, pauses included.

    It goes on through pauses of up to MONOLOGUE_PAUSE_SECONDS and through back-channels of the other side (no stretch
    longer than BACK_CHANNEL_SECONDS); a longer pause, a longer word of the other, or a hold ends it.
    """
    ends = joined([span for span in other if span[1] - span[0] > BACK_CHANNEL_SECONDS] + left_out)
    starts = [start for start, _ in ends]
    result: Spans = []
    for start, end in own:
        if result:
            floor_taken = bisect_right(starts, start) - bisect_right(starts, result[-1][0]) > 0
            if not floor_taken and start - result[-1][1] <= MONOLOGUE_PAUSE_SECONDS:
                result[-1] = (result[-1][0], end)
                continue
        result.append((start, end))
    return result


def interruptions(by: Side, own: Spans, other: Spans) -> list[Interruption]:
    """Where `by` began to speak while the other spoke, and went on for longer than a back-channel.

    The other had spoken for INTERRUPTION_SECONDS by then, and both went on at once for at least as long; `seconds` is
    for how long.
    """
    found = []
    for start, end in own:
        if end - start <= BACK_CHANNEL_SECONDS:
            continue
        for other_start, other_end in other:
            both = min(end, other_end) - start
            if other_start + INTERRUPTION_SECONDS <= start and both >= INTERRUPTION_SECONDS:
                found.append(Interruption(at=round(start, 2), by=by, seconds=round(both, 2)))
    return found


def turns(talk: Sequence[Spans]) -> tuple[Turn, ...]:
    """All stretches of speech of both sides, in the order of their begin."""
    every = [
        Turn(side=side, start=round(start, 2), end=round(end, 2))
        for side, spans in zip(SIDES, talk, strict=True)
        for start, end in spans
    ]
    return tuple(sorted(every, key=lambda turn: (turn.start, turn.end)))


def floor_holders(ordered: Sequence[Turn]) -> list[Turn]:
    """The turns without back-channels: no stretch of up to BACK_CHANNEL_SECONDS that lies within one of the other."""
    long = [turn for turn in ordered if turn.end - turn.start > BACK_CHANNEL_SECONDS]
    return [
        turn
        for turn in ordered
        if turn.end - turn.start > BACK_CHANNEL_SECONDS
        or not any(other.side != turn.side and other.start <= turn.start and turn.end <= other.end for other in long)
    ]


def speaker_changes(ordered: Sequence[Turn]) -> int:
    """How often the floor went to the other side, back-channels left out."""
    held = floor_holders(ordered)
    return sum(one.side != other.side for one, other in pairwise(held))


def response(side: Side, ordered: Sequence[Turn], left_out: Spans) -> float | None:
    """The median pause (seconds) between the other's last word and this side's first; 0 where it comes before.

    Pauses with a hold or a gap in them do not count. None where this side never answered.
    """
    held = floor_holders(ordered)
    answers = [(one, other) for one, other in pairwise(held) if one.side != side == other.side]
    pauses = [
        max(answer.start - said.end, 0.0)
        for said, answer in answers
        if not overlap([(said.end, answer.start)], left_out)
    ]
    return median(pauses) if pauses else None


def span(found: tuple[float, float] | None) -> Span | None:
    """The same as it is reported, to the hundredth."""
    return Span(start=round(found[0], 2), end=round(found[1], 2)) if found else None
