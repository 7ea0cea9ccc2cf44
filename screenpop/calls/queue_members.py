"""Who works in which queue, learnt from the phones that a queue rings: the PBX alone has the list."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog

from screenpop.bus import Bus
from screenpop.facts import CallEnded, CallMerged, CallRang, QueueJoined, QueueLeft
from screenpop.store.engine import Store
from screenpop.store.tables import queue_member as table

KEPT = timedelta(days=30)
"""An extension that a queue has not rung for so long has left it."""
FRESH = timedelta(days=1)
"""A membership is written anew no more often than this."""

GATHER_SECONDS = 2.0
"""What a queue rings is written so long after: the card goes first, and phones that ring together are one write."""

log = structlog.get_logger(__name__)


class QueueMembers:
    """Kept whole in memory; `run` writes what was learnt."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._rang: dict[tuple[str, str], datetime] = {}
        self._waiting: dict[str, str] = {}
        self._learnt: dict[tuple[str, str], datetime] = {}
        self._woken = asyncio.Event()
        bus.subscribe(QueueJoined, self._joined)
        bus.subscribe(QueueLeft, self._left)
        bus.subscribe(CallMerged, self._merged)
        bus.subscribe(CallEnded, self._left)
        bus.subscribe(CallRang, self._was_rung)

    async def load(self) -> None:
        """Read what is known; `of` knows nothing before."""
        async with self._store.begin() as tx:
            await tx.execute(sa.delete(table).where(table.c.rang_at < datetime.now(UTC) - KEPT))
            self._rang = {(row.queue, row.extension): row.rang_at for row in await tx.execute(sa.select(table))}

    @property
    def queues(self) -> frozenset[str]:
        """Every queue that was seen to ring a phone lately."""
        since = datetime.now(UTC) - KEPT
        return frozenset(queue for (queue, _), at in self._rang.items() if at >= since)

    def of(self, extensions: Collection[str]) -> tuple[str, ...]:
        """The queues that ring at these extensions."""
        since = datetime.now(UTC) - KEPT
        found = {queue for (queue, seat), at in self._rang.items() if seat in extensions and at >= since}
        return tuple(sorted(found))

    async def run(self) -> None:
        """Write what is learnt; for ever. What could not be written is learnt again at the next ring."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._woken.clear()
            try:
                await self.flush()
            except sa.exc.SQLAlchemyError:
                log.exception("queue members could not be written")

    async def flush(self) -> None:
        """Write what was learnt, now."""
        learnt, self._learnt = self._learnt, {}
        if not learnt:
            return
        rows = [{"queue": queue, "extension": seat, "rang_at": at} for (queue, seat), at in learnt.items()]
        async with self._store.begin() as tx:
            for row in rows:
                same = sa.and_(table.c.queue == row["queue"], table.c.extension == row["extension"])
                await tx.execute(sa.delete(table).where(same))
            await tx.execute(sa.insert(table), rows)

    def _joined(self, fact: QueueJoined) -> None:
        self._waiting[fact.call.id] = fact.queue

    def _left(self, fact: QueueLeft | CallEnded) -> None:
        self._waiting.pop(fact.call.id, None)

    def _merged(self, fact: CallMerged) -> None:
        queue = self._waiting.pop(fact.gone, "")
        if queue:
            self._waiting[fact.call.id] = queue

    def _was_rung(self, fact: CallRang) -> None:
        """Only a phone that rings while the caller waits is the queue's: a call sent on rings elsewhere."""
        queue, now = self._waiting.get(fact.call.id, ""), datetime.now(UTC)
        pair = (queue, fact.agent)
        if not queue or not fact.agent or now - self._rang.get(pair, now - 2 * FRESH) < FRESH:
            return
        self._rang[pair] = self._learnt[pair] = now
        self._woken.set()
