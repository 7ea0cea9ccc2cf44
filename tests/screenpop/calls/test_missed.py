"""Missed calls: which calls are, on whose list they stand, and how they leave it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.calls import queue_members
from screenpop.calls.log import CallLog
from screenpop.calls.missed import Missed
from screenpop.calls.queue_members import KEPT, QueueMembers
from screenpop.customers.model import NewCustomer
from screenpop.customers.service import Customers
from screenpop.errors import NotFound
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallMerged,
    CallRang,
    CallStarted,
    CallView,
    Direction,
    MissedCallsChanged,
    MissedCallsCounted,
    Party,
    QueueJoined,
    QueueLeft,
    Result,
)
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import queue_member

pytestmark = pytest.mark.feature("CALL+06")
ANNA = "+49301234567"
NOW = datetime.now(UTC)


@dataclass
class House:
    """The log and the list, and calls made by hand. Times of calls are seconds from 1000."""

    store: Store
    bus: Bus
    log: CallLog
    users: Users
    members: QueueMembers
    missed: Missed
    customers: Customers

    def user(self, login: str) -> User:
        found = self.users.by_login(login)
        assert found
        return found

    async def call(
        self,
        call_id: str,
        *rang: str,
        result: Result = "missed",
        number: str = ANNA,
        at: float = 0.0,
        direction: Direction = "incoming",
        by: str = "",
        line: str = "030555",
        queue: str = "",
    ) -> None:
        """A whole call; it rings 20 s, and who answers talks for a minute."""
        begun, over = 1000.0 + at, 1020.0 + at + (60 if by else 0)
        party = Party(number)
        to = rang or (line,)
        view = CallView(
            id=call_id, direction=direction, caller=party, to=to, remote=party, line=line, queue=queue, started_at=begun
        )
        self.bus.publish(CallStarted(call=view, at=begun))
        for seat in rang:
            self.bus.publish(CallRang(call=view, at=begun, agent=seat))
        if by:
            view = replace(view, answered_at=begun + 20, answered_by=by)
            self.bus.publish(CallAnswered(call=view, at=begun + 20, agent=by))
        self.bus.publish(CallEnded(call=replace(view, ended_at=over), at=over, result=result, talk_seconds=0))
        await self.log.flush()

    async def ids(self, login: str = "sue", *, everything: bool = False) -> list[str]:
        shown = await self.missed.page(self.user(login), everything=everything)
        return [each.call.id for each in shown.calls]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store, bus = Store.open(default_url(tmp_path)), Bus()
    await store.create_all()
    users, members = Users(store, bus, Passwords(cost=1, memory_kib=64)), QueueMembers(store, bus)
    for login, role, seats in (("101", "agent", ["101"]), ("102", "agent", ["102"]), ("sue", "supervisor", [])):
        await users.add(login, f"Name of {login}", role, "correct horse", seats)
    log, missed = CallLog(store, Numbers("DE"), bus), Missed(store, bus, users, members)
    yield House(store, bus, log, users, members, missed, Customers(store, Numbers("DE"), bus, tmp_path / "photos"))
    await store.close()


# ---------------------------------------------------------------- which calls


@pytest.mark.parametrize("result", ["missed", "abandoned", "busy"])
async def test_an_incoming_call_that_nobody_answered_is_missed_once(house: House, result: Result) -> None:
    await house.call("c1", "101", "102", result=result)
    (each,) = (await house.missed.page(house.user("sue"))).calls
    assert (each.call.id, each.call.to, each.waited, each.is_open) == ("c1", ("101", "102"), 20.0, True)


async def test_answered_outgoing_and_internal_calls_are_not_missed(house: House) -> None:
    await house.call("c1", "101", result="answered", by="101", number="+49301111111")
    await house.call("c2", "+49302222222", result="no_answer", direction="outgoing", line="")
    await house.call("c3", "102", result="missed", direction="internal", line="")
    assert await house.ids(everything=True) == []


async def test_a_failed_call_is_missed_where_a_phone_or_queue_was_tried(house: House) -> None:
    await house.call("nowhere", result="failed", line="030999")
    await house.call("dead-phone", result="failed", line="101")
    await house.call("dead-group", "102", "103", result="failed")
    await house.call("queue", result="failed", queue="support")
    assert sorted(await house.ids()) == ["dead-group", "dead-phone", "queue"]


async def test_a_call_that_ended_unseen_is_missed(house: House) -> None:
    view = CallView(
        id="c1", direction="incoming", caller=Party(ANNA), to=("101",), remote=Party(ANNA), started_at=1000.0
    )
    house.bus.publish(CallRang(call=view, at=1000, agent="101"))
    await house.log.flush()
    await CallLog(house.store, Numbers("DE"), Bus()).close_vanished([])
    assert await house.ids("101") == ["c1"]


async def test_newest_come_first_and_pages_follow_each_other(house: House) -> None:
    for at in range(5):
        await house.call(f"c{at}", "101", at=at, number=f"+4930123456{at}")
    first = await house.missed.page(house.user("101"), limit=3)
    second = await house.missed.page(house.user("101"), limit=3, offset=3)
    assert ([each.call.id for each in first.calls], first.more) == (["c4", "c3", "c2"], True)
    assert ([each.call.id for each in second.calls], second.more) == (["c1", "c0"], False)


# ---------------------------------------------------------------- whose


async def test_an_agent_has_what_rang_at_his_extensions_and_nothing_else(house: House) -> None:
    await house.call("mine", "101", "103")
    await house.call("alike", "1011", number="+49302222222")
    await house.call("theirs", "102", number="+49303333333")
    assert await house.ids("101") == ["mine"]
    assert sorted(await house.ids("sue")) == ["alike", "mine", "theirs"]
    me = house.user("101")
    assert await house.missed.open_count(me) == 1
    for act in (house.missed.see, house.missed.unsee, house.missed.get):
        with pytest.raises(NotFound):
            await act(me, "theirs")
    await house.missed.see_all(me, datetime.now(UTC))
    assert sorted(await house.ids("sue")) == ["alike", "theirs"]


async def test_a_caller_who_gave_up_in_a_queue_is_a_task_of_those_whom_it_rings(house: House) -> None:
    waiting = CallView(
        id="q1", direction="incoming", caller=Party(ANNA), to=("101",), remote=Party(ANNA), started_at=1000.0
    )
    house.bus.publish(QueueJoined(call=waiting, at=1000, queue="support"))
    house.bus.publish(CallRang(call=waiting, at=1001, agent="101"))
    house.bus.publish(QueueLeft(call=waiting, at=1002, queue="support"))
    house.bus.publish(CallRang(call=waiting, at=1003, agent="102"))
    await house.call("c1", result="abandoned", queue="support", number="+49302222222", at=50)
    assert (await house.ids("101"), await house.ids("102")) == (["c1"], [])


async def test_queue_members_survive_a_restart_lastthe_queue_rings_them_no_more(house: House) -> None:
    old = NOW - KEPT - timedelta(days=1)
    async with house.store.begin() as tx:
        rows = [("support", "101", NOW), ("sales", "101", old)]
        await tx.execute(queue_member.insert(), [{"queue": q, "extension": e, "rang_at": at} for q, e, at in rows])
    await house.members.load()
    assert house.members.of(["101"]) == ("support",)
    view = CallView(id="q", direction="incoming", caller=Party(ANNA), to=(), remote=Party(ANNA), started_at=1.0)
    house.bus.publish(QueueJoined(call=view, at=1, queue="sales"))
    house.bus.publish(CallMerged(call=replace(view, id="kept"), at=2, gone="q"))
    house.bus.publish(CallRang(call=replace(view, id="kept"), at=3, agent="101"))
    await house.members.flush()
    again = QueueMembers(house.store, Bus())
    await again.load()
    assert again.of(["101", "103"]) == ("sales", "support")


async def test_queue_members_are_not_written_while_the_card_is_on_its_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue rings many phones at once, and their cards are due."""
    writes: list[str] = []
    right = house.store.begin

    def begin() -> AbstractAsyncContextManager[AsyncConnection]:
        writes.append("")
        return right()

    monkeypatch.setattr(house.store, "begin", begin)
    monkeypatch.setattr(queue_members, "GATHER_SECONDS", 3600.0)
    running = asyncio.create_task(house.members.run())
    view = CallView(id="q", direction="incoming", caller=Party(ANNA), to=(), remote=Party(ANNA), started_at=1.0)
    house.bus.publish(QueueJoined(call=view, at=1, queue="sales"))
    for seat in ("101", "102", "103"):
        house.bus.publish(CallRang(call=view, at=2, agent=seat))
        for _ in range(5):
            await asyncio.sleep(0)
    assert writes == []
    running.cancel()
    await house.members.flush()
    assert len(writes) == 1


