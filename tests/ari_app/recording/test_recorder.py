"""What becomes of a recording while the call goes on, told event by event."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from ari_app.recording import rows as rows_module
from ari_app.recording.live import Live
from ari_app.recording.recorder import Recorder
from ari_app.recording.rows import NOT_WANTED, Rows
from ari_app.translate import translate
from screenpop.agents.directory import Directory
from screenpop.bus import Bus
from screenpop.calls.tracker import Tracker
from screenpop.errors import PbxRefused
from screenpop.facts import CallAnswered, CallMerged, CallNoted, Party, RecordingChanged
from screenpop.numbers import Numbers
from screenpop.recordings import store as recording_store
from screenpop.recordings.archive import FolderArchive
from screenpop.recordings.asking import Question, Start
from screenpop.recordings.choice import Chooser, Said
from screenpop.recordings.model import OPEN_END, closed
from screenpop.recordings.policy import Policy, Rule
from screenpop.recordings.service import Recordings
from screenpop.recordings.settings import RecordingSettings
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import customer, recording

pytestmark = pytest.mark.feature("CALL-32")
CUSTOMER, AGENT = "1700000000.1", "1700000000.2"
NAMES = {CUSTOMER: "PJSIP/trunk-00000001", AGENT: "PJSIP/101-00000002"}
STATES = {"up": "6", "ringing": "5", "calling": "4"}
NAMES[OTHER := "1700000009.1"] = "PJSIP/trunk-00000009"
SHY = "+442079460002"
NAME = f"rd-{CUSTOMER}-1000c"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@dataclass
class Link:
    """Keeps what the PBX was told; `refuses` says no to these actions; `monitor`: the id of ours, "" before; `without`:
    channels that have none of ours."""

    sent: list[dict[str, str]] = field(default_factory=list)
    refuses: tuple[str, ...] = ()
    monitor: str = "0xabc"
    without: tuple[str, ...] = ()

    async def action(self, fields: dict[str, str], timeout: float = 5.0) -> dict[str, str]:
        self.sent.append(dict(fields))
        if fields["Action"] in self.refuses:
            raise PbxRefused("Permission denied")
        if fields.get("Channel") == "Ringdesk/none":
            raise PbxRefused("Could not find specified channel")
        found = "" if fields.get("Channel") in self.without else self.monitor
        return {"Value": found} if fields["Action"] == "Getvar" else {}

    def actions(self) -> list[str]:
        return [fields["Action"] for fields in self.sent]


@dataclass
class Desk:
    """A recorder on a real tracker and store, told events as the PBX sends them."""

    store: Store
    bus: Bus
    link: Link
    tracker: Tracker
    recorder: Recorder
    rows: Rows
    recordings: Recordings
    settings: RecordingSettings
    discarded: list[str]
    facts: list[RecordingChanged]
    at: float = 1000.0
    now: float = 1000.0
    """What Ringdesk's own clock says; `at`: when the PBX told its last event."""

    def tell(self, event: str, leg: str, state: str = "up", after: float = 1.0, **more: str) -> None:
        self.at += after
        headers = {
            "Event": event,
            "Uniqueid": leg,
            "Linkedid": CUSTOMER,
            "Channel": NAMES[leg],
            "ChannelState": STATES[state],
            "CallerIDNum": "+442079460001" if leg == CUSTOMER else "101",
            "Exten": "100",
            "Timestamp": str(self.at),
            **more,
        }
        translated = translate(headers, self.at)
        for fact in self.tracker.apply(translated) if translated else ():
            self.bus.publish(fact)
        self.recorder.take(headers, self.at)

    async def ask(self, **more: Any) -> Start | None:
        question: dict[str, Any] = {"linkedid": CUSTOMER, "channel": NAMES[CUSTOMER], "number": "+442079460001"}
        return await self.recorder.ask(Question(**(question | more)))

    def begins(self) -> None:
        self.tell("Newchannel", CUSTOMER, "calling")

    def connects(self) -> None:
        """101 rings and answers, and they hear each other."""
        self.answers()
        for leg in (AGENT, CUSTOMER):
            self.tell("BridgeEnter", leg, BridgeUniqueid="b")

    def answers(self) -> None:
        """101 rings and answers."""
        called = {f"Dest{name}": value for name, value in (("Uniqueid", AGENT), ("Linkedid", CUSTOMER),
                  ("Channel", NAMES[AGENT]), ("ChannelState", "5"), ("CallerIDNum", "101"))}  # fmt: skip
        self.tell("DialBegin", CUSTOMER, "calling", **called)
        self.tell("Newstate", AGENT)
        self.tell("DialEnd", CUSTOMER, DialStatus="ANSWER", **(called | {"DestChannelState": "6"}))

    async def settle(self) -> None:
        """Do all that was put off."""
        waiting = self.rows._waiting
        while not waiting.empty():
            await waiting.get_nowait()()

    async def row(self) -> Any:
        async with self.store.read() as tx:
            return (await tx.execute(sa.select(recording))).one_or_none()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store, bus, link = Store.open(default_url(tmp_path)), Bus(), Link()
    await store.create_all()
    settings, tracker = RecordingSettings(store, bus), Tracker(Directory.parse("101,102"))
    await settings.set_policy(Policy(otherwise=True), "admin")
    discarded: list[str] = []
    facts: list[RecordingChanged] = []

    async def discard(name: str) -> None:
        discarded.append(name)

    def find(key: str) -> Sequence[str]:
        return {"+442079460001": ("ada",), SHY: ("shy",)}.get(key, ())

    async with store.begin() as tx:
        times = {"created_at": NOW, "updated_at": NOW}
        await tx.execute(sa.insert(customer).values(id="ada", **times))
        await tx.execute(sa.insert(customer).values(id="shy", record="no", **times))
    recordings = Recordings(store, bus, FolderArchive(tmp_path), 0)
    rows = Rows(store, bus, recordings, discard)
    chooser = Chooser(settings, Numbers("GB"), find, Said(store))
    recorder = Recorder(link, tracker, chooser, rows, bus, lambda: made.now)  # type: ignore[arg-type]
    bus.subscribe(RecordingChanged, facts.append)
    made = Desk(store, bus, link, tracker, recorder, rows, recordings, settings, discarded, facts)
    yield made
    await store.close()


