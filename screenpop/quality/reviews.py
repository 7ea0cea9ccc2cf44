"""Reviews of calls by people: who may write and see them, and what they come to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.bus import Bus
from screenpop.customers.fields import clean_note
from screenpop.errors import BadInput, NotAllowed, NotFound
from screenpop.facts import CallWritten
from screenpop.quality import store as rows
from screenpop.quality.cards import ScoreCards
from screenpop.quality.measures import of_words
from screenpop.quality.model import SYSTEM, Answer, Answers, Card, Review, complete, of_call, of_choice, score
from screenpop.quality.store import ReviewedCall
from screenpop.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The score card of a call as one person may see it. `hidden`: so many others have reviewed the call, whose
    answers are shown once one's own review is finished. `score` is the call's, in which a draft does not count."""

    call_id: str
    card: Card
    own: Review | None
    others: tuple[Review, ...]
    hidden: int
    auto: Answers
    score: float | None
    names: Mapping[str, str]
    hears: bool
    """May hear the call, and so know what was made of its words; `auto` has no more than that."""
    may_review: bool

    @property
    def own_answers(self) -> Answers:
        """What the viewer has answered."""
        return self.own.answers if self.own else {}

    @property
    def done(self) -> bool:
        """The viewer's own review is finished."""
        return self.own is not None and self.own.counts


class Reviews:
    """Reads and writes reviews; every change publishes `CallWritten`."""

    def __init__(self, store: Store, bus: Bus, cards: ScoreCards) -> None:
        self._store, self._bus, self._cards = store, bus, cards

    async def sheet(self, viewer: User, call_id: str) -> Sheet | None:
        """The card of a call; None where no card is for it, or the viewer is not to see it. An agent sees what was
        said of own calls, once it is finished; a draft is its author's alone."""
        async with self._store.read() as tx:
            found = await rows.reviewed_call(tx, call_id)
            reviews = await rows.reviews_of(tx, call_id) if found else []
            names = await rows.names(tx, {each.reviewer for each in reviews})
        card = self._card(found, reviews) if found else None
        if found is None or card is None or not self._may_see(viewer, found):
            return None
        return self._sheet(viewer, found, card, reviews, names)

    async def hidden_from(self, viewer: User, call_ids: Collection[str]) -> set[str]:
        """Those of the calls whose score this person is not to know yet: he reviews blind, others have finished, and
        he has not."""
        if not self._cards.is_blind(viewer):
            return set()
        async with self._store.read() as tx:
            return await rows.hidden_from(tx, viewer.id, call_ids)

    async def newest(self, user_id: str, since: datetime, until: datetime, limit: int) -> list[str]:
        """A person's calls of this period with a finished review, the one that was reviewed last first."""
        async with self._store.read() as tx:
            return await rows.newest_reviewed(tx, user_id, since, until, limit)

    async def write(
        self, user: User, call_id: str, choices: Mapping[str, str], comment: str, *, done: bool = False
    ) -> None:
        """Keep what `user` answered so far: question id -> what the form says. It is a draft until he says that it
        is `done`; what is changed later stays done as long as nothing is missing. Raises NotAllowed, NotFound, and
        BadInput: where some answers are missing, the others are kept all the same; where there is neither an answer
        nor a comment, all stays as it was."""
        if not user.may(Permission.REVIEW_CALLS):
            raise NotAllowed("Only supervisors review calls.")
        async with self._store.begin() as tx:
            found = await rows.reviewed_call(tx, call_id)
            if found and self._may_see(user, found) and not self._may_hear(user, found):
                raise NotAllowed("You may not listen to this call.")
            reviews = await rows.reviews_of(tx, call_id)
            card = self._card(found, reviews) if found and self._may_see(user, found) else None
            if card is None:
                raise NotFound("There is no score card for this call.")
            answers, said = _answers(card, choices), clean_note(comment)
            if not answers and not said:
                raise BadInput("Answer at least one question.", "questions")
            given = auto_of(reviews, card.id) | answers
            old = next((each for each in reviews if (each.card_id, each.reviewer) == (card.id, user.id)), None)
            whole = complete(card, answers)
            values = {
                "answers": msgspec.to_builtins(answers),
                "comment": said,
                "score": score(card, given) if answers else None,
                "done_at": _done_at(old, done=done) if whole else None,
            }
            await rows.write_review(tx, call_id, card.id, user.id, values)
            await rows.note_score(tx, call_id)
        self._bus.publish(CallWritten(call_ids=(call_id,)))
        if done and not whole:
            raise BadInput("Answer every question first: “n/a” where one does not apply.", "questions")

    async def remove(self, user: User, call_id: str) -> None:
        """Take the own review back; raises NotAllowed."""
        if not user.may(Permission.REVIEW_CALLS):
            raise NotAllowed("Only supervisors review calls.")
        async with self._store.begin() as tx:
            for each in await rows.reviews_of(tx, call_id):
                if each.reviewer == user.id:
                    await rows.remove_review(tx, call_id, each.card_id, user.id)
            await rows.note_score(tx, call_id)
        self._bus.publish(CallWritten(call_ids=(call_id,)))

    def _card(self, found: ReviewedCall, reviews: list[Review]) -> Card | None:
        """By which card a call is reviewed: the one that people have begun, else the one that is meant for it."""
        begun = (each.card_id for each in sorted(reviews, key=lambda each: not each.by_hand))
        return self._cards.card_for(found.queue, found.direction, found.team, begun)

    def _may_see(self, viewer: User, found: ReviewedCall) -> bool:
        return viewer.may(Permission.SEE_ALL_CALLS) or viewer.id == found.user_id

    def _may_hear(self, viewer: User, found: ReviewedCall) -> bool:
        own = viewer.id == found.user_id and viewer.may(Permission.LISTEN_OWN_RECORDINGS)
        return own or viewer.may(Permission.LISTEN_RECORDINGS)

    def _sheet(
        self, viewer: User, found: ReviewedCall, card: Card, every: list[Review], names: Mapping[str, str]
    ) -> Sheet:
        reviewer = viewer.may(Permission.REVIEW_CALLS)
        reviews = [each for each in every if each.card_id == card.id]
        own = next((each for each in reviews if reviewer and each.reviewer == viewer.id), None)
        others = [each for each in reviews if each.by_hand and each.counts and each is not own]
        hide = self._cards.is_blind(viewer) and not (own and own.counts)
        hears = self._may_hear(viewer, found)
        auto = auto_of(reviews, card.id)
        return Sheet(
            call_id=found.id,
            card=card,
            own=own,
            others=() if hide else tuple(others),
            hidden=len(others) if hide else 0,
            auto=auto if hears else _of_sound(card, auto),
            score=None if hide and others else of_call(every),
            names=names,
            hears=hears,
            may_review=reviewer and hears,
        )