# ---------------------------------------------------------------- called back


async def test_a_call_back_is_found_by_itself(house: House) -> None:
    await house.call("c1", "101")
    await house.call("c2", number="030 1234567", at=100, result="answered", direction="outgoing", by="102", line="")
    assert await house.ids() == []
    (each,) = (await house.missed.page(house.user("sue"), everything=True)).calls
    assert each.back
    assert (each.back.way, each.back.agent, each.back.agent_name) == ("outgoing", "102", "Name of 102")
    assert each.back.at == datetime.fromtimestamp(1120, UTC)


async def test_a_caller_who_calls_again_and_is_answered_is_called_back(house: House) -> None:
    await house.call("c1", "101")
    await house.call("c2", "101", at=5, number="+49302222222")
    await house.call("c3", "102", at=100, result="answered", by="102")
    await house.call("c4", "101", at=200)
    assert await house.ids() == ["c4", "c2"]


async def test_a_caller_who_gave_up_in_a_queue_and_is_answered_there_by_another_agent_is_settled(house: House) -> None:
    await house.call("c1", "101", result="abandoned", queue="support")
    await house.call("c2", "102", at=100, result="answered", by="102", queue="support")
    assert await house.ids() == []


async def test_a_talk_with_another_number_of_the_same_customer_is_a_call_back(house: House) -> None:
    mobile, landline, strangers = "+491711234567", "+49301111111", "+49302222222"
    await house.customers.create(NewCustomer(name="Anna", numbers=((mobile, ""), (landline, ""))), "u1")
    await house.call("c1", "101", number=mobile)
    await house.call("c2", "101", number=strangers, at=10)
    await house.call(
        "c3", landline, number=landline, at=100, result="answered", direction="outgoing", by="102", line=""
    )
    assert await house.ids() == ["c2"]
    assert (back := (await house.missed.get(house.user("sue"), "c1")).back)
    assert (back.way, back.agent) == ("outgoing", "102")


