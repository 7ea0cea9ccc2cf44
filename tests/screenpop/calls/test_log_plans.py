"""How the writer reads the log: by an index for each statement, however many calls there are."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from screenpop.bus import Bus
from screenpop.calls.log import CallLog
from screenpop.customers.model import NewCustomer
from screenpop.customers.service import Customers
from screenpop.facts import CallAnswered, CallEnded, CallMerged, CallRang, CallView, Party
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url

pytestmark = pytest.mark.feature("CALL-31")
CALLER = Party("030 1234567")
RINGING = CallView(
    id="1.1", direction="incoming", caller=CALLER, to=("101",), remote=CALLER, line="+4930555100", started_at=1000.0
)
TALKING = replace(RINGING, answered_at=1004.0, answered_by="101")
OVER = replace(TALKING, ended_at=1064.0)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


def noted(store: Store) -> dict[str, Any]:
    """Every statement of the writer's connection from now on that reads, with the values it was first given."""
    found: dict[str, Any] = {}

    @sa.event.listens_for(store._writer.sync_engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, values: Any, ___: object, many: bool) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE"):
            found.setdefault(statement, values[0] if many else values)

    return found


async def whole_life(bus: Bus, log: CallLog, customers: Customers) -> None:
    """A call that takes another in, is answered and ends; its caller becomes known, and is another one after all."""
    for fact in (
        CallRang(call=RINGING, at=1000.0, agent="101"),
        CallRang(call=replace(RINGING, id="2.1"), at=1001.0, agent="101"),
        CallAnswered(call=TALKING, at=1004.0, agent="101"),
        CallMerged(call=TALKING, at=1005.0, gone="2.1"),
    ):
        bus.publish(fact)
        await log.flush()
    anna = await customers.create(NewCustomer(name="Anna", numbers=((CALLER.number, ""),)), "u1")
    bus.publish(CallEnded(call=OVER, at=1064.0, result="answered", talk_seconds=60))
    await log.flush()
    for whose in (anna.id, ""):
        await log.assign_customer("1.1", whose, "u1")


async def test_no_statement_of_the_writer_reads_the_whole_log(store: Store, tmp_path: Path) -> None:
    bus, numbers = Bus(), Numbers("DE")
    log, customers = CallLog(store, numbers, bus), Customers(store, numbers, bus, tmp_path / "photos")
    statements = noted(store)
    await whole_life(bus, log, customers)

    plans = {}
    async with store.read() as tx:
        for statement, values in statements.items():
            explained = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans[statement] = [step[3] for step in explained]
    assert any("UPDATE call SET called_back" in statement for statement in plans)
    wide = ("SCAN call", "ix_call_direction_started_at", "ix_call_result_started_at")
    assert {
        statement: plan for statement, plan in plans.items() if any(word in step for step in plan for word in wide)
    } == {}
