"""The call log: one row a call, written as it happens, whatever becomes of the call (CALL-31, CALL+08).

Facts are taken in without waiting: of each call only the latest state is kept until the writer gets to it, so that
what waits is bounded by the number of calls, and one transaction writes all that came meanwhile.
"""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.bus import Bus
from screenpop.calls import log_store, missed_store
from screenpop.calls.log_store import CallNote, LoggedCall
from screenpop.customers.fields import clean_line, clean_note, tame
from screenpop.customers.store import living_id
from screenpop.errors import NotFound
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallMerged,
    CallNoted,
    CallPickedUp,
    CallRang,
    CustomerChanged,
    MissedCallsChanged,
)
from screenpop.numbers import Numbers
from screenpop.store.engine import Store
from screenpop.store.tables import call

MAX_WAITING = 20_000
"""Calls whose rows wait to be written: hours of them, should the disk be full. Past it the oldest are given up."""
MAX_MERGED = 10_000
RETRY_SECONDS = 1.0
GATHER_SECONDS = 0.1
"""The log writes this long after a fact: the card goes first, and facts that come together are one write."""

log = structlog.get_logger(__name__)

__all__ = ["CallLog", "CallNote", "LoggedCall"]


class CallLog:
    """Listens to call facts and keeps their rows; `run` is the writer. `actor` is a user's id or "system"."""

    def __init__(self, store: Store, numbers: Numbers, bus: Bus) -> None:
        self._store = store
        self._numbers = numbers
        self._bus = bus
        self._rows: dict[str, dict[str, Any]] = {}
        self._merges: list[tuple[str, str]] = []
        self._merged: dict[str, str] = {}
        self._new_numbers: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._writing = asyncio.Lock()
        bus.subscribe(CallFact, self.apply)
        bus.subscribe(CustomerChanged, self._customer_changed)

    # ------------------------------------------------------------ what happens

    def apply(self, fact: CallFact) -> None:
        """Take in a call fact."""
        if fact.call.id in self._merged:
            return
        if isinstance(fact, CallMerged):
            self._rows.pop(fact.gone, None)
            self._merges.append((fact.call.id, fact.gone))
            self._merged[fact.gone] = fact.call.id
            _forget_oldest(self._merged, MAX_MERGED)
        self._rows[fact.call.id] = self._row(fact, self._rows.get(fact.call.id, {}))
        if _forget_oldest(self._rows, MAX_WAITING):
            log.error("call log cannot keep up, calls were not written")
        self._woken.set()

    async def run(self) -> None:
        """Write what comes in; for ever. A failing disk is tried again and again."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._woken.clear()
            try:
                await self.flush()
            except sa.exc.SQLAlchemyError:
                log.exception("call log could not be written")
                await asyncio.sleep(RETRY_SECONDS)
                self._woken.set()

    async def flush(self) -> None:
        """Write all that waits, now."""
        async with self._writing:
            rows, merges, numbers = self._rows, self._merges, self._new_numbers
            if not (rows or merges or numbers):
                return
            self._rows, self._merges, self._new_numbers = {}, [], {}
            try:
                missed = await self._write(list(rows.values()), merges, list(numbers))
            except BaseException:
                self._rows = {**rows, **self._rows}
                self._merges = merges + self._merges
                self._new_numbers = {**numbers, **self._new_numbers}
                raise
        if missed:
            self._bus.publish(MissedCallsChanged())

    async def close(self) -> None:
        """Write what is left."""
        await self.flush()

    async def close_vanished(self, alive: Collection[str]) -> list[str]:
        """End the rows of calls that ended unseen; `alive` are the calls that are up. To be called once in step."""
        await self.flush()
        async with self._store.begin() as tx:
            vanished = await log_store.close_others(tx, alive, datetime.now(UTC))
        self._bus.publish(MissedCallsChanged())
        return vanished

    # ------------------------------------------------------------ reading

    async def get(self, call_id: str) -> LoggedCall:
        """One call, also by the id it had before it was merged into another; raises NotFound."""
        found = await self._select(call.c.id == self._living(call_id), limit=1)
        if not found:
            raise NotFound("There is no such call.")
        return found[0]

    async def recent(
        self, *, agent: str = "", customer_id: str = "", number: str = "", limit: int = 50, offset: int = 0
    ) -> list[LoggedCall]:
        """The latest calls: of an agent's extension, of a customer, of a number's key, or of everybody."""
        wanted = {call.c.agent: agent, call.c.customer_id: customer_id, call.c.number: number}
        conditions = [column == value for column, value in wanted.items() if value]
        return await self._select(*conditions, limit=limit, offset=offset)

    # ------------------------------------------------------------ what people write

    async def set_note(self, call_id: str, text: str, actor: str) -> LoggedCall:
        """Write the actor's note on a call, during or after it; "" takes it away. Raises BadInput, NotFound."""
        cleaned = clean_note(text)
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self._existing(tx, call_id)
            old = await log_store.put_note(tx, call_id, actor, cleaned, datetime.now(UTC))
            if old != cleaned:
                await audit.record(tx, actor, "note", "call", call_id, {"note": (old, cleaned)})
        return await self._noted(call_id)

    async def set_result(self, call_id: str, disposition: str, actor: str) -> LoggedCall:
        """Say what came of the call (`sold`, `call back` …); raises BadInput, NotFound."""
        cleaned = clean_line(disposition)
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self._existing(tx, call_id)
            await _set(tx, call_id, actor, "disposition", cleaned)
        return await self._noted(call_id)

    async def assign_customer(self, call_id: str, customer_id: str, actor: str) -> LoggedCall:
        """Say with whom the call was, "" is nobody known; it stands against every guess. Raises NotFound."""
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self._existing(tx, call_id)
            living = await living_id(tx, customer_id) if customer_id else None
            await _set(tx, call_id, actor, "customer_id", living)
            await log_store.set_columns(tx, call_id, chosen=True)
        return await self._noted(call_id)

    # ------------------------------------------------------------ within

    def _row(self, fact: CallFact, before: dict[str, Any]) -> dict[str, Any]:
        view = fact.call
        ended = isinstance(fact, CallEnded)
        return {
            "id": view.id,
            "direction": view.direction,
            "remote_raw": tame(view.remote.number),
            "remote_name": tame(view.remote.name),
            "number": self._numbers.parse(view.remote.number).key,
            "to": " ".join(view.to)[:1000],
            "line": tame(view.line),
            "queue": tame(view.queue),
            "agent": view.answered_by or _who_rang(fact) or before.get("agent", ""),
            "started_at": _time(view.started_at),
            "answered_at": _time(view.answered_at),
            "ended_at": _time(view.ended_at if view.ended_at is not None or not ended else fact.at),
            "talk_seconds": fact.talk_seconds if isinstance(fact, CallEnded) else before.get("talk_seconds", 0.0),
            "result": fact.result if isinstance(fact, CallEnded) else before.get("result", ""),
            "cause": fact.cause if isinstance(fact, CallEnded) else before.get("cause", 0),
            "swept": fact.swept if isinstance(fact, CallEnded) else False,
        }

    async def _write(self, rows: list[dict[str, Any]], merges: list[tuple[str, str]], numbers: list[str]) -> bool:
        """Write all that, in one transaction; did the list of missed calls change?"""
        missed = bool(merges)
        async with self._store.begin() as tx:
            for start in range(0, len(rows), log_store.CHUNK):
                part = rows[start : start + log_store.CHUNK]
                users = await log_store.users_at(tx, {row["agent"] for row in part})
                owners = await log_store.owners(tx, {row["number"] for row in part if row["number"]})
                found = ({"user_id": users.get(r["agent"]), "customer_id": owners.get(r["number"])} for r in part)
                await log_store.upsert(tx, [{**row, **extra} for row, extra in zip(part, found, strict=True)])
            for kept, gone in merges:
                await log_store.merge(tx, kept, gone)
            for start in range(0, len(rows), log_store.CHUNK):
                part = rows[start : start + log_store.CHUNK]
                missed |= await missed_store.follow(tx, part, datetime.now(UTC))
            await log_store.fill_in(tx, numbers)
        return missed

    def _customer_changed(self, fact: CustomerChanged) -> None:
        self._new_numbers.update(dict.fromkeys(fact.numbers))
        self._woken.set()

    def _living(self, call_id: str) -> str:
        for _ in range(len(self._merged)):
            if call_id not in self._merged:
                break
            call_id = self._merged[call_id]
        return call_id

    async def _existing(self, tx: AsyncConnection, call_id: str) -> str:
        living = self._living(call_id)
        if await tx.scalar(sa.select(call.c.id).where(call.c.id == living)) is None:
            raise NotFound("There is no such call.")
        return living

    async def _select(self, *conditions: sa.ColumnElement[bool], limit: int, offset: int = 0) -> list[LoggedCall]:
        async with self._store.read() as tx:
            return await log_store.select(tx, *conditions, limit=min(max(limit, 1), 500), offset=max(offset, 0))

    async def _noted(self, call_id: str) -> LoggedCall:
        written = await self.get(call_id)
        self._bus.publish(CallNoted(call_id=call_id, customer_id=written.customer_id))
        return written


def _who_rang(fact: CallFact) -> str:
    return fact.agent if isinstance(fact, CallRang | CallAnswered | CallPickedUp) else ""


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _forget_oldest(kept: dict[str, Any], most: int) -> bool:
    """Bound a dict; was there too much?"""
    if len(kept) <= most:
        return False
    del kept[next(iter(kept))]
    return True


async def _set(tx: AsyncConnection, call_id: str, actor: str, column: str, value: str | None) -> None:
    """Write one column of a row, and who did it."""
    old = await tx.scalar(sa.select(call.c[column]).where(call.c.id == call_id))
    await log_store.set_columns(tx, call_id, **{column: value})
    if old != value:
        await audit.record(tx, actor, "update", "call", call_id, {column: (old or "", value or "")})