async def test_recording_begins_when_they_are_connected_and_ends_with_its_channel(desk: Desk) -> None:
    desk.begins()
    assert await desk.ask() == Start(name=NAME)
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    began = desk.at
    desk.tell("Hangup", CUSTOMER, after=7)
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.name, row.call_id, row.agent) == ("waiting", NAME, CUSTOMER, "101")
    assert (row.started_at.timestamp(), row.ended_at.timestamp()) == (began, began + 7)
    assert [fact.state for fact in desk.facts][:: len(desk.facts) - 1] == ["recording", "waiting"]


async def test_call_that_nobody_answers_leaves_no_row(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    assert (await desk.row(), desk.discarded) == (None, [NAME])  # the PBX makes empty files for it


async def test_recording_of_somebody_else_is_left_alone(desk: Desk) -> None:
    """The PBX's own dialplan records for its own purposes."""
    desk.begins()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    assert (await desk.row(), desk.facts) == (None, [])


async def test_monitor_of_the_site_that_begins_before_ours_is_not_taken_for_it(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.link.monitor = ""
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.tell("MixMonitorMute", CUSTOMER, "calling", Direction="both", State="1")
    await desk.settle()
    assert (await desk.row(), desk.facts) == (None, [])
    desk.link.monitor = "0xabc"
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    desk.tell("MixMonitorStop", CUSTOMER)  # theirs: the card's key must go on working
    await desk.recorder.pause_recording(CUSTOMER, True)
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.name, len(row.gaps), desk.discarded) == ("waiting", NAME, 1, [])


async def test_monitor_of_the_site_that_begins_after_ours_ends_without_it(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    for _ in range(2):  # both before the PBX could be asked
        desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    desk.tell("MixMonitorStop", CUSTOMER)
    await desk.settle()
    assert (await desk.row()).state == "recording"
    desk.tell("MixMonitorStop", CUSTOMER)
    await desk.settle()
    assert (await desk.row()).state == "waiting"


async def test_monitor_of_ours_that_begins_while_the_pbx_is_asked_about_another_is_found(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.link.monitor = ""
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    asked = desk.rows._waiting.get_nowait()()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    await asked  # it began after the answer: only the next one can tell
    desk.link.monitor = "0xabc"
    desk.connects()
    await desk.settle()
    assert (await desk.row()).state == "recording"
    await desk.recorder.pause_recording(CUSTOMER, True)


async def test_several_monitors_of_the_site_leave_no_row(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.link.monitor = ""
    for _ in range(2):
        desk.tell("MixMonitorStart", CUSTOMER, "calling")
    await desk.settle()
    assert await desk.row() is None


async def test_monitor_of_the_site_on_another_channel_takes_nothing_from_ours(desk: Desk) -> None:
    """Its channel is over before the one that is recorded."""
    desk.link.without = (NAMES[AGENT],)
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", AGENT)
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    await desk.settle()
    desk.connects()
    await desk.recorder.pause_recording(CUSTOMER, True)
    assert desk.link.sent[-1]["Channel"] == NAMES[CUSTOMER]
    desk.tell("Hangup", AGENT)
    assert desk.recorder.is_recorded(CUSTOMER)
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    assert ((await desk.row()).state, desk.discarded) == ("waiting", [])


async def test_row_of_a_monitor_of_the_site_goes_though_the_disk_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "RETRY_SECONDS", 0.0)
    desk.begins()
    await desk.ask()
    desk.link.monitor = ""
    for _ in range(2):
        desk.tell("MixMonitorStart", CUSTOMER, "calling")
    right, tries = recording_store.drop, list[str]()

    async def drop(tx: AsyncConnection, recording_id: str) -> bool:
        tries.append(recording_id)
        if len(tries) == 1:
            raise OperationalError("DELETE", {}, sqlite3.OperationalError("disk I/O error"))
        return await right(tx, recording_id)

    monkeypatch.setattr(recording_store, "drop", drop)
    while not desk.rows._waiting.empty():
        await desk.rows._done(desk.rows._waiting.get_nowait())
    assert (await desk.row(), len(tries)) == (None, 2)


async def test_login_that_may_not_ask_takes_the_next_monitor_for_ours(desk: Desk) -> None:
    desk.link.refuses = ("Getvar",)
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    assert (await desk.row()).state == "recording"


async def test_pause_is_asked_of_the_pbx_and_marked_where_it_was(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("MixMonitorMute", CUSTOMER, after=3, Direction="both", State="1")
    desk.tell("MixMonitorMute", CUSTOMER, after=2, Direction="both", State="0")
    desk.now = desk.at + 4
    await desk.recorder.pause_recording(CUSTOMER, True)
    await desk.settle()
    assert desk.link.sent[-1] == {
        "Action": "MixMonitorMute", "Channel": NAMES[CUSTOMER], "Direction": "both", "State": "1",
    }  # fmt: skip
    assert (await desk.row()).gaps == [[3.0, 5.0], [9.0, OPEN_END]]
    with pytest.raises(PbxRefused):
        await desk.recorder.pause_recording("another", True)


async def test_pause_is_marked_by_the_clock_of_the_pbx(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.now = desk.at + 3  # and the PBX's clock is a minute ahead of ours
    desk.recorder.take({"Event": "Hangup", "Uniqueid": AGENT, "Timestamp": str(desk.at + 60)}, desk.at)
    await desk.recorder.pause_recording(CUSTOMER, True)
    await desk.settle()
    assert (await desk.row()).gaps == [[63.0, OPEN_END]]


async def test_feature_code_of_an_agent_pauses_and_is_answered(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    answers = []
    for leg in (AGENT, CUSTOMER, AGENT):
        desk.tell("UserEvent", leg, UserEvent="RingdeskPause")
        desk.now = desk.at
        await desk.settle()
        answers.append({name: desk.link.sent[-1][name] for name in ("Action", "Channel", "Value")})
    assert answers == [
        {"Action": "Setvar", "Channel": NAMES[AGENT], "Value": "1"},
        {"Action": "Setvar", "Channel": NAMES[CUSTOMER], "Value": "no"},  # the customer pressed the key
        {"Action": "Setvar", "Channel": NAMES[AGENT], "Value": "0"},
    ]
    assert (await desk.row()).gaps[0][1] < OPEN_END


async def test_feature_code_that_had_to_wait_is_not_fulfilled_any_more(desk: Desk) -> None:
    """The phone has said that it failed: pressed once more, it would else go on with a recording that is paused."""
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("UserEvent", AGENT, UserEvent="RingdeskPause")
    desk.now = desk.at + 1
    await desk.settle()
    assert ("MixMonitorMute" in desk.link.actions(), (await desk.row()).gaps) == (False, [])


async def test_agent_who_is_not_to_be_recorded_ends_it_and_it_is_thrown_away(desk: Desk) -> None:
    await desk.settings.set_policy(Policy(rules=(Rule(record=False, agents=("101",)),), otherwise=True), "admin")
    desk.begins()
    assert await desk.ask() == Start(name=NAME)
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    assert desk.link.sent[-1] == {"Action": "StopMixMonitor", "Channel": NAMES[CUSTOMER], "MixMonitorID": "0xabc"}
    assert (await desk.row()).state == "deleted"  # already: what is killed now must not collect it
    desk.tell("MixMonitorStop", CUSTOMER)
    await desk.settle()
    assert (desk.discarded, (await desk.row()).state, (await desk.row()).deleted_why) == ([NAME], "deleted", NOT_WANTED)


async def test_call_that_ends_before_that_is_decided_is_thrown_away_too(desk: Desk) -> None:
    await desk.settings.set_policy(Policy(rules=(Rule(record=False, agents=("101",)),), otherwise=True), "admin")
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    assert (desk.discarded, (await desk.row()).state) == ([NAME], "deleted")


async def test_customer_who_said_no_is_thrown_away_when_somebody_says_who_it_is(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.bus.publish(CallNoted(call_id=CUSTOMER, customer_id="ada"))
    await desk.settle()
    assert "StopMixMonitor" not in desk.link.actions()
    desk.bus.publish(CallNoted(call_id=CUSTOMER, customer_id="shy"))
    await desk.settle()
    desk.tell("MixMonitorStop", CUSTOMER)
    await desk.settle()
    assert ((await desk.row()).state, desk.discarded) == ("deleted", [NAME])
    assert await desk.ask() is None  # the call is handed on


async def test_no_of_a_customer_who_is_joined_to_a_recorded_call_ends_the_recording_there(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    assert await desk.ask(linkedid=OTHER, number=SHY) is None
    talking = desk.tracker.view(CUSTOMER)
    assert talking
    desk.bus.publish(CallMerged(call=talking, at=desk.at + 3, gone=OTHER))
    await desk.settle()
    assert desk.link.sent[-1] == {"Action": "StopMixMonitor", "Channel": NAMES[CUSTOMER], "MixMonitorID": "0xabc"}
    with pytest.raises(PbxRefused):
        await desk.recorder.pause_recording(CUSTOMER, False)
    desk.tell("MixMonitorMute", CUSTOMER, after=4, Direction="both", State="0")
    desk.tell("MixMonitorStop", CUSTOMER)
    assert await desk.ask() is None  # the call is handed on
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.gaps, desk.discarded) == ("waiting", [[3.0, OPEN_END]], [])


async def test_part_that_the_dialplan_begins_after_the_end_of_its_recording_is_stopped(desk: Desk) -> None:
    """The dialplan had its answer already when a customer was joined who said no."""
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    assert await desk.ask(linkedid=OTHER, number=SHY) is None
    assert await desk.ask() == Start(name=f"{NAME}.2")
    talking = desk.tracker.view(CUSTOMER)
    assert talking
    desk.bus.publish(CallMerged(call=talking, at=desk.at + 3, gone=OTHER))
    desk.tell("MixMonitorStop", CUSTOMER)
    await desk.settle()
    desk.link.sent.clear()
    desk.tell("MixMonitorStart", CUSTOMER)
    await desk.settle()
    assert desk.link.sent[-1] == {"Action": "StopMixMonitor", "Channel": NAMES[CUSTOMER], "MixMonitorID": "0xabc"}
    assert not desk.recorder.is_recorded(CUSTOMER)
    row = await desk.row()
    assert (row.state, row.gaps[0][1], desk.discarded) == ("waiting", OPEN_END, [])


async def test_no_that_is_learnt_when_the_calls_are_one_already_ends_it_too(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    talking = desk.tracker.view(CUSTOMER)
    assert talking
    desk.now = desk.at + 5
    desk.bus.publish(CallMerged(call=talking, at=desk.at + 3, gone=OTHER))
    shy = replace(talking, remote=Party(SHY))
    desk.bus.publish(CallAnswered(call=shy, at=desk.at + 2, agent="101"))
    await desk.settle()
    desk.tell("MixMonitorStop", CUSTOMER, after=6)
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.gaps) == ("waiting", [[5.0, OPEN_END]])


async def test_consultation_that_the_rules_left_out_takes_no_recording_with_it(desk: Desk) -> None:
    """Only a customer's no does: who is left out by a rule may be the next agent of a call that is recorded."""
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    await desk.settings.set_policy(Policy(rules=(Rule(record=False, agents=("103",)),), otherwise=True), "admin")
    desk.tell("Newchannel", OTHER, "calling", Linkedid=OTHER)
    await desk.ask(linkedid=OTHER, channel=NAMES[OTHER])
    desk.tell("MixMonitorStart", OTHER, "calling", Linkedid=OTHER)
    consult, talking = desk.tracker.view(OTHER), desk.tracker.view(CUSTOMER)
    assert consult
    assert talking
    desk.bus.publish(CallAnswered(call=replace(consult, answered_by="103"), at=desk.at, agent="103"))
    await desk.settle()
    desk.bus.publish(CallMerged(call=talking, at=desk.at, gone=OTHER))
    desk.bus.publish(CallAnswered(call=talking, at=desk.at, agent="103"))
    await desk.settle()
    async with desk.store.read() as tx:
        rows = await tx.execute(sa.select(recording.c.name, recording.c.state))
        states = {row.name: row.state for row in rows}
    assert states == {NAME: "recording", f"rd-{OTHER}-1000c": "deleted"}


async def test_recording_of_a_call_that_became_part_of_another_is_shown_there(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    await desk.settle()
    talking = desk.tracker.view(CUSTOMER)
    assert talking
    desk.bus.publish(CallMerged(call=replace(talking, id="kept"), at=desk.at + 1, gone=CUSTOMER))
    await desk.settle()
    assert ((await desk.row()).call_id, desk.facts[-1].call_id, desk.facts[-1].state) == ("kept", "kept", "recording")
    assert [desk.recordings.is_recorded(id_) for id_ in ("kept", CUSTOMER)] == [True, False]


@pytest.mark.parametrize("starts", ["dialplan", "ringdesk"])
async def test_no_that_is_learnt_before_it_begins_is_respected_too(
    desk: Desk, starts: Literal["dialplan", "ringdesk"]
) -> None:
    await desk.settings.set_policy(Policy(starts=starts, otherwise=True), "admin")
    desk.begins()
    desk.bus.publish(CallNoted(call_id=CUSTOMER, customer_id="shy"))
    await desk.settle()
    assert await desk.ask() is None
    desk.connects()
    await desk.settle()
    assert (await desk.row(), desk.link.sent) == (None, [])


async def test_no_of_the_customer_is_asked_before_anything_is_written(desk: Desk) -> None:
    async with desk.store.begin() as tx:
        await tx.execute(sa.update(customer).values(record="no"))
    desk.begins()
    assert await desk.ask() is None


async def test_transferred_call_is_written_into_a_second_part(desk: Desk) -> None:
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("BridgeLeave", CUSTOMER, after=5, BridgeUniqueid="b")
    assert await desk.ask() == Start(name=f"{NAME}.2")
    desk.tell("MixMonitorStop", CUSTOMER)
    desk.tell("MixMonitorStart", CUSTOMER)
    desk.tell("BridgeEnter", CUSTOMER, after=20, BridgeUniqueid="c")
    desk.tell("MixMonitorMute", CUSTOMER, after=2, Direction="both", State="1")
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.name, row.gaps[0][0]) == ("waiting", NAME, 7.0)
    assert "MixMonitor" not in desk.link.actions()


@pytest.mark.parametrize("may", [True, False])
async def test_attended_transfer_begins_a_part_by_ringdesk_where_the_login_may(desk: Desk, may: bool) -> None:
    desk.link.refuses = () if may else ("MixMonitor",)
    desk.begins()
    await desk.ask()
    desk.tell("MixMonitorStart", CUSTOMER, "calling")
    desk.connects()
    desk.tell("BridgeLeave", CUSTOMER, BridgeUniqueid="b")
    desk.tell("BridgeEnter", CUSTOMER, BridgeUniqueid="c")
    await desk.settle()
    wrote = [fields["Options"] for fields in desk.link.sent if fields["Action"] == "MixMonitor"][1:]
    assert [f"{NAME}.2-in.wav" in options for options in wrote] == ([True] if may else [])
    assert ("StopMixMonitor" in desk.link.actions()) == may  # never stopped where it could not go on
    desk.tell("Hangup", CUSTOMER)
    await desk.settle()
    assert (await desk.row()).state == "waiting"


async def test_ringdesk_starts_it_when_it_is_answered_and_tells_a_refusal(desk: Desk) -> None:
    await desk.settings.set_policy(Policy(starts="ringdesk", otherwise=True), "admin")
    desk.link.refuses = ("MixMonitor",)
    desk.begins()
    assert await desk.ask() is None
    desk.connects()
    await desk.settle()
    row = await desk.row()
    assert (row.state, row.problem, row.call_id) == ("failed", "Permission denied", CUSTOMER)
    assert desk.link.sent[-1]["Channel"] == NAMES[CUSTOMER]


async def test_ringdesk_starts_it_once_the_customer_is_there(desk: Desk) -> None:
    """The PBX says that 101 has answered, and only then that the caller hears him: it may be decided between."""
    await desk.settings.set_policy(Policy(starts="ringdesk", otherwise=True), "admin")
    desk.begins()
    desk.answers()
    await desk.settle()
    assert (await desk.row(), desk.link.sent) == (None, [])
    for leg in (AGENT, CUSTOMER):
        desk.tell("BridgeEnter", leg, BridgeUniqueid="b")
        await desk.settle()
    assert [(fields["Action"], fields["Channel"]) for fields in desk.link.sent] == [("MixMonitor", NAMES[CUSTOMER])]
    desk.tell("MixMonitorStart", CUSTOMER)
    await desk.settle()
    assert (await desk.row()).state == "recording"


@pytest.mark.parametrize("linkedid", ["../../etc/passwd", "1;id", "x" * 200, "1.1&2", "1,b", ""])
async def test_id_that_is_none_is_not_recorded(desk: Desk, linkedid: str) -> None:
    assert await desk.ask(linkedid=linkedid) is None


STEPS = st.lists(st.tuples(st.sampled_from(["connect", "part", "pause", "resume"]), st.floats(0.1, 50)), max_size=12)


@given(STEPS)
def test_clock_of_a_recording_is_the_time_in_which_somebody_was_connected(steps: list[tuple[str, float]]) -> None:
    live, at, spent, connected = Live("r", "c", "n"), 100.0, 0.0, False
    for step, seconds in steps:
        if step == "connect":
            live.connected(at)
            connected = True
        elif step == "part":
            live.parted(at)
            connected = False
        else:
            live.set_paused(step == "pause", at)
        at += seconds
        spent += seconds if connected else 0.0
        assert live.position(at) == pytest.approx(spent)
    gaps = closed(tuple(live.gaps), spent)
    assert all(start < end <= spent for start, end in gaps)
