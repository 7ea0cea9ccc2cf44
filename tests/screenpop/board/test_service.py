"""The board as those who look see it: what they were told, applied to what they fetched, is what there is."""

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from screenpop.agents.model import User
from screenpop.agents.passwords import Passwords
from screenpop.board.service import LOOKS_FOR, SECTIONS, TELL_EVERY, Board, Shown, changed
from screenpop.calls.tracker import Tracker
from screenpop.core import Core, opened
from screenpop.customers.model import NewCustomer
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallStarted,
    CallView,
    Party,
    PresenceChanged,
    QueueJoined,
    QueueLeft,
    QueueMemberChanged,
    QueuesListed,
)
from tests.screenpop.board.test_model import SEATS, TRACES, stream
from tests.until import until

NUMBER = "+442079460001"


class Screen:
    """A panel that looks at the board: subscribes, fetches, applies."""

    def __init__(self, core: Core, login: str = "sue") -> None:
        found = core.users.by_login(login)
        assert found
        self.core, self.user = core, found
        self.rows: Shown = {}
        self.totals: dict[str, Any] = {}
        self.seq = 0
        self.told = 0
        core.hub.subscribe(self.user.id, "s", self)

    async def look(self) -> None:
        snapshot = await self.core.board.snapshot(self.user)
        self.rows = {part: {row["id"]: row for row in snapshot[part]} for part in SECTIONS}
        self.totals, self.seq = snapshot["totals"], int(snapshot["seq"].partition(".")[2])

    def write(self, data: bytes) -> None:
        fields = dict(line.split(": ", 1) for line in data.decode().splitlines() if line)
        if fields["event"] == "board":
            self.told += 1
            self._apply(json.loads(fields["data"]))

    def _apply(self, change: dict[str, Any]) -> None:
        number = int(change["seq"].partition(".")[2])
        if not self.rows or number <= self.seq:
            return
        self.seq = number
        for part, rows in change.get("put", {}).items():
            self.rows[part] |= {row["id"]: row for row in rows}
        for part, ids in change.get("gone", {}).items():
            for each in ids:
                del self.rows[part][each]
        self.totals = change.get("totals", self.totals)

    def backlog(self) -> int:
        return 0

    def close(self) -> None:
        pass


def call(call_id: str = "1", **more: Any) -> CallView:
    caller, now = Party(NUMBER, "A. L."), time.time()
    fields: dict[str, Any] = {"direction": "incoming", "caller": caller, "to": ("101",), "started_at": now - 30}
    return CallView(id=call_id, remote=caller, **(fields | more))


async def test_what_was_told_is_what_there_is_through_every_recorded_call(core: Core) -> None:
    chance = random.Random(1)
    early, late = Screen(core), Screen(core)
    await early.look()
    for trace in TRACES:
        tracker = Tracker(SEATS)
        for event in stream(trace):
            for fact in tracker.apply(event):
                core.bus.publish(fact)
            if chance.random() < 0.3:
                core.board._tell()
            if chance.random() < 0.02:
                await late.look()
        for fact in tracker.sweep(event.at):
            core.bus.publish(fact)
    core.board._tell()
    fresh = Screen(core)
    await fresh.look()
    for screen in (early, late):
        assert (screen.rows, screen.totals) == (fresh.rows, fresh.totals)
    assert early.told > 50
    assert fresh.rows["calls"] == {}


rows = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({"n": st.integers(0, 2)}))
shown = st.fixed_dictionaries(dict.fromkeys(SECTIONS, rows)).map(
    lambda parts: {part: {key: {"id": key, **row} for key, row in rows.items()} for part, rows in parts.items()}
)


@given(shown, shown)
def test_changes_lead_from_what_was_shown_to_what_is(before: Shown, now: Shown) -> None:
    change = changed(before, now)
    seen = {part: dict(rows) for part, rows in before.items()}
    for part in SECTIONS:
        for row in change.get("put", {}).get(part, []):
            assert seen[part].get(row["id"]) != row
            seen[part][row["id"]] = row
        for key in change.get("gone", {}).get(part, []):
            del seen[part][key]
    assert seen == now


