"""The automatic questions: answered when the analysis of a call is done, and again when a card changes."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa
import structlog

from screenpop.analysis.model import Report
from screenpop.bus import Bus
from screenpop.facts import AnalysisChanged, CallWritten
from screenpop.quality import store as rows
from screenpop.quality.cards import ScoreCards
from screenpop.quality.measures import CallFigures, answer
from screenpop.quality.model import SYSTEM, Answer, Card, score
from screenpop.quality.reviews import score_again
from screenpop.store.engine import Store

MISSED_WITHIN = timedelta(days=7)
"""An analysis that was done while Ringdesk was away is answered if it is not older."""
MOST = 10_000
"""Calls that wait; what is beyond is found again at the next start."""
RETRY_SECONDS = 5.0
"""After a store that is locked or away."""

log = structlog.get_logger(__name__)


class AutoScores:
    """`run` works off what `again` and finished analyses ask for."""

    def __init__(self, store: Store, bus: Bus, cards: ScoreCards, retry: float = RETRY_SECONDS) -> None:
        self._store, self._bus, self._cards, self._retry = store, bus, cards, retry
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
            if not await self.flush():
                await asyncio.sleep(self._retry)

    async def flush(self) -> bool:
        """Answer for all that waits, now. False where the store could not be asked: what is left waits on."""
        self._woken.clear()
        while self._waiting:
            call_id = next(iter(self._waiting))
            del self._waiting[call_id]
            try:
                await self._answer(call_id)
            except (sa.exc.OperationalError, sa.exc.TimeoutError):  # locked, or the one writer is busy
                log.exception("automatic questions could not be answered yet", call=call_id)
                self.again([call_id])
                return False
            except (sa.exc.SQLAlchemyError, msgspec.ValidationError):
                log.exception("automatic questions could not be answered", call=call_id)
        return True

    def _analysed(self, fact: AnalysisChanged) -> None:
        if fact.state in ("done", "failed"):  # without words there may still be figures
            self.again([fact.call_id])

    async def _catch_up(self) -> None:
        if not self._cards.all():
            return
        try:
            async with self._store.read() as tx:
                self.again(await rows.without_answers(tx, datetime.now(UTC) - MISSED_WITHIN, MOST))
        except sa.exc.SQLAlchemyError:
            log.exception("unanswered score cards could not be looked for")

    async def _answer(self, call_id: str) -> None:
        async with self._store.read() as tx:
            found = await rows.reviewed_call(tx, call_id)
            report = await rows.report_of(tx, call_id)
            begun = [each.card_id for each in await rows.reviews_of(tx, call_id) if each.by_hand]
        card = self._cards.card_for(found.queue, found.direction, found.team, begun) if found else None
        if found is None or card is None or report is None:
            return
        await self._write(call_id, card, self._answers(card, report, found.figures))
        self._bus.publish(CallWritten(call_ids=(call_id,)))

    def _answers(self, card: Card, report: Report, figures: CallFigures) -> dict[str, Answer]:
        asked = (each for each in card.asked if each.kind == "auto")
        return {
            each.id: answer(each.rule, report, figures) if self._cards.can_measure(each.rule) else Answer(value=None)
            for each in asked
        }

    async def _write(self, call_id: str, card: Card, answers: dict[str, Answer]) -> None:
        values = {"answers": msgspec.to_builtins(answers), "score": score(card, answers)}
        async with self._store.begin() as tx:
            await rows.remove_reviews(tx, call_id, SYSTEM, but=card.id)
            await rows.write_review(tx, call_id, card.id, SYSTEM, values)
            await score_again(tx, call_id, card, await rows.reviews_of(tx, call_id))
            await rows.note_score(tx, call_id)