async def test_who_it_was_said_after_the_talk_settles_and_takes_back_too(house: House) -> None:
    """The number dialled belongs to two: it is no call-back of either before somebody has said with whom it was."""
    mobile, office = "+491711234567", "+49301111111"
    anna = await house.customers.create(NewCustomer(name="Anna", numbers=((mobile, ""), (office, ""))), "u1")
    bernd = await house.customers.create(NewCustomer(name="Bernd", numbers=((office, ""),)), "u1")
    await house.call("c1", "101", number=mobile)
    await house.call("c2", office, number=office, at=100, result="answered", direction="outgoing", by="101", line="")
    assert await house.ids() == ["c1"]
    await house.log.assign_customer("c2", anna.id, "u1")
    assert await house.ids() == []
    await house.log.assign_customer("c2", bernd.id, "u1")
    assert await house.ids() == ["c1"]


async def test_a_missed_call_that_was_somebody_elses_waits_again(house: House) -> None:
    """Nobody has talked with the one who called."""
    mobile, office = "+491711234567", "+49301111111"
    await house.customers.create(NewCustomer(name="Anna", numbers=((mobile, ""), (office, ""))), "u1")
    bernd = await house.customers.create(NewCustomer(name="Bernd"), "u1")
    await house.call("c1", "101", number=mobile)
    await house.call("c2", "101", number=office, at=10)
    await house.call("c3", office, number=office, at=100, result="answered", direction="outgoing", by="101", line="")
    assert await house.ids() == []
    await house.log.assign_customer("c1", bernd.id, "u1")
    assert await house.ids() == ["c1"]
    await house.log.assign_customer("c2", bernd.id, "u1")  # the number itself was called back
    assert await house.ids() == ["c1"]


async def test_a_number_of_several_customers_is_settled_by_whoever_of_them_it_was(house: House) -> None:
    for name in ("Anna", "Bernd"):
        await house.customers.create(NewCustomer(name=name, numbers=((ANNA, ""),)), "u1")
    await house.call("c1", "101")
    assert [each.call.several for each in (await house.missed.page(house.user("101"))).calls] == [True]
    await house.call("c2", ANNA, at=100, result="answered", direction="outgoing", by="102", line="")
    assert await house.ids("101") == []


async def test_an_earlier_talk_and_a_vain_attempt_are_no_call_back(house: House) -> None:
    await house.call("c0", "101", result="answered", by="101")
    await house.call("c1", "101", at=100)
    await house.call("c2", ANNA, at=200, result="no_answer", direction="outgoing", line="")
    assert await house.ids() == ["c1"]


async def test_withheld_numbers_are_never_called_back(house: House) -> None:
    await house.call("c1", "101", number="anonymous")
    await house.call("c2", "101", number="anonymous", at=100, result="answered", by="101")
    assert await house.ids() == ["c1"]


