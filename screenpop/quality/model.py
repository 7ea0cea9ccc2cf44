"""Score cards and reviews: types and pure rules."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, get_args

import msgspec

Kind = Literal["yes_no", "scale", "auto"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SCALE = 5
SYSTEM = "system"
"""The reviewer that answers the automatic questions."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What an automatic question measures (`screenpop.quality.measures`), and what counts as good: at least, at most,
    or both. `tracker_id` where the measure is a tracker."""

    measure: str = ""
    least: float | None = None
    most: float | None = None
    tracker_id: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a card. `rule` belongs to an automatic one."""

    id: str
    text: str
    kind: Kind
    weight: int = 1
    rule: Rule = Rule()
    active: bool = True
    sort: int = 0


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls a card is for; an empty list does not mind."""

    queues: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def covers(self, queue: str, direction: str, team: str) -> bool:
        """Is a call of this queue, direction and team meant?"""
        asked = ((self.queues, queue), (self.directions, direction), (self.teams, team))
        return all(not wanted or value in wanted for wanted, value in asked)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A score card with its questions in their order."""

    id: str
    name: str
    scope: Scope = Scope()
    active: bool = True
    sort: int = 0
    questions: tuple[Question, ...] = ()

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are in use."""
        return tuple(each for each in self.questions if each.active)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is 0 to 1, None: not applicable. `measured` is what an automatic one saw, in the measure's unit."""

    value: float | None
    measured: float | None = None


Answers = Mapping[str, Answer]
"""Question id -> its answer; one that is not in it was not answered yet."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer's card of a call. `answers` of a person are the manual ones only; `score` counts the automatic
    ones as well, and is None before anything is answered. `done_at`: when its author said that it is finished; before
    that it is a draft, which counts nowhere and which nobody else sees."""

    id: str
    call_id: str
    card_id: str
    reviewer: str
    answers: dict[str, Answer]
    score: float | None
    comment: str
    created_at: datetime
    updated_at: datetime
    done_at: datetime | None = None

    @property
    def by_hand(self) -> bool:
        """A person's."""
        return self.reviewer != SYSTEM

    @property
    def counts(self) -> bool:
        """It is no draft: the system's, or a person's finished one."""
        return not self.by_hand or self.done_at is not None


def card_for(cards: Iterable[Card], queue: str, direction: str, team: str) -> Card | None:
    """The first card in use that is meant for such a call."""
    for card in cards:
        if card.active and card.asked and card.scope.covers(queue, direction, team):
            return card
    return None


def score(card: Card, answers: Answers) -> float | None:
    """0 to 100 by weight, over what was answered and is applicable; None where that is nothing."""
    counted = [
        (question.weight, answer.value)
        for question in card.asked
        if (answer := answers.get(question.id)) is not None and answer.value is not None and question.weight > 0
    ]
    weight = sum(each for each, _ in counted)
    return round(100 * sum(each * value for each, value in counted) / weight, 1) if weight else None


def complete(card: Card, answers: Answers) -> bool:
    """Has every question been answered that people answer?"""
    return all(each.id in answers for each in card.asked if each.kind != "auto")


def of_call(reviews: Iterable[Review]) -> float | None:
    """The score of a call: the mean of people's finished reviews; the automatic one where there is none."""
    scored = [each for each in reviews if each.counts and each.score is not None]
    people = [each.score for each in scored if each.by_hand and each.score is not None]
    found = people or [each.score for each in scored if each.score is not None]
    return round(sum(found) / len(found), 1) if found else None


def of_choice(question: Question, written: str) -> Answer | None:
    """The answer that a form says: `na`, `0` or `1`, or 1 to 5 on a scale; None for none. Raises ValueError."""
    if not written:
        return None
    if written == "na":
        return Answer(value=None)
    number, most = int(written), 1 if question.kind == "yes_no" else SCALE
    least = 0 if question.kind == "yes_no" else 1
    if not least <= number <= most:
        raise ValueError(written)
    return Answer(value=(number - least) / (most - least))


def to_choice(question: Question, answer: Answer | None) -> str:
    """What the form has for an answer."""
    if answer is None:
        return ""
    if answer.value is None:
        return "na"
    return str(round(answer.value)) if question.kind == "yes_no" else str(round(answer.value * (SCALE - 1)) + 1)