@pytest.mark.feature("RATE-06", "RATE-07")
async def test_figures_told_are_those_of_the_store(core: Core) -> None:
    now = float(int(time.time()))
    for number, waited in enumerate([3.0, 40.0]):
        view = call(str(number), queue="support", agents=("101",), talking=("101",), answered_at=now - 60)
        core.bus.publish(QueueJoined(call=view, at=now - 100, queue="support"))
        core.bus.publish(CallAnswered(call=view, at=now - 60, agent="101"))
        core.bus.publish(QueueLeft(call=view, at=now - 60, queue="support", waited=waited, reason="answered"))
        core.bus.publish(CallEnded(call=view, at=now, result="answered", talk_seconds=60))
    view = call("gave-up", queue="support")
    core.bus.publish(QueueJoined(call=view, at=now - 20, queue="support"))
    core.bus.publish(QueueLeft(call=view, at=now, queue="support", waited=12, reason="abandoned"))
    core.bus.publish(CallEnded(call=view, at=now, result="abandoned"))
    told = core.board.today
    await core.calls.flush()
    await core.board.load()
    assert core.board.today == told
    screen = Screen(core)
    await screen.look()
    queue = screen.rows["queues"]["support"]
    assert {name: queue[name] for name in ("answered", "within", "abandoned", "counted", "level")} == {
        "answered": 2, "within": 1, "abandoned": 1, "counted": 3, "level": 0.3333,
    }  # fmt: skip
    assert (screen.totals["taken"], screen.totals["given_up"], screen.totals["talk_seconds"]) == (2, 1, 120)
    assert {row["name"]: row["calls"] for row in screen.rows["agents"].values()}["Name of 101"] == 2


async def test_call_that_ended_while_ringdesk_was_away_is_counted_once_it_is_known(core: Core) -> None:
    lost = call("lost", agents=("101",), talking=("101",), answered_at=time.time() - 20)
    core.bus.publish(CallAnswered(call=lost, at=time.time(), agent="101"))
    await core.calls.flush()
    async with opened(core.config, Passwords(cost=1, memory_kib=64)) as again:
        assert again.board.today.total("incoming", "answered") == 0
        await again.board.count_ended(await again.calls.close_vanished([]))
        assert again.board.today.total("incoming", "answered") == 1
        told = again.board.today
        await again.board.load()
        assert again.board.today == told


async def test_customer_is_named_once_known(core: Core) -> None:
    screen = Screen(core)
    await screen.look()
    core.bus.publish(CallStarted(call=call(), at=time.time()))
    await until(lambda: screen.rows["calls"].get("1", {}).get("who") == "A. L.")
    ada = await core.customers.create(NewCustomer(name="Ada Lovelace", numbers=((NUMBER, ""),)), "system")
    await until(lambda: screen.rows["calls"]["1"]["who"] == "Ada Lovelace")
    assert screen.rows["calls"]["1"]["customer_id"] == ada.id
    assert screen.rows["calls"]["1"]["number"] == "+44 20 7946 0001"


