"""How somebody speaks: pace, questions, fillers."""

from collections.abc import Sequence

import msgspec

from screenpop.analysis.model import Speaker
from screenpop.analysis.ready import Ready, begins, has
from screenpop.analysis.spoken import Token, Utterance

LEAST_TALK_S = 10.0
LEAST_WORDS = 20
"""Below that nobody's pace can be told."""


def with_words(speaker: Speaker, tokens: Sequence[Token], said: Sequence[Utterance], ready: Ready | None) -> Speaker:
    """The figures of one side, with what its words give. Without tables of the language fillers stay unknown."""
    return msgspec.structs.replace(
        speaker,
        words=len(tokens),
        words_per_minute=pace(len(tokens), speaker.talk_s),
        questions=sum(is_question(each, ready) for each in said),
        fillers=sum(1 for _ in ready.fillers.find(tokens)) if ready else None,
    )


def pace(words: int, talk_s: float) -> float | None:
    """Words a minute of own talk; None where it was too little speech."""
    if words < LEAST_WORDS or talk_s < LEAST_TALK_S:
        return None
    return round(words * 60 / talk_s, 1)


def is_question(said: Utterance, ready: Ready | None) -> bool:
    """By its mark, or by how it is worded."""
    if said.asks:
        return True
    if ready is None or len(said.tokens) < 2:
        return False
    return begins(ready.asks_first, said.tokens) or has(ready.asks_anywhere, said.tokens)
