"""The call log: one row a call, with the customer it was with and what people wrote."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.bus import Bus
from screenpop.calls import log_store
from screenpop.calls.log import CallLog
from screenpop.customers.model import NewCustomer
from screenpop.customers.service import Customers
from screenpop.errors import BadInput, NotFound
from screenpop.facts import (
    CallAnswered,
    CallChanged,
    CallEnded,
    CallHeld,
    CallMerged,
    CallNoted,
    CallRang,
    CallStarted,
    CallUnheld,
    CallView,
    CallWritten,
    CustomerChanged,
    Party,
)
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import audit, call, call_tag, review, score_card, user, user_extension

CALLER = Party("030 1234567", "Anna")
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


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def log(store: Store, bus: Bus) -> CallLog:
    return CallLog(store, Numbers("DE"), bus)


@pytest.fixture
def customers(store: Store, bus: Bus, tmp_path: Path) -> Customers:
    return Customers(store, Numbers("DE"), bus, tmp_path / "photos")


def ring(bus: Bus, view: CallView = RINGING, agent: str = "101") -> None:
    bus.publish(CallRang(call=view, at=view.started_at, agent=agent))


def whole_call(bus: Bus) -> None:
    bus.publish(CallStarted(call=RINGING, at=1000))
    ring(bus)
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    bus.publish(CallEnded(call=OVER, at=1064, result="answered", cause=16, talk_seconds=60))


async def _rows(log: CallLog) -> int:
    await log.flush()
    return len(await log.recent())


async def test_a_whole_call_is_one_row_with_times_and_result(log: CallLog, bus: Bus) -> None:
    whole_call(bus)
    await log.flush()

    (row,) = await log.recent(agent="101")
    assert (row.direction, row.number, row.remote_name, row.line) == ("incoming", "+49301234567", "Anna", "+4930555100")
    assert (row.agent, row.to, row.result, row.talk_seconds) == ("101", ("101",), "answered", 60)
    assert row.answered_at == datetime.fromtimestamp(1004, UTC)
    assert row.ended_at == datetime.fromtimestamp(1064, UTC)


async def test_a_call_written_step_by_step_is_the_same_row(log: CallLog, bus: Bus) -> None:
    whole_call(bus)
    await log.flush()
    (at_once,) = await log.recent()

    ring(bus)
    await log.flush()
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    await log.flush()
    bus.publish(CallEnded(call=OVER, at=1064, result="answered", cause=16, talk_seconds=60))
    await log.flush()

    assert await log.recent() == [at_once]


async def test_a_call_answered_before_a_restart_is_not_missed_after_it(log: CallLog, bus: Bus) -> None:
    """The tracker adopts the call when it is transferred, and does not know who had answered before."""
    ring(bus)
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    await log.flush()
    bus.publish(CallEnded(call=replace(RINGING, ended_at=1064.0), at=1064, result="missed"))
    await log.flush()
    (row,) = await log.recent()
    assert (row.result, row.agent, row.answered_at) == ("answered", "101", datetime.fromtimestamp(1004, UTC))


async def test_a_later_fact_that_knows_less_takes_nothing_away(log: CallLog, bus: Bus) -> None:
    ring(bus)
    await log.flush()
    poor = replace(RINGING, line="", remote=Party(), to=(), started_at=1002.0)
    bus.publish(CallChanged(call=poor, at=1003))
    await log.flush()

    (row,) = await log.recent()
    assert (row.number, row.line, row.agent, row.to) == ("+49301234567", "+4930555100", "101", ("101",))
    assert row.started_at == datetime.fromtimestamp(1000, UTC)


@pytest.mark.feature("CALL-04")
async def test_a_known_number_gives_the_row_its_customer(log: CallLog, bus: Bus, customers: Customers) -> None:
    anna = await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    whole_call(bus)
    await log.flush()

    (row,) = await log.recent(customer_id=anna.id)
    assert row.customer_name == "Anna"


@pytest.mark.feature("CALL+05")
async def test_a_number_of_two_customers_leaves_the_choice_open(log: CallLog, bus: Bus, customers: Customers) -> None:
    for name in ("Anna", "Bernd"):
        await customers.create(NewCustomer(name=name, numbers=(("+49 30 1234567", ""),)), "u1")
    whole_call(bus)
    await log.flush()

    assert [row.customer_id for row in await log.recent()] == [""]


@pytest.mark.feature("CALL+11")
async def test_a_number_entered_later_fills_in_older_rows(log: CallLog, bus: Bus, customers: Customers) -> None:
    whole_call(bus)
    await log.flush()

    anna = await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    await log.flush()

    assert [row.customer_id for row in await log.recent()] == [anna.id]


@pytest.mark.feature("CALL+11", "CALL+05")
async def test_an_agents_choice_stands_against_later_guesses(log: CallLog, bus: Bus, customers: Customers) -> None:
    chosen = await customers.create(NewCustomer(name="Chosen"), "u1")
    ring(bus)
    await log.assign_customer("1.1", chosen.id, "u1")
    await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    whole_call(bus)
    await log.flush()

    assert [row.customer_id for row in await log.recent()] == [chosen.id]


async def test_assigning_nobody_or_an_unknown_customer(log: CallLog, bus: Bus, customers: Customers) -> None:
    anna = await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    whole_call(bus)

    assert (await log.assign_customer("1.1", "", "u1")).customer_id == ""
    with pytest.raises(NotFound):
        await log.assign_customer("1.1", "no-such", "u1")
    with pytest.raises(NotFound):
        await log.assign_customer("9.9", anna.id, "u1")


@pytest.mark.feature("CALL+08")
async def test_a_merged_call_stays_one_row_and_keeps_what_was_written(
    log: CallLog, bus: Bus, customers: Customers
) -> None:
    anna = await customers.create(NewCustomer(name="Anna"), "u1")
    consult = replace(RINGING, id="2.1", direction="internal", remote=Party("101"), started_at=1010.0)
    ring(bus)
    ring(bus, consult, "102")
    await log.set_note("2.1", "Needs a quote.", "u2")
    await log.set_note("1.1", "Calls about the roof.", "u1")
    await log.set_note("2.1", "Bernd knows.", "u1")
    await log.assign_customer("2.1", anna.id, "u2")
    bus.publish(CallMerged(call=TALKING, at=1020, gone="2.1"))
    ring(bus, consult, "102")
    await log.flush()

    (row,) = await log.recent()
    assert (row.id, row.customer_id, {note.author: note.text for note in row.notes}) == (
        "1.1",
        anna.id,
        {"u1": "Calls about the roof.\n\nBernd knows.", "u2": "Needs a quote."},
    )
    assert await log.get("2.1") == row
    assert (await log.set_result("2.1", "sold", "u2")).id == "1.1"


@pytest.mark.feature("CALL+08")
async def test_the_id_of_a_merged_call_leads_to_the_one_that_stays_after_a_restart_too(
    log: CallLog, bus: Bus, store: Store
) -> None:
    """The call in the middle was merged away, and had taken one in: links to both are kept."""
    first, middle = replace(RINGING, id="1.1"), replace(RINGING, id="2.1")
    last = replace(TALKING, id="3.1")
    for view in (first, middle, last):
        ring(bus, view)
    bus.publish(CallMerged(call=middle, at=1010, gone="1.1"))
    await log.flush()
    bus.publish(CallMerged(call=last, at=1011, gone="2.1"))
    await log.flush()

    again = CallLog(store, Numbers("DE"), Bus())
    assert [await again.kept_as(id_) for id_ in ("1.1", "2.1", "3.1", "9.9")] == ["3.1", "3.1", "3.1", "9.9"]
    for id_ in ("1.1", "2.1"):
        assert (await again.get(id_)).id == "3.1"
        assert (await again.set_note(id_, f"To {id_}.", id_)).id == "3.1"
        assert (await again.story(id_)).steps
    assert [note.text for note in (await again.get("3.1")).notes] == ["To 1.1.", "To 2.1."]


@pytest.mark.feature("CALL+08")
async def test_a_call_goes_with_what_it_had_taken_in_before_its_own_row_was_written(
    log: CallLog, bus: Bus, store: Store
) -> None:
    """Two transfers while the disk is slow: the call in the middle never has a row."""
    first, middle, last = (replace(RINGING, id=f"{number}.1") for number in (1, 2, 3))
    ring(bus, first)
    ring(bus, last)
    await log.set_result("1.1", "sold", "u1")
    async with store.begin() as tx:
        await tx.execute(sa.insert(call_tag).values(call_id="1.1", tag="roof"))
    ring(bus, middle)
    bus.publish(CallMerged(call=middle, at=1010, gone="1.1"))
    bus.publish(CallMerged(call=last, at=1011, gone="2.1"))
    await log.flush()

    (row,) = await log.recent()
    assert (row.id, row.disposition, row.tags) == ("3.1", "sold", ("roof",))
    assert (await log.get("1.1")).id == "3.1"


@pytest.mark.feature("CALL+08")
async def test_of_two_reviews_by_one_person_that_of_the_call_that_stays_is_left(
    log: CallLog, bus: Bus, store: Store
) -> None:
    ring(bus)
    ring(bus, replace(RINGING, id="2.1"))
    await log.flush()
    now, c = datetime.now(UTC), review.c
    async with store.begin() as tx:
        await tx.execute(sa.insert(score_card).values(id="card", name="All", scope={}, updated_at=now))
        for call_id, reviewer in (("1.1", "u1"), ("2.1", "u1"), ("2.1", "u2")):
            values = {"id": f"{call_id} {reviewer}", "call_id": call_id, "card_id": "card", "reviewer": reviewer}
            await tx.execute(sa.insert(review).values(**values, answers={}, created_at=now, updated_at=now))
    bus.publish(CallMerged(call=TALKING, at=1020, gone="2.1"))
    await log.flush()

    async with store.read() as tx:
        left = {tuple(row) for row in await tx.execute(sa.select(c.id, c.call_id))}
    assert left == {("1.1 u1", "1.1"), ("2.1 u2", "1.1")}


@pytest.mark.feature("CALL+08", "ANAL+18")
async def test_of_two_reviews_by_one_person_the_finished_one_is_left_and_the_score_is_its(
    log: CallLog, bus: Bus, store: Store
) -> None:
    ring(bus)
    ring(bus, replace(RINGING, id="2.1"))
    await log.flush()
    now, c = datetime.now(UTC), review.c
    async with store.begin() as tx:
        await tx.execute(sa.insert(score_card).values(id="card", name="All", scope={}, updated_at=now))
        await tx.execute(sa.update(call).values(score=10.0))
        for call_id, reviewer, score, done in (
            ("1.1", "system", 10.0, None),
            ("1.1", "u1", 50.0, None),
            ("2.1", "u1", 80.0, now),
        ):
            values = {"id": f"{call_id} {reviewer}", "call_id": call_id, "card_id": "card", "reviewer": reviewer}
            marks = {"answers": {}, "score": score, "done_at": done, "created_at": now, "updated_at": now}
            await tx.execute(sa.insert(review).values(**values, **marks))
    bus.publish(CallMerged(call=TALKING, at=1020, gone="2.1"))
    await log.flush()

    async with store.read() as tx:
        left = set((await tx.execute(sa.select(c.id))).scalars())
        score = await tx.scalar(sa.select(call.c.score).where(call.c.id == "1.1"))
    assert (left, score) == ({"1.1 system", "2.1 u1"}, 80.0)


async def test_the_call_is_that_of_who_sits_there_not_of_who_left_the_house(
    log: CallLog, bus: Bus, store: Store
) -> None:
    async with store.begin() as tx:
        for id_, active in (("1-left", False), ("2-sits", True)):
            person = {"id": id_, "login": id_, "name": id_, "role": "agent", "active": active, "password_hash": ""}
            await tx.execute(sa.insert(user).values(**person, created_at=datetime.now(UTC)))
            await tx.execute(sa.insert(user_extension).values(user_id=id_, extension="101"))
    whole_call(bus)
    await log.flush()

    assert [row.agent_name for row in await log.recent()] == ["2-sits"]


async def test_each_author_has_one_note_and_may_take_it_back(log: CallLog, bus: Bus) -> None:
    ring(bus)
    await log.set_note("1.1", "First.", "u1")
    await log.set_note("1.1", "Better.", "u1")
    written = await log.set_note("1.1", "Mine.", "u2")
    assert [(note.author, note.text) for note in written.notes] == [("u1", "Better."), ("u2", "Mine.")]

    left = await log.set_note("1.1", " ", "u1")
    assert [note.author for note in left.notes] == ["u2"]


async def test_notes_and_results_tell_the_bus_and_leave_audit_rows(log: CallLog, bus: Bus, store: Store) -> None:
    told: list[CallNoted] = []
    bus.subscribe(CallNoted, told.append)
    ring(bus)
    await log.set_result("1.1", "call back", "u1")
    await log.set_result("1.1", "call back", "u1")

    assert told == [CallNoted(call_id="1.1")] * 2
    async with store.read() as tx:
        rows = (await tx.execute(sa.select(audit.c.actor, audit.c.changes))).all()
    assert [tuple(row) for row in rows] == [("u1", {"disposition": ["", "call back"]})]


async def test_note_with_bad_input_or_for_no_call_is_refused(log: CallLog, bus: Bus) -> None:
    ring(bus)
    with pytest.raises(BadInput):
        await log.set_note("1.1", "x" * 10_001, "u1")
    with pytest.raises(NotFound):
        await log.set_note("9.9", "x", "u1")


async def test_after_a_restart_open_rows_of_calls_that_are_gone_are_closed(
    log: CallLog, bus: Bus, store: Store
) -> None:
    ring(bus)
    lives = replace(RINGING, id="1.2", agents=("101",))
    ring(bus, lives)
    bus.publish(CallAnswered(call=replace(TALKING, id="1.3"), at=1004, agent="101"))
    await log.flush()

    log = CallLog(store, Numbers("DE"), again := Bus())
    again.publish(CallStarted(call=lives, at=1100))
    assert sorted(await log.close_vanished([lives])) == ["1.1", "1.3"]

    rows = {row.id: row for row in await log.recent()}
    assert {id_: row.result for id_, row in rows.items()} == {"1.1": "missed", "1.2": "", "1.3": "answered"}
    assert [id_ for id_, row in rows.items() if row.ended_at is None] == ["1.2"]


async def test_hostile_names_and_numbers_are_logged_in_one_tame_line(log: CallLog, bus: Bus) -> None:
    hostile = Party("<script>\r\n\x00", "Eve\r\nAction: Hangup \ud800" + "x" * 500)
    ring(bus, replace(RINGING, remote=hostile, line="\udcff"))
    await log.flush()

    (row,) = await log.recent()
    assert (row.number, row.remote_raw, len(row.remote_name)) == ("", "<script>", 200)
    assert row.remote_name.startswith("Eve Action: Hangup x")


async def test_the_writer_writes_by_itself_and_outlives_a_failing_store(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenpop.calls.log_writer.RETRY_SECONDS", 0.0)
    begin, failures = store.begin, iter([True, True, False])

    def sometimes() -> object:
        if next(failures, False):
            raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))
        return begin()

    monkeypatch.setattr(store, "begin", sometimes)
    writer = asyncio.create_task(log.run())
    whole_call(bus)

    async with asyncio.timeout(60):
        while not await log.recent():
            await asyncio.sleep(0)
    writer.cancel()
    assert [row.result for row in await log.recent()] == ["answered"]


async def test_what_could_not_be_written_waits_for_the_next_try(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(bus)
    with monkeypatch.context() as broken:
        broken.setattr(store, "begin", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await log.flush()
    bus.publish(CustomerChanged(customer_id="x", numbers=("+49301234567",)))

    assert await _rows(log) == 1


async def test_a_fact_that_cannot_be_written_takes_no_other_with_it(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with it, the calls of everybody else are written, and it is not tried for ever."""
    upsert = log_store.upsert

    async def refusing(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
        if any(row["id"] == "1.2" for row in rows):
            raise sa.exc.IntegrityError("INSERT", {}, Exception("no such row"))
        await upsert(tx, rows)

    monkeypatch.setattr(log_store, "upsert", refusing)
    for id_ in ("1.1", "1.2", "1.3"):
        ring(bus, replace(RINGING, id=id_))
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    await log.flush()

    assert sorted((row.id, row.answered_at is not None) for row in await log.recent()) == [
        ("1.1", True),
        ("1.3", False),
    ]
    monkeypatch.undo()
    bus.publish(CallAnswered(call=replace(TALKING, id="1.2"), at=1004, agent="101"))
    await log.flush()
    assert (await log.get("1.2")).agent == "101"


async def test_what_waited_for_long_is_written_piece_by_piece(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenpop.calls.log_writer.AT_ONCE", 3)
    written: list[CallWritten] = []
    bus.subscribe(CallWritten, written.append)
    for number in range(10):
        ring(bus, replace(RINGING, id=f"1.{number}"))
    begin, works = store.begin, iter([True, True, False])

    def until_the_disk_is_full() -> object:
        if not next(works, True):
            raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))
        return begin()

    monkeypatch.setattr(store, "begin", until_the_disk_is_full)
    with pytest.raises(sa.exc.OperationalError):
        await log.flush()
    assert len(await log.recent()) == 6
    await log.flush()

    assert [len(fact.call_ids) for fact in written] == [3, 3, 3, 1]
    assert [id_ for fact in written for id_ in fact.call_ids] == [f"1.{number}" for number in range(10)]


