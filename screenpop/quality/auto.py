"""The automatic questions: answered when the analysis of a call is done, and again when a card changes."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa
import structlog

from screenpop.bus import Bus
from screenpop.facts import AnalysisChanged, CallWritten
from screenpop.quality import store as rows
from screenpop.quality.cards import ScoreCards
from screenpop.quality.measures import answer
from screenpop.quality.model import SYSTEM, Answer, Card, score
from screenpop.quality.reviews import score_again
from screenpop.store.engine import Store

MISSED_WITHIN = timedelta(days=7)
"""An analysis that was done while Ringdesk was away is answered if it is not older."""
MOST = 10_000
"""Calls that wait; what is beyond is found again at the next start."""

log = structlog.get_logger(__name__)


class AutoScores:
    """`run` works off what `again` and finished analyses ask for."""

    def __init__(self, store: Store, bus: Bus, cards: ScoreCards) -> None:
        self._store, self._bus, self._cards = store, bus, cards
        self._waiting: dict[str, None] = {}
        self._woken = asyncio.Event()
        bus.subscribe(AnalysisChanged, self._analysed)

    def again(self, call_ids: list[str]) -> None:
        """Answer for these calls, soon."""
        for call_id in call_ids[: MOST - len(self._waiting)]:
            self._waiting[call_id] = None
        self._woken.set()

    async def again_since(self, since: datetime) -> int:
        """Answer for all calls since then that have an analysis; how many?"""
        async with self._store.read() as tx:
            found = await rows.analysed_since(tx, since, MOST)
        self.again(found)
        return len(found)

    async def run(self) -> None:
        """Work off what waits, and what was left by an earlier run; for ever."""
        await self._catch_up()
        while True:
            await self._woken.wait()
            await self.flush()

    async def flush(self) -> None:
        """Answer for all that waits, now."""
        self._woken.clear()
        while self._waiting:
            call_id = next(iter(self._waiting))
            del self._waiting[call_id]
            try:
                await self._answer(call_id)
            except (sa.exc.SQLAlchemyError, msgspec.ValidationError):
                log.exception("automatic questions could not be answered", call=call_id)

    def _analysed(self, fact: AnalysisChanged) -> None:
        if fact.state in ("done", "failed"):  # without words there may still be figures
            self.again([fact.call_id])

    async def _catch_up(self) -> None:
        try:
            async with self._store.read() as tx:
                self.again(await rows.without_answers(tx, datetime.now(UTC) - MISSED_WITHIN, MOST))
        except sa.exc.SQLAlchemyError:
            log.exception("unanswered score cards could not be looked for")

    async def _answer(self, call_id: str) -> None:
        async with self._store.read() as tx:
            found = await rows.reviewed_call(tx, call_id)
            report = await rows.report_of(tx, call_id)
        card = self._cards.card_for(found.queue, found.direction, found.team) if found else None
        if found is None or card is None or report is None:
            return
        answers = {each.id: answer(each.rule, report, found.figures) for each in card.asked if each.kind == "auto"}
        await self._write(call_id, card, answers)
        self._bus.publish(CallWritten(call_ids=(call_id,)))

    async def _write(self, call_id: str, card: Card, answers: dict[str, Answer]) -> None:
        values = {"answers": msgspec.to_builtins(answers), "score": score(card, answers)}
        async with self._store.begin() as tx:
            await rows.remove_reviews(tx, call_id, SYSTEM, but=card.id)
            await rows.write_review(tx, call_id, card.id, SYSTEM, values)
            await score_again(tx, call_id, card, await rows.reviews_of(tx, call_id))
            await rows.note_score(tx, call_id)
