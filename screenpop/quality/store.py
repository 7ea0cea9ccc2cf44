"""Score cards and reviews in SQL. Every function works in the transaction it is given."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.analysis.model import Report
from screenpop.errors import Conflict
from screenpop.ids import new_id
from screenpop.quality.blind import is_hidden_from
from screenpop.quality.measures import CallFigures
from screenpop.quality.model import SYSTEM, Answer, Card, Question, Review, Rule, Scope, of_call
from screenpop.store.tables import analysis, call, review, score_card, score_question, user

c, q, r = score_card.c, score_question.c, review.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedCall:
    """What a review needs to know of its call. `user_id` and `team`: whose call it is."""

    id: str
    queue: str
    direction: str
    team: str
    user_id: str
    figures: CallFigures


# ---------------------------------------------------------------- cards


async def cards(tx: AsyncConnection) -> list[Card]:
    """All cards with their questions, in their order."""
    asked: dict[str, list[Question]] = {}
    for row in await tx.execute(sa.select(score_question).order_by(q.sort, q.id)):
        asked.setdefault(row.card_id, []).append(_question(row))
    rows = await tx.execute(sa.select(score_card).order_by(c.sort, c.id))
    return [_card(row, asked.get(row.id, [])) for row in rows]


async def write_card(tx: AsyncConnection, card: Card, *, new: bool) -> None:
    """Put a card and its questions into their rows; those it no longer has go. Raises Conflict where its name is
    taken."""
    values = {
        "id": card.id,
        "name": card.name,
        "scope": msgspec.to_builtins(card.scope),
        "active": card.active,
        "sort": card.sort,
        "updated_at": datetime.now(UTC),
    }
    row = sa.insert(score_card) if new else sa.update(score_card).where(c.id == card.id)
    try:
        await tx.execute(row.values(values))
    except IntegrityError as error:
        raise Conflict("There is a score card of this name already.") from error
    await _write_questions(tx, card)


async def remove_card(tx: AsyncConnection, card_id: str) -> list[str]:
    """Forget a card with its questions and reviews; gives the calls that were reviewed by it."""
    found = list((await tx.execute(sa.select(r.call_id).where(r.card_id == card_id).distinct())).scalars())
    await tx.execute(sa.delete(score_card).where(c.id == card_id))
    return found


async def _write_questions(tx: AsyncConnection, card: Card) -> None:
    kept = [each.id for each in card.questions]
    await tx.execute(sa.delete(score_question).where(q.card_id == card.id, q.id.not_in(kept)))
    there = set((await tx.execute(sa.select(q.id).where(q.card_id == card.id))).scalars())
    for place, each in enumerate(card.questions, start=1):
        values = msgspec.to_builtins(each) | {"card_id": card.id, "sort": place}
        row = sa.update(score_question).where(q.id == each.id) if each.id in there else sa.insert(score_question)
        await tx.execute(row.values(values))


# ---------------------------------------------------------------- reviews


async def reviewed_call(tx: AsyncConnection, call_id: str) -> ReviewedCall | None:
    """The call, None where the log has none of this id."""
    k = call.c
    wanted = (k.id, k.queue, k.direction, k.user_id, k.wait_seconds, k.hold_seconds, k.ring_seconds, user.c.team)
    query = sa.select(*wanted).outerjoin(user, user.c.id == k.user_id).where(k.id == call_id)
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    figures = CallFigures(wait_s=row.wait_seconds, hold_s=row.hold_seconds, ring_s=row.ring_seconds)
    return ReviewedCall(
        id=row.id,
        queue=row.queue,
        direction=row.direction,
        team=row.team or "",
        user_id=row.user_id or "",
        figures=figures,
    )


async def reviews_of(tx: AsyncConnection, call_id: str) -> list[Review]:
    """All reviews of a call, the system's as well, the oldest first."""
    rows = await tx.execute(sa.select(review).where(r.call_id == call_id).order_by(r.created_at, r.id))
    return [_review(row) for row in rows]


async def write_review(tx: AsyncConnection, call_id: str, card_id: str, reviewer: str, values: dict[str, Any]) -> None:
    """Write some columns of a review, which is made where it is not there."""
    now = datetime.now(UTC)
    this = sa.and_(r.call_id == call_id, r.card_id == card_id, r.reviewer == reviewer)
    done = await tx.execute(sa.update(review).where(this).values(values | {"updated_at": now}))
    if not done.rowcount:
        key = {"id": new_id(), "call_id": call_id, "card_id": card_id, "reviewer": reviewer}
        made = {"answers": {}, "comment": ""} | values | key | {"created_at": now, "updated_at": now}
        await tx.execute(sa.insert(review).values(made))


async def newest_reviewed(tx: AsyncConnection, user_id: str, since: datetime, until: datetime, limit: int) -> list[str]:
    """This user's calls of a period that people have finished a review of, the one that was reviewed last first."""
    finished = (r.reviewer != SYSTEM, r.done_at.is_not(None))
    theirs = (call.c.user_id == user_id, call.c.started_at >= since, call.c.started_at < until)
    query = sa.select(call.c.id).join(review, r.call_id == call.c.id).where(*finished, *theirs).group_by(call.c.id)
    return list((await tx.execute(query.order_by(sa.func.max(r.done_at).desc(), call.c.id).limit(limit))).scalars())


