"""Calibration: do reviewers who heard the same call judge it alike?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from screenpop.quality import store as rows
from screenpop.quality.cards import ScoreCards
from screenpop.quality.model import Card, Question, Review
from screenpop.store.engine import Store

MOST_CALLS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A call with its finished reviews; `spread` is the highest score less the lowest."""

    call_id: str
    started_at: datetime
    card: Card
    reviews: tuple[Review, ...]

    @property
    def spread(self) -> float:
        """In points of 100."""
        scores = [each.score for each in self.reviews if each.score is not None]
        return max(scores) - min(scores) if scores else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTwice:
    """How far answers to one question lie apart: the mean difference from each call's mean, in points of 100, and
    how often reviewers were of one mind; over `calls`."""

    card: Card
    question: Question
    calls: int
    apart: float
    agreed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """How one reviewer's scores lie to the mean of each call: `bias` on average (strict is below 0), `apart` however
    signed, in points of 100; over `calls`."""

    id: str
    calls: int
    bias: float
    apart: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The whole comparison; `names` of the reviewers by id."""

    calls: tuple[Compared, ...]
    questions: tuple[AskedTwice, ...]
    reviewers: tuple[Reviewer, ...]
    names: Mapping[str, str]


class Calibrations:
    """Reads the reviews that can be compared."""

    def __init__(self, store: Store, cards: ScoreCards) -> None:
        self._store, self._cards = store, cards

    async def between(self, since: datetime, until: datetime) -> Calibration:
        """Of calls that began in this period; at most 500 of them, the newest."""
        async with self._store.read() as tx:
            found = await rows.twice_reviewed(tx, since, until, MOST_CALLS)
            names = await rows.names(tx, {each.reviewer for each, _ in found})
        calls = compared(found, {each.id: each for each in self._cards.all()})
        return Calibration(calls=calls, questions=by_question(calls), reviewers=by_reviewer(calls), names=names)


def compared(found: Sequence[tuple[Review, datetime]], cards: Mapping[str, Card]) -> tuple[Compared, ...]:
    """The calls of these finished reviews; one without a score is left out, and with it a call left with one."""
    calls: list[Compared] = []
    for (call_id, card_id, at), group in groupby(found, key=lambda each: (each[0].call_id, each[0].card_id, each[1])):
        card = cards.get(card_id)
        done = tuple(each for each, _ in group if each.score is not None)
        if card and len(done) > 1:
            calls.append(Compared(call_id=call_id, started_at=at, card=card, reviews=done))
    return tuple(calls)


def by_question(calls: Iterable[Compared]) -> tuple[AskedTwice, ...]:
    """The questions that two or more people answered, the most disputed first."""
    groups: dict[str, tuple[Card, Question, list[list[float]]]] = {}
    for each in calls:
        for question in each.card.asked:
            given = [r.answers[question.id].value for r in each.reviews if question.id in r.answers]
            values = [value for value in given if value is not None]
            if len(values) > 1:
                groups.setdefault(question.id, (each.card, question, []))[2].append(values)
    made = [_asked(card, question, answers) for card, question, answers in groups.values()]
    return tuple(sorted(made, key=lambda each: (-each.apart, each.question.text)))


def by_reviewer(calls: Iterable[Compared]) -> tuple[Reviewer, ...]:
    """Everybody whose reviews can be compared, who lies furthest off first."""
    off: dict[str, list[float]] = {}
    for each in calls:
        scores = {review.reviewer: review.score or 0.0 for review in each.reviews}
        mean = sum(scores.values()) / len(scores)
        for reviewer, score in scores.items():
            off.setdefault(reviewer, []).append(score - mean)
    made = [
        Reviewer(id=id_, calls=len(each), bias=round(_mean(each), 1), apart=round(_mean(map(abs, each)), 1))
        for id_, each in off.items()
    ]
    return tuple(sorted(made, key=lambda each: (-each.apart, each.id)))


def _asked(card: Card, question: Question, answers: Sequence[Sequence[float]]) -> AskedTwice:
    apart = [abs(value - _mean(values)) for values in answers for value in values]
    agreed = [len(set(values)) == 1 for values in answers]
    return AskedTwice(
        card=card,
        question=question,
        calls=len(answers),
        apart=round(100 * _mean(apart), 1),
        agreed=_mean(map(float, agreed)),
    )


def _mean(values: Iterable[float]) -> float:
    each = list(values)
    return sum(each) / len(each) if each else 0.0
