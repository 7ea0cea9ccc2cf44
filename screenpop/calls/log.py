"""The call log: one row a call, written as it happens, whatever becomes of the call (CALL-31, CALL+08).

Reading it, and what people write on a call. The rows themselves are written by `screenpop.calls.log_writer`.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop import audit
from screenpop.bus import Bus
from screenpop.calls import history_store, log_people, log_store, missed_store, text
from screenpop.calls.log_store import CallNote, LoggedCall
from screenpop.calls.log_writer import LogWriter
from screenpop.calls.timeline import CallStory, tell
from screenpop.customers.fields import clean_line, clean_note
from screenpop.customers.store import living_id
from screenpop.errors import NotFound
from screenpop.facts import CallFact, CallNoted, CallView, MissedCallsChanged
from screenpop.numbers import Numbers
from screenpop.store.engine import Store
from screenpop.store.tables import call

__all__ = ["CallLog", "CallNote", "LoggedCall"]

log = structlog.get_logger(__name__)


class CallLog:
    """The log, and its writer's loop `run`. `actor` is a user's id or "system"."""

    def __init__(self, store: Store, numbers: Numbers, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._writer = LogWriter(store, numbers, bus)

    # ------------------------------------------------------------ writing as it happens

    def apply(self, fact: CallFact) -> None:
        """Take in a call fact."""
        self._writer.apply(fact)

    async def run(self) -> None:
        """Write what comes in; for ever."""
        await self._writer.run()

    async def flush(self) -> None:
        """Write all that waits, now."""
        await self._writer.flush()

    async def close(self) -> None:
        """Write what is left. A failing disk is told, and ends nothing else."""
        try:
            await self._writer.flush()
        except sa.exc.SQLAlchemyError:
            log.exception("what was left of the call log could not be written")

    async def close_vanished(self, alive: Iterable[CallView]) -> list[str]:
        """Put right what happened unseen, once in step with the PBX; `alive` are the calls that are up. Returns the
        ids of the calls that ended unseen."""
        return await self._writer.close_vanished(alive)

    # ------------------------------------------------------------ reading

    async def kept_as(self, call_id: str) -> str:
        """The id under which a call is kept: another one where it was merged; the given one where there is none."""
        async with self._store.read() as tx:
            return await self._kept_as(tx, call_id) or self._writer.living_id(call_id)

    async def get(self, call_id: str) -> LoggedCall:
        """One call, also by the id it had before it was merged into another; raises NotFound."""
        async with self._store.read() as tx:
            found = await log_store.select(tx, call.c.id == await self.existing(tx, call_id), limit=1, offset=0)
        return found[0]

    async def existing(self, tx: AsyncConnection, call_id: str) -> str:
        """The id under which the store has a call now. Raises NotFound."""
        if kept := await self._kept_as(tx, call_id):
            return kept
        raise NotFound("There is no such call.")

    async def _kept_as(self, tx: AsyncConnection, call_id: str) -> str:
        """A merge that is not written yet takes along what is written until then."""
        return await log_store.kept_as(tx, call_id) or await log_store.kept_as(tx, self._writer.living_id(call_id))

    async def recent(
        self, *, agent: str = "", customer_id: str = "", number: str = "", limit: int = 50, offset: int = 0
    ) -> list[LoggedCall]:
        """The latest calls: of an agent's extension, of a customer, of a number's key, or of everybody."""
        wanted = {call.c.agent: agent, call.c.customer_id: customer_id, call.c.number: number}
        conditions = [column == value for column, value in wanted.items() if value]
        return await self._select(*conditions, limit=limit, offset=offset)

    async def story(self, call_id: str, name_at: Callable[[str], str] = lambda _: "") -> CallStory:
        """What happened to a call, and when; empty for calls of which only the row is kept. `name_at` says who sits at
        an extension."""
        async with self._store.read() as tx:
            kept = await self._kept_as(tx, call_id)
            told = await history_store.entries(tx, [kept])
        return tell(told.get(kept, []), name_at)

    # ------------------------------------------------------------ what people write

    async def set_note(self, call_id: str, note: str, actor: str) -> LoggedCall:
        """Write the actor's note on a call, during or after it; "" takes it away. Raises BadInput, NotFound."""
        cleaned = clean_note(note)
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self.existing(tx, call_id)
            old = await log_store.put_note(tx, call_id, actor, cleaned, datetime.now(UTC))
            if old != cleaned:
                await audit.record(tx, actor, "note", "call", call_id, {"note": (old, cleaned)})
                await text.refresh(tx, call_id)
        return await self._noted(call_id)

    async def set_result(self, call_id: str, disposition: str, actor: str) -> LoggedCall:
        """Say what came of the call (`sold`, `call back` …); raises BadInput, NotFound."""
        cleaned = clean_line(disposition)
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self.existing(tx, call_id)
            if await _set(tx, call_id, actor, "disposition", cleaned):
                await text.refresh(tx, call_id)
        return await self._noted(call_id)

    async def assign_customer(self, call_id: str, customer_id: str, actor: str) -> LoggedCall:
        """Say with whom the call was, "" is nobody known; it stands against every guess. Raises NotFound."""
        await self.flush()
        async with self._store.begin() as tx:
            call_id = await self.existing(tx, call_id)
            living = await living_id(tx, customer_id) if customer_id else None
            old = await tx.scalar(sa.select(call.c.customer_id).where(call.c.id == call_id))
            await log_people.assign(tx, call_id, living, datetime.now(UTC))
            missed = await missed_store.reassigned(tx, call_id, old or "")
            if old != living:
                await audit.record(tx, actor, "update", "call", call_id, {"customer_id": (old or "", living or "")})
        if missed:
            self._bus.publish(MissedCallsChanged())
        return await self._noted(call_id)

    # ------------------------------------------------------------ within

    async def _select(self, *conditions: sa.ColumnElement[bool], limit: int, offset: int = 0) -> list[LoggedCall]:
        async with self._store.read() as tx:
            return await log_store.select(tx, *conditions, limit=min(max(limit, 1), 500), offset=max(offset, 0))

    async def _noted(self, call_id: str) -> LoggedCall:
        written = await self.get(call_id)
        self._bus.publish(CallNoted(call_id=call_id, customer_id=written.customer_id))
        return written


async def _set(tx: AsyncConnection, call_id: str, actor: str, column: str, value: str) -> bool:
    """Write one column of a row, and who did it; is it another now?"""
    old = await tx.scalar(sa.select(call.c[column]).where(call.c.id == call_id))
    if old == value:
        return False
    await log_store.set_columns(tx, call_id, **{column: value})
    await audit.record(tx, actor, "update", "call", call_id, {column: (old or "", value)})
    return True
