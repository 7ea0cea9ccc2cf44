"""What the words of a conversation say: a report with a transcript in, the same report with all of that out."""

from collections.abc import Iterable, Sequence

import msgspec

from screenpop.analysis.model import (
    SIDES,
    TOO_LITTLE_SPEECH,
    UNKNOWN_LANGUAGE,
    Report,
    Side,
    TrackerHit,
)
from screenpop.analysis.ready import ready
from screenpop.analysis.sentiment import sentiment
from screenpop.analysis.speech import with_words
from screenpop.analysis.spoken import Token, Utterance, tokens_of, utterances
from screenpop.analysis.summary import summarise
from screenpop.analysis.topics import topics
from screenpop.analysis.tracking import Ears, Tracker

LEAST_WORDS = 10
"""Of both sides: below that the report says that there was too little speech."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known besides: when the conversation began within the recording, and words that say nothing about its
    subject (our company's name, the agent's)."""

    begins_s: float = 0.0
    own_words: tuple[str, ...] = ()


NOTHING_KNOWN = Context()


def enrich(report: Report, trackers: Sequence[Tracker] | Ears, context: Context = NOTHING_KNOWN) -> Report:
    """`report` with what its transcript says; unchanged where it has none. Give `Ears` to make them once for many."""
    if not report.transcript:
        return report
    ears = trackers if isinstance(trackers, Ears) else Ears(trackers)
    tables = ready(report.language)
    tokens = {side: tokens_of(report.transcript, side) for side in SIDES}
    said = {side: utterances(tokens[side]) for side in SIDES}
    both = sorted((each for side in SIDES for each in said[side]), key=lambda each: each.start)
    hits = _hits(ears, tokens, context.begins_s)
    speakers = (with_words(each, tokens[each.side], said[each.side], tables) for each in report.speakers)
    return msgspec.structs.replace(
        report,
        speakers=tuple(speakers),
        trackers=hits,
        script=ears.script(hits, frozenset(side for side in SIDES if tokens[side])),
        sentiment=sentiment(both, tables, report.sure) if tables else None,
        topics=topics(hits, ears.trackers),
        summary=summarise(both, tables, context.own_words),
        notes=_notes(report.notes, both, known=tables is not None),
    )


def _hits(ears: Ears, tokens: dict[Side, tuple[Token, ...]], begins_s: float) -> tuple[TrackerHit, ...]:
    found = [hit for side in SIDES for hit in ears.hear(tokens[side], side, begins_s)]
    return tuple(sorted(found, key=lambda hit: (hit.start, hit.name)))


def _notes(notes: Iterable[str], said: Sequence[Utterance], *, known: bool) -> tuple[str, ...]:
    few = sum(len(each.tokens) for each in said) < LEAST_WORDS
    more = (TOO_LITTLE_SPEECH,) * few + (UNKNOWN_LANGUAGE,) * (not known)
    return tuple(dict.fromkeys((*notes, *more)))