async def hidden_from(tx: AsyncConnection, reviewer: str, call_ids: Collection[str]) -> set[str]:
    """Those of the calls whose score is hidden from a reviewer."""
    query = sa.select(call.c.id).where(call.c.id.in_(call_ids), is_hidden_from(reviewer))
    return set((await tx.execute(query)).scalars())


async def remove_review(tx: AsyncConnection, call_id: str, card_id: str, reviewer: str) -> bool:
    """Forget a review; was there one?"""
    this = sa.and_(r.call_id == call_id, r.card_id == card_id, r.reviewer == reviewer)
    return (await tx.execute(sa.delete(review).where(this))).rowcount > 0


async def remove_reviews(tx: AsyncConnection, call_id: str, reviewer: str, but: str) -> None:
    """Forget a reviewer's reviews of a call by other cards than `but`."""
    await tx.execute(sa.delete(review).where(r.call_id == call_id, r.reviewer == reviewer, r.card_id != but))


async def reviewed_by(tx: AsyncConnection, card_id: str, limit: int) -> list[str]:
    """The calls that have reviews by this card, the latest first."""
    query = sa.select(r.call_id).where(r.card_id == card_id).group_by(r.call_id)
    return list((await tx.execute(query.order_by(sa.func.max(r.created_at).desc()).limit(limit))).scalars())


async def note_score(tx: AsyncConnection, call_id: str) -> None:
    """Write what the reviews of a call come to into its row."""
    value = of_call(await reviews_of(tx, call_id))
    await tx.execute(sa.update(call).where(call.c.id == call_id).values(score=value))


async def without_answers(tx: AsyncConnection, since: datetime, limit: int) -> list[str]:
    """Calls whose analysis was done since then, and whose automatic questions were not answered after it."""
    answered = sa.select(r.id).where(r.call_id == analysis.c.call_id, r.reviewer == SYSTEM)
    fresh = answered.where(r.updated_at >= analysis.c.finished_at)
    done = (analysis.c.report.is_not(None), analysis.c.finished_at >= since)
    query = sa.select(analysis.c.call_id).where(*done, ~fresh.exists()).distinct().limit(limit)
    return list((await tx.execute(query)).scalars())


async def analysed_since(tx: AsyncConnection, since: datetime, limit: int) -> list[str]:
    """Calls that began since then and have an analysis, the newest first."""
    done = sa.select(analysis.c.call_id).where(analysis.c.report.is_not(None))
    query = sa.select(call.c.id).where(call.c.started_at >= since, call.c.id.in_(done))
    return list((await tx.execute(query.order_by(call.c.started_at.desc()).limit(limit))).scalars())


async def report_of(tx: AsyncConnection, call_id: str) -> Report | None:
    """What the analysis said of a call, without its transcript: that of the longest recording is the conversation.
    None where there is none yet."""
    there = (analysis.c.call_id == call_id, analysis.c.report.is_not(None))
    found = (await tx.execute(sa.select(analysis.c.report).where(*there))).scalars()
    reports = [msgspec.convert(each, Report) for each in found]
    return max(reports, key=lambda each: each.duration, default=None)


async def twice_reviewed(
    tx: AsyncConnection, since: datetime, until: datetime, limit: int
) -> list[tuple[Review, datetime]]:
    """People's finished reviews of calls of this period of which two or more have one by the same card, with the
    begin of the call: the newest call first, reviews of one call by one card together."""
    finished = (r.reviewer != SYSTEM, r.done_at.is_not(None))
    people = sa.select(r.call_id, r.card_id).where(*finished).group_by(r.call_id, r.card_id)
    several = people.having(sa.func.count() > 1).subquery()
    newest = (
        sa.select(several.c.call_id, several.c.card_id, call.c.started_at)
        .join(call, call.c.id == several.c.call_id)
        .where(call.c.started_at >= since, call.c.started_at < until)
        .order_by(call.c.started_at.desc())
        .limit(limit)
        .subquery()
    )
    same = sa.and_(r.call_id == newest.c.call_id, r.card_id == newest.c.card_id, *finished)
    order = newest.c.started_at.desc(), r.call_id, r.card_id, r.created_at
    query = sa.select(review, newest.c.started_at).join(newest, same).order_by(*order)
    return [(_review(row), row.started_at) for row in await tx.execute(query)]


async def names(tx: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """The names of these users."""
    rows = await tx.execute(sa.select(user.c.id, user.c.name, user.c.login).where(user.c.id.in_(ids)))
    return {row.id: row.name or row.login for row in rows}


def _card(row: sa.Row[Any], questions: list[Question]) -> Card:
    scope = msgspec.convert(row.scope, Scope)
    return Card(id=row.id, name=row.name, scope=scope, active=row.active, sort=row.sort, questions=tuple(questions))


def _question(row: sa.Row[Any]) -> Question:
    rule = msgspec.convert(row.rule or {}, Rule)
    return Question(
        id=row.id, text=row.text, kind=row.kind, weight=row.weight, rule=rule, active=row.active, sort=row.sort
    )


def _review(row: sa.Row[Any]) -> Review:
    return Review(
        id=row.id,
        call_id=row.call_id,
        card_id=row.card_id,
        reviewer=row.reviewer,
        answers=msgspec.convert(row.answers, dict[str, Answer]),
        score=row.score,
        comment=row.comment,
        created_at=row.created_at,
        updated_at=row.updated_at,
        done_at=row.done_at,
    )