async def test_an_answer_that_turned_out_to_be_the_agents_own_phone_is_taken_back(house: House) -> None:
    await house.call("c1", "101")
    view = CallView(
        id="c2", direction="outgoing", caller=Party("101"), to=(ANNA,), remote=Party(ANNA), started_at=1100.0
    )
    talking = replace(view, answered_at=1105.0, answered_by="101")
    house.bus.publish(CallAnswered(call=talking, at=1105, agent="101"))
    await house.log.flush()
    assert await house.ids() == []
    house.bus.publish(CallEnded(call=replace(view, ended_at=1110.0), at=1110, result="no_answer"))
    await house.log.flush()
    assert await house.ids() == ["c1"]


async def test_a_call_back_that_becomes_part_of_another_call_is_still_one(house: House) -> None:
    await house.call("c1", "101")
    await house.call("c2", at=100, result="answered", direction="outgoing", by="101", line="")
    kept = CallView(
        id="c3", direction="outgoing", caller=Party("101"), to=(ANNA,), remote=Party(ANNA), started_at=1100.0
    )
    house.bus.publish(CallMerged(call=replace(kept, answered_at=1110.0, answered_by="101"), at=1200, gone="c2"))
    await house.log.flush()
    (each,) = (await house.missed.page(house.user("sue"), everything=True)).calls
    assert each.back
    assert each.back.agent == "101"


# ---------------------------------------------------------------- seen


async def test_seen_by_one_is_off_the_list_of_all_and_can_be_put_back(house: House) -> None:
    await house.call("c1", "101", "102")
    await house.missed.see(house.user("102"), "c1")
    await house.missed.see(house.user("101"), "c1")
    assert (await house.ids("101"), await house.ids("101", everything=True)) == ([], ["c1"])
    assert (await house.missed.get(house.user("101"), "c1")).seen_by == "Name of 102"
    await house.missed.unsee(house.user("101"), "c1")
    assert await house.ids("102") == ["c1"]


async def test_mark_all_takes_what_was_shown_and_not_what_came_since(house: House) -> None:
    await house.call("c1", "101", number="+49302222222", at=50)
    shown = await house.missed.page(house.user("101"))
    # It began before the page was made, ended before the other did, and was written after: it was not shown.
    await house.call("c2", "101", at=0)
    assert shown.until
    assert await house.missed.see_all(house.user("101"), shown.until) == 1
    assert await house.ids("101") == ["c2"]


async def test_undo_of_mark_all_puts_back_just_those(house: House) -> None:
    for at, number in enumerate(("+49301111111", "+49302222222", "+49303333333")):
        await house.call(f"c{at}", "101", "102", at=at, number=number)
    me, since = house.user("101"), datetime.now(UTC)
    await house.missed.see(house.user("102"), "c0")
    last = (await house.missed.page(me)).until
    assert last
    assert await house.missed.see_all(me, last) == 2
    assert await house.missed.unsee_all(me, since, last) == 2
    assert await house.ids("101") == ["c2", "c1"]


async def test_a_missed_call_that_was_merged_is_seen_to_by_its_old_id(house: House) -> None:
    await house.call("c1", "101")
    view = CallView(id="c2", direction="incoming", caller=Party(ANNA), to=("101",), remote=Party(ANNA), started_at=1.0)
    house.bus.publish(CallMerged(call=view, at=1030, gone="c1"))
    house.bus.publish(CallEnded(call=replace(view, ended_at=1040.0), at=1040, result="missed"))
    await house.log.flush()
    await house.missed.see(house.user("101"), "c1")
    assert (await house.missed.get(house.user("101"), "c2")).seen_by == "Name of 101"
    await house.missed.unsee(house.user("101"), "c1")
    assert await house.ids("101") == ["c2"]


# ---------------------------------------------------------------- told


async def test_each_user_is_told_a_count_that_changed_and_no_other(house: House) -> None:
    told: list[MissedCallsCounted] = []
    await house.missed.tell()
    house.bus.subscribe(MissedCallsCounted, told.append)
    await house.call("c1", "101")
    await house.missed.tell()
    await house.missed.tell()
    me, sue = house.user("101").id, house.user("sue").id
    assert {(fact.user_id, fact.open) for fact in told} == {(me, 1), (sue, 1)}
    assert len(told) == 2


async def test_the_log_says_that_the_list_changed_only_where_it_did(house: House) -> None:
    changes: list[MissedCallsChanged] = []
    house.bus.subscribe(MissedCallsChanged, changes.append)
    await house.call("c1", "101", result="answered", by="101")
    assert changes == []
    await house.call("c2", "101", at=100)
    await house.missed.see(house.user("101"), "c2")
    assert len(changes) == 2
