"""The writer of the call log: every call and its story, as they happen (CALL-31, CALL+08).

Facts are taken in without waiting. One transaction writes all that came meanwhile, the rows of the calls and what
happened to them together, so that neither is ever seen without the other.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.bus import Bus
from screenpop.calls import history_store, log_merge, log_people, log_store, missed_store, text
from screenpop.calls.fold import Told, fold, named
from screenpop.calls.history import History, figures
from screenpop.customers.fields import tame
from screenpop.facts import CallEnded, CallFact, CallMerged, CallView, CallWritten, CustomerChanged, MissedCallsChanged
from screenpop.numbers import Numbers
from screenpop.store.engine import Store

MAX_WAITING = 60_000
"""Facts that wait to be written: hours of them, should the disk be full. Past it the oldest are given up."""
MAX_LIVING = 10_000
MAX_MERGED = 10_000
AT_ONCE = 500
"""Facts that are written in one transaction at most: what waited for hours must not stop the loop while it is told."""
RETRY_SECONDS = 1.0
GATHER_SECONDS = 0.1
"""The log writes this long after a fact: the card goes first, and facts that come together are one write."""
UNWRITABLE = (sa.exc.IntegrityError, sa.exc.DataError, ValueError, OverflowError)
"""Errors of what is written, not of the store: to try it again would be in vain."""
BEAT_SECONDS = 20.0
"""So often the rows of calls that are up say that they are."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class LogWriter:
    """Listens to call facts and keeps their rows; `run` is the loop that writes."""

    def __init__(self, store: Store, numbers: Numbers, bus: Bus) -> None:
        self._store, self._numbers, self._bus = store, numbers, bus
        self._facts: list[CallFact] = []
        self._histories: OrderedDict[str, History] = OrderedDict()
        self._merged: dict[str, str] = {}
        self._new_numbers: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._writing = asyncio.Lock()
        self._beaten = time.monotonic()
        bus.subscribe(CallFact, self.apply)
        bus.subscribe(CustomerChanged, self._customer_changed)

    # ------------------------------------------------------------ what happens

    def apply(self, fact: CallFact) -> None:
        """Take in a call fact."""
        if fact.call.id in self._merged:
            return
        if isinstance(fact, CallMerged):
            if fact.gone == fact.call.id:
                return
            self._merged[fact.gone] = fact.call.id
            if len(self._merged) > MAX_MERGED:
                del self._merged[next(iter(self._merged))]
        self._facts.append(fact)
        if len(self._facts) > MAX_WAITING:
            del self._facts[: MAX_WAITING // 100]
            log.error("call log cannot keep up, calls were not written")
        self._woken.set()

    def living_id(self, call_id: str) -> str:
        """The id under which the call is kept, where it was merged into another."""
        for _ in range(len(self._merged)):
            if call_id not in self._merged:
                break
            call_id = self._merged[call_id]
        return call_id

    def _customer_changed(self, fact: CustomerChanged) -> None:
        self._new_numbers.update(dict.fromkeys(fact.numbers))
        self._woken.set()

    # ------------------------------------------------------------ when it is written

    async def run(self) -> None:
        """Write what comes in; for ever. A failing disk is tried again and again."""
        while True:
            try:
                await self._wait()
                await self.flush()
                await self._beat()
            except sa.exc.SQLAlchemyError:
                log.exception("call log could not be written")
                await asyncio.sleep(RETRY_SECONDS)
                self._woken.set()

    async def _wait(self) -> None:
        """Until there is something to write and the card has gone, or a beat is due."""
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._woken.clear()

    async def _beat(self) -> None:
        """Say of the calls that are up that they are, so that a restart knows when they were seen last."""
        if not self._histories or time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        now = time.time()
        async with self._store.begin() as tx:
            await log_store.still_up(tx, list(self._histories), _time(now))
        for history in self._histories.values():
            history.up_at = now
        self._beaten = time.monotonic()

    async def flush(self) -> None:
        """Write all that waits, now."""
        async with self._writing:
            for _ in range(0, max(len(self._facts), len(self._new_numbers)), AT_ONCE):
                await self._flush_some()

    async def _flush_some(self) -> None:
        facts, numbers = self._facts[:AT_ONCE], list(self._new_numbers)[:AT_ONCE]
        del self._facts[:AT_ONCE]
        for number in numbers:
            del self._new_numbers[number]
        try:
            await self._write_told(facts, numbers)
        except UNWRITABLE:
            log.exception("calls could not be written together, each fact is written alone")
            await self._write_each(facts)
        except BaseException:
            self._facts[:0] = facts
            self._new_numbers = dict.fromkeys(numbers) | self._new_numbers
            raise

    async def _write_each(self, facts: Sequence[CallFact]) -> None:
        """One fact that cannot be written takes no other with it."""
        for place, fact in enumerate(facts):
            try:
                await self._write_told([fact], [])
            except UNWRITABLE:
                log.exception("a call fact could not be written", call=fact.call.id, fact=fact.NAME)
            except BaseException:
                self._facts[:0] = facts[place:]
                raise

    async def _write_told(self, facts: Sequence[CallFact], numbers: Sequence[str]) -> None:
        written, missed = await self._write(facts, numbers)
        self._tell(written, missed=missed)

    def _tell(self, written: Sequence[str], *, missed: bool) -> None:
        if missed:
            self._bus.publish(MissedCallsChanged())
        if written:
            self._bus.publish(CallWritten(call_ids=tuple(written)))

    # ------------------------------------------------------------ how it is written

    async def _write(self, facts: Sequence[CallFact], numbers: Sequence[str]) -> tuple[list[str], bool]:
        """Write all that, in one transaction: the calls written, and did the list of missed calls change?"""
        ids = named(facts)
        try:
            async with self._store.begin() as tx:
                await self._open(tx, ids)
                told = fold(self._histories, facts)
                rows = [self._row(fact, told.since[id_]) for id_, fact in told.latest.items()]
                await self._write_rows(tx, rows, told.merges)
                missed = await _follow(tx, rows) or bool(told.merges)
                await log_people.fill_in(tx, numbers, datetime.now(UTC))
        except BaseException:
            self._forget(ids)  # they are ahead of the store: read them anew
            raise
        self._keep(told)
        return list(told.latest), missed

    async def _open(self, tx: AsyncConnection, ids: Collection[str]) -> None:
        """Have the stories of these calls at hand."""
        unknown = [id_ for id_ in ids if id_ not in self._histories]
        if unknown:
            self._histories |= await history_store.load(tx, unknown)

    async def _write_rows(
        self, tx: AsyncConnection, rows: Sequence[dict[str, Any]], merges: Sequence[tuple[str, str]]
    ) -> None:
        for part in _chunks(rows):
            users = await log_people.users_at(tx, {row["agent"] for row in part})
            owners = await log_people.owners(tx, {row["number"] for row in part if row["number"]})
            found = ({"user_id": users.get(r["agent"]), "customer_id": owners.get(r["number"])} for r in part)
            await log_store.upsert(tx, [{**row, **extra} for row, extra in zip(part, found, strict=True)])
        for kept, gone in merges:
            await log_merge.merge(tx, kept, gone)
            await history_store.delete(tx, [gone])
        await history_store.save(tx, {row["id"]: self._histories[row["id"]] for row in rows})
        ended = [row["id"] for row in rows if row["ended_at"] and row["remote_name"]]
        await text.refresh_many(tx, ended + [kept for kept, _ in merges])

    def _row(self, fact: CallFact, since: float) -> dict[str, Any]:
        view, history = fact.call, self._histories[fact.call.id]
        return {
            "id": view.id,
            "direction": view.direction,
            "remote_raw": tame(view.remote.number),
            "remote_name": tame(view.remote.name),
            "number": self._numbers.parse(view.remote.number).key,
            "to": " ".join(map(tame, view.to))[:1000],
            "line": tame(view.line),
            "queue": tame(view.queue),
            "agent": tame(history.answered_by or history.rang_last),
            "started_at": _time(view.started_at),
            "answered_at": _maybe_time(history.answered_at),
            "identified_at": _time(since),
            **_outcome(history),
        }

    def _keep(self, told: Told) -> None:
        """Remember the stories of living calls, as they are in the store now."""
        for id_, fact in told.latest.items():
            self._histories[id_].stored = len(self._histories[id_].entries)
            if isinstance(fact, CallEnded):
                del self._histories[id_]
        self._forget(gone for _, gone in told.merges)
        while len(self._histories) > MAX_LIVING:
            self._histories.popitem(last=False)

    def _forget(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._histories.pop(id_, None)

    # ------------------------------------------------------------ after a restart

    async def close_vanished(self, alive: Iterable[CallView]) -> list[str]:
        """Put right what happened unseen, once in step: end the rows of calls of an earlier run that are not up any
        more, and say who left those that are. Returns the ids of the calls ended."""
        await self.flush()
        up, now = {view.id: view for view in alive}, time.time()
        async with self._writing, self._store.begin() as tx:
            lost = [id_ for id_ in await log_store.open_ids(tx) if id_ not in up and id_ not in self._histories]
            histories = await history_store.load(tx, lost)
            for history in histories.values():
                history.take(history.vanished(now))
            living = {id_: self._histories[id_] for id_ in up if id_ in self._histories}
            for id_, history in living.items():
                for entry in history.unseen(up[id_], now):
                    history.take(entry)
            await self._put_right(tx, histories | living)
        for history in living.values():
            history.stored = len(history.entries)
        self._tell([*lost, *living], missed=True)
        return lost

    async def _put_right(self, tx: AsyncConnection, histories: dict[str, History]) -> None:
        await history_store.save(tx, histories)
        for id_, history in histories.items():
            await log_store.set_columns(tx, id_, **_outcome(history))
        over = [id_ for id_, history in histories.items() if history.ended]
        for part in _chunks(over):
            await missed_store.mark(tx, part, datetime.now(UTC))


def _outcome(history: History) -> dict[str, Any]:
    """What the row says of the end, and the figures."""
    over = history.ended
    detail = over.detail if over else {}
    return {
        "ended_at": _maybe_time(over.at if over else None),
        "result": detail.get("result", ""),
        "cause": detail.get("cause", 0),
        "swept": detail.get("swept", False),
        "up_at": _time(history.up_at),
        **asdict(figures(history)),
    }


async def _follow(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> bool:
    """Draw the conclusions for the list of missed calls; did it change?"""
    changed = False
    for part in _chunks(rows):
        changed |= await missed_store.follow(tx, part, datetime.now(UTC))
    return changed


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + log_store.CHUNK] for start in range(0, len(items), log_store.CHUNK))


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe_time(seconds: float | None) -> datetime | None:
    return None if seconds is None else _time(seconds)