def _done_at(old: Review | None, *, done: bool) -> datetime | None:
    """When it was finished first."""
    before = old.done_at if old else None
    return before or (datetime.now(UTC) if done else None)


def auto_of(reviews: list[Review], card_id: str) -> dict[str, Answer]:
    """The automatic answers among these reviews."""
    return next((dict(each.answers) for each in reviews if each.reviewer == SYSTEM and each.card_id == card_id), {})


def _of_sound(card: Card, auto: Answers) -> Answers:
    """Those of the automatic answers that do not rest on what was said."""
    spoken = {each.id for each in card.questions if of_words(each.rule)}
    return {id_: answer for id_, answer in auto.items() if id_ not in spoken}


async def score_again(tx: AsyncConnection, call_id: str, card: Card, reviews: list[Review]) -> None:
    """Count people's reviews by this card once more: its weights or the automatic answers are others now."""
    auto = auto_of(reviews, card.id)
    for each in reviews:
        if each.by_hand and each.card_id == card.id and each.answers:
            values: dict[str, Any] = {"score": score(card, auto | each.answers)}
            await rows.write_review(tx, call_id, card.id, each.reviewer, values)


def _answers(card: Card, choices: Mapping[str, str]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for question in card.asked:
        if question.kind == "auto":
            continue
        try:
            answer = of_choice(question, choices.get(question.id, ""))
        except ValueError as error:
            raise BadInput("This answer is not one of the choices.", question.id) from error
        if answer is not None:
            answers[question.id] = answer
    return answers