async def test_a_log_that_cannot_be_written_at_the_end_does_not_stop_the_shutdown(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> object:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    ring(bus)
    with monkeypatch.context() as broken:
        broken.setattr(store, "begin", full)
        await log.close()
    assert await _rows(log) == 1


async def test_agent_who_clicked_to_dial_is_not_the_name_of_whom_he_called(log: CallLog, bus: Bus) -> None:
    agent, called = Party("101", "Ada Clarke"), Party("+4530123123")
    ringing = replace(RINGING, direction="internal", caller=agent, remote=agent, line="")
    ring(bus, ringing)
    await log.flush()
    bus.publish(CallChanged(call=replace(ringing, direction="outgoing", remote=called, to=(called.number,)), at=1002))
    await log.flush()
    (row,) = await log.recent()
    assert (row.number, row.remote_name) == ("+4530123123", "")


async def test_name_that_came_earlier_is_kept_for_the_same_number(log: CallLog, bus: Bus) -> None:
    ring(bus)
    await log.flush()
    bus.publish(CallChanged(call=replace(RINGING, remote=Party(CALLER.number)), at=1002))
    await log.flush()
    (row,) = await log.recent()
    assert row.remote_name == "Anna"


# ---------------------------------------------------------------- the story, and what a restart leaves


@pytest.mark.feature("CALL-31")
async def test_the_story_is_written_with_the_row_and_told_by_name(log: CallLog, bus: Bus) -> None:
    written: list[CallWritten] = []
    bus.subscribe(CallWritten, written.append)
    whole_call(bus)
    await log.flush()
    story = await log.story("1.1", lambda agent: f"Name of {agent}")

    assert [(step.kind, step.agent_name, step.seconds, step.outcome) for step in story.steps] == [
        ("began", "", None, "incoming"),
        ("answered", "Name of 101", 4.0, ""),
        ("ended", "", None, "answered"),
    ]
    (leg,) = story.legs
    assert (leg.agent, leg.ring_seconds, leg.talk_seconds, leg.outcome) == ("101", 4.0, 60.0, "answered")
    assert written == [CallWritten(call_ids=("1.1",))]
    assert (await log.story("9.9")).steps == ()


@pytest.mark.feature("CALL+08")
async def test_a_restart_in_the_middle_goes_on_with_the_same_row_and_story(
    log: CallLog, bus: Bus, store: Store
) -> None:
    bus.publish(CallStarted(call=RINGING, at=1000))
    ring(bus)
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    bus.publish(CallHeld(call=TALKING, at=1010, agent="101"))
    await log.flush()

    again = Bus()
    log = CallLog(store, Numbers("DE"), again)
    adopted = replace(RINGING, answered_at=1020.0, answered_by="101", agents=("101",), talking=("101",))
    again.publish(CallStarted(call=RINGING, at=1020))
    again.publish(CallAnswered(call=adopted, at=1020, agent="101"))
    assert await log.close_vanished([adopted]) == []
    again.publish(CallUnheld(call=adopted, at=1040, agent="101"))
    over = replace(adopted, ended_at=1064.0, agents=(), talking=())
    again.publish(CallEnded(call=over, at=1064, result="answered", cause=16, talk_seconds=44))
    await log.flush()

    (row,) = await log.recent()
    assert (row.talk_seconds, row.hold_seconds, row.holds, row.result) == (60, 30, 1, "answered")
    kinds = [step.kind for step in (await log.story("1.1")).steps]
    assert kinds == ["began", "answered", "held", "ended"]


async def test_a_call_that_vanished_ends_when_it_was_last_seen(log: CallLog, bus: Bus, store: Store) -> None:
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    await log.flush()
    again = Bus()
    written: list[CallWritten] = []
    again.subscribe(CallWritten, written.append)
    log = CallLog(store, Numbers("DE"), again)
    assert await log.close_vanished([]) == ["1.1"]

    row = await log.get("1.1")
    assert (row.result, row.swept, row.ended_at) == ("answered", True, datetime.fromtimestamp(1004, UTC))
    assert (await log.story("1.1")).steps[-1].unseen
    assert written == [CallWritten(call_ids=("1.1",))]
    assert await log.close_vanished([]) == []


async def test_calls_that_are_up_say_so_now_and_then(
    log: CallLog, bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenpop.calls.log_writer.BEAT_SECONDS", 0.01)
    ring(bus)
    await log.flush()
    writer = asyncio.create_task(log.run())

    async def up_at() -> datetime:
        async with store.read() as tx:
            found: datetime = (await tx.execute(sa.select(call.c.up_at))).scalar_one()
        return found

    async with asyncio.timeout(60):
        while await up_at() == datetime.fromtimestamp(1000, UTC):
            await asyncio.sleep(0)
    writer.cancel()
    assert (datetime.now(UTC) - await up_at()).total_seconds() < 60


# ---------------------------------------------------------------- when the customer was known


@pytest.mark.feature("ANAL-04")
async def test_a_known_number_is_identified_from_the_begin(log: CallLog, bus: Bus, customers: Customers) -> None:
    await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    whole_call(bus)
    await log.flush()
    assert (await log.get("1.1")).identified_at == datetime.fromtimestamp(1000, UTC)


@pytest.mark.feature("ANAL-04")
async def test_an_unknown_caller_is_identified_when_somebody_says_who_it_is(
    log: CallLog, bus: Bus, customers: Customers
) -> None:
    anna, bernd = [await customers.create(NewCustomer(name=name), "u1") for name in ("Anna", "Bernd")]
    bus.publish(CallAnswered(call=TALKING, at=1004, agent="101"))
    await log.flush()
    assert (await log.get("1.1")).identified_at is None

    first = (await log.assign_customer("1.1", anna.id, "u1")).identified_at
    again = (await log.assign_customer("1.1", anna.id, "u1")).identified_at
    assert first is not None
    assert again == first
    corrected = (await log.assign_customer("1.1", bernd.id, "u1")).identified_at
    assert corrected is not None
    assert corrected > first
    bus.publish(CallHeld(call=TALKING, at=1010, agent="101"))
    await log.flush()
    assert (await log.get("1.1")).identified_at == corrected
    assert (await log.assign_customer("1.1", "", "u1")).identified_at is None


@pytest.mark.feature("ANAL-04", "CALL+11")
async def test_a_customer_made_in_the_call_is_identified_then_and_older_calls_never_were(
    log: CallLog, bus: Bus, customers: Customers
) -> None:
    whole_call(bus)
    now = datetime.now(UTC).timestamp()
    living = replace(TALKING, id="1.2", started_at=now - 30, answered_at=now - 20)
    bus.publish(CallAnswered(call=living, at=now - 20, agent="101"))
    await log.flush()
    before = await log.story("1.1")
    anna = await customers.create(NewCustomer(name="Anna", numbers=(("+49 30 1234567", ""),)), "u1")
    await log.flush()

    old, new = await log.get("1.1"), await log.get("1.2")
    assert (old.customer_id, new.customer_id) == (anna.id, anna.id)
    assert old.identified_at is None
    assert new.identified_at is not None
    assert new.identified_at.timestamp() >= now
    assert await log.story("1.1") == before