async def test_board_stands_though_names_cannot_be_read(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    await core.customers.create(NewCustomer(name="Ada Lovelace", numbers=((NUMBER, ""),)), "system")
    core.bus.publish(CallStarted(call=call(), at=time.time()))
    screen = Screen(core)

    async def locked(customer_id: str) -> str:
        raise OperationalError("SELECT", {}, Exception(f"{customer_id}: database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(core.board._others, "_title", locked)
        await screen.look()
    assert screen.rows["calls"]["1"]["who"] == "A. L."
    await screen.look()
    assert screen.rows["calls"]["1"]["who"] == "Ada Lovelace"


async def test_changes_come_a_few_times_a_second_and_only_to_those_who_look_and_may(core: Core) -> None:
    screen, agent = Screen(core), Screen(core, "101")
    core.bus.publish(CallStarted(call=call(), at=time.time()))
    assert core.board._timer is None
    await screen.look()
    begun = time.monotonic()
    for number in range(200):
        core.bus.publish(CallStarted(call=call(str(number)), at=time.time()))
    await until(lambda: len(screen.rows["calls"]) == 200)
    assert time.monotonic() - begun >= TELL_EVERY * 0.9
    assert (screen.told, agent.told) == (1, 0)
    await core.users.change(screen.user.id, role="agent")
    core.bus.publish(CallStarted(call=call("more"), at=time.time()))
    core.board._tell()
    assert screen.told == 1


async def test_who_no_longer_asks_is_told_no_more(core: Core) -> None:
    now = [time.time()]
    board = Board(core.board._seams, "UTC", clock=lambda: now[0])
    screen = Screen(core)
    await board.snapshot(screen.user)
    core.bus.publish(CallStarted(call=call(), at=now[0]))
    board._tell()
    assert screen.told == 1
    now[0] += LOOKS_FOR + 1
    core.bus.publish(CallStarted(call=call("2"), at=now[0]))
    board._tell()
    assert screen.told == 1
    await board.close()


async def test_figures_begin_anew_at_midnight_of_the_site(core: Core) -> None:
    midnight = 1_700_002_800.0  # 2023-11-15 00:00 in Berlin
    now = [midnight - 10]
    board = Board(core.board._seams, "Europe/Berlin", clock=lambda: now[0])
    assert board.today.day.end == midnight
    before, later = call("1", started_at=midnight - 100), call("2", started_at=midnight + 5)
    core.bus.publish(QueueLeft(call=before, at=midnight - 5, queue="support", waited=3, reason="answered"))
    assert len(board.today.visits["support"]) == 1
    core.bus.publish(QueueLeft(call=later, at=midnight + 9, queue="support", waited=3, reason="answered"))
    core.bus.publish(CallEnded(call=before, at=midnight + 20, result="answered"))
    assert (len(board.today.visits["support"]), board.today.total("incoming")) == (1, 0)
    await board.close()


async def test_members_of_a_queue_are_free_busy_or_paused(core: Core) -> None:
    screen = Screen(core)
    members = [
        QueueMemberChanged(queue="support", device="PJSIP/101"),
        QueueMemberChanged(queue="support", device="PJSIP/102", state="busy"),
        QueueMemberChanged(queue="support", device="Local/9@x", state="away"),
    ]
    core.bus.publish(QueuesListed(queues=("support", "night"), members=tuple(members)))
    core.bus.publish(QueueMemberChanged(queue="support", device="PJSIP/101", paused=True))
    await screen.look()
    queue = screen.rows["queues"]["support"]
    assert [queue[name] for name in ("members", "available", "busy", "paused")] == [3, 0, 1, 1]
    assert screen.rows["queues"]["night"]["members"] == 0
    agents = {row["name"]: (row["queues"], row["paused"]) for row in screen.rows["agents"].values()}
    assert agents["Name of 101"] == (["support"], 1)
    core.bus.publish(QueueMemberChanged(queue="support", device="PJSIP/101", gone=True))
    await screen.look()
    assert screen.rows["queues"]["support"]["members"] == 2


async def test_presence_shows_since_when_unless_a_call_goes_before(core: Core) -> None:
    screen = Screen(core)
    me = core.users.by_login("101")
    assert isinstance(me, User)
    core.bus.publish(PresenceChanged(user_id=me.id, presence="offline"))  # told of everybody when a user is added
    await screen.look()
    row = screen.rows["agents"][me.id]
    assert (row["state"], row["since"]) == ("offline", 0)
    for presence in ("available", "offline"):
        core.bus.publish(PresenceChanged(user_id=me.id, presence=presence))
    await screen.look()
    row = screen.rows["agents"][me.id]
    assert (row["state"], row["since"]) == ("offline", pytest.approx(time.time(), abs=60))
    view = call(agents=("101",), talking=("101",), answered_at=time.time())
    core.bus.publish(CallAnswered(call=view, at=time.time(), agent="101"))
    await screen.look()
    row = screen.rows["agents"][me.id]
    assert (row["state"], row["with"], row["call"]) == ("talking", "A. L.", "1")


def test_folder_of_traces_is_there() -> None:
    assert len(TRACES) > 40
