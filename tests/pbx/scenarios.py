"""Every way a call can go, played on a real PBX. `SCENARIOS` has them by name, with the phones that each needs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from screenpop.calls.rules import LISTENER
from tests.pbx.stage import Stage, happened

Play = Callable[[Stage], Awaitable[None]]
MOMENT = 0.2  # seconds that a person lets pass, so that the times in the trace differ


@dataclass(frozen=True)
class Scenario:
    """A play and the phones that are registered before it begins."""

    play: Play
    phones: tuple[str, ...]
    everything: bool = False
    """Seen by an AMI user without an event filter."""
    late: bool = False
    """The play itself says when AMI begins to watch."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(*phones: str) -> Callable[[Play], Play]:
    """Register the play under its name, with dashes."""

    def keep(play: Play) -> Play:
        SCENARIOS[play.__name__.replace("_", "-")] = Scenario(play, phones)
        return play

    return keep


async def moment() -> None:
    await asyncio.sleep(MOMENT)


# ---------------------------------------------------------------- one agent


@scenario("101")
async def direct_answered(stage: Stage) -> None:
    outside, inside = await stage.connected("101")
    await moment()
    await outside.hang_up()
    await happened(inside.ended)


@scenario("101")
async def direct_answered_agent_hangs_up(stage: Stage) -> None:
    outside, inside = await stage.connected("101")
    await moment()
    await inside.hang_up()
    await happened(outside.ended)


@scenario("101")
async def direct_line(stage: Stage) -> None:
    """The caller dialled a number of the company, not an extension."""
    outside, _ = await stage.connected("101", to="+442079460101")
    await outside.hang_up()


@scenario("101")
async def direct_missed(stage: Stage) -> None:
    """The caller gives up while it rings."""
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    await happened(outside.ringing)
    await moment()
    await outside.hang_up()


@scenario("101")
async def direct_no_answer(stage: Stage) -> None:
    """It rings until the PBX gives up."""
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    await happened(outside.ended)


@scenario("101")
async def direct_busy(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("101")
    (await stage.rings("101")).refuse(486)
    await happened(outside.ended)


@scenario("101")
async def direct_rejected(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("101")
    call = await stage.rings("101")
    await moment()
    call.refuse(603)
    await happened(outside.ended)


@scenario()
async def direct_unreachable(stage: Stage) -> None:
    """No phone is registered."""
    outside = await (await stage.caller()).dial("101")
    await happened(outside.ended)


@scenario("101")
async def hold_unhold(stage: Stage) -> None:
    outside, inside = await stage.connected("101")
    for _ in range(2):
        await inside.hold()
        await stage.tap.event("Hold")
        await moment()
        await inside.unhold()
        await moment()
    await outside.hang_up()


@scenario("101")
async def second_call_while_active(stage: Stage) -> None:
    first, mine = await stage.connected("101")
    second = await (await stage.caller("+447700900456", "Bob Example")).dial("101")
    waiting = await stage.rings("101")
    await moment()
    await mine.hold()
    await waiting.answer()
    await happened(second.answered)
    await moment()
    await waiting.hang_up()
    await mine.unhold()
    await moment()
    await first.hang_up()


@scenario("101", "101-web")
async def two_devices(stage: Stage) -> None:
    """Both phones of one agent ring; the second is answered."""
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    await moment()
    await stage.answers("101-web")
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


@scenario("101")
async def two_contacts(stage: Stage) -> None:
    """Two phones share one login."""
    other = await stage.another("101")
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    call = await other.next_call()
    call.ring()
    await moment()
    await call.answer()
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


# ---------------------------------------------------------------- groups and queues


@scenario("101", "102", "103")
async def ring_group_second_answers(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("+442079460000")
    await stage.rings("101")
    await stage.rings("103")
    await moment()
    await stage.answers("102")
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


@scenario("101", "102", "103")
async def ring_group_missed(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("600")
    for name in ("101", "102", "103"):
        await stage.rings(name)
    await moment()
    await outside.hang_up()


@scenario("101", "102", "103")
async def ring_group_one_rejects(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("600")
    (await stage.rings("101")).refuse(603)
    await stage.rings("103")
    await moment()
    await stage.answers("102")
    await happened(outside.answered)
    await outside.hang_up()


@scenario("101", "102")
async def group_through_local(stage: Stage) -> None:
    """Dial(Local/…/n&Local/…/n): the Local channels stay."""
    await _group(stage, "601")


@scenario("101", "102")
async def group_through_local_optimized(stage: Stage) -> None:
    """Dial(Local/…&Local/…): the Local channels are optimised away after the answer."""
    await _group(stage, "602")


async def _group(stage: Stage, extension: str) -> None:
    outside = await (await stage.caller()).dial(extension)
    await stage.rings("101")
    await moment()
    await stage.answers("102")
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


@scenario("101", "102", "103")
async def queue_ringall_answered(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("+442079460700")
    await stage.rings("101")
    await stage.rings("103")
    await moment()
    await stage.answers("102")
    await stage.tap.event("AgentConnect")
    await moment()
    await outside.hang_up()
    await stage.tap.event("AgentComplete")


@scenario("104", "105")
async def queue_linear_no_answer(stage: Stage) -> None:
    """The first member does not answer, the second does."""
    outside = await (await stage.caller()).dial("701")
    await stage.rings("104")
    await stage.tap.event("AgentRingNoAnswer")
    call = await stage.answers("105")
    await stage.tap.event("AgentConnect")
    await moment()
    await call.hang_up()
    await happened(outside.ended)


@scenario("101", "102", "103")
async def queue_abandoned(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("700")
    for name in ("101", "102", "103"):
        await stage.rings(name)
    await moment()
    await outside.hang_up()
    await stage.tap.event("QueueCallerAbandon")


@scenario("101", "102")
async def queue_local_members(stage: Stage) -> None:
    """Members are Local channels, as PBX distributions set them up."""
    outside = await (await stage.caller()).dial("702")
    await stage.rings("101")
    await moment()
    await stage.answers("102")
    await stage.tap.event("AgentConnect")
    await moment()
    await outside.hang_up()


LOGGED_IN = """
[internal]
exten => *45,1,Answer()
 same => n,AgentLogin(101,s)
exten => 705,1,Answer()
 same => n,Queue(pool)
[from-trunk]
exten => 705,1,Goto(internal,705,1)
[agents]
exten => 101,1,AgentRequest(101)
"""


@scenario("101")
async def queue_agent_logged_in_all_day(stage: Stage) -> None:
    """The agent's phone is off the hook, and the queue brings two callers to it (app_agent_pool)."""
    folder = stage.lab.folder / "etc"
    (folder / "agents.conf").write_text("[101]\nfullname=Ada Clarke\n")
    queues = folder / "queues.conf"
    queues.write_text(queues.read_text() + "[pool]\nmember => Local/101@agents,0,Ada Clarke,Agent:101\n")
    await stage.lab.add_dialplan("agents", LOGGED_IN)
    await stage.lab.cli("module load app_agent_pool.so")
    await stage.lab.cli("queue reload all")
    seat = await stage.phone("101").dial("*45")
    await stage.tap.event("BridgeEnter", BridgeTechnology="holding_bridge")
    for number, name in ("+447700900123", "Alice Example"), ("+447700900456", "Bob Example"):
        back = len(stage.tap.messages)
        outside = await (await stage.caller(number, name)).dial("705")
        await stage.tap.event("AgentConnect", CallerIDNum=number)
        await moment()
        await outside.hang_up()
        await stage.tap.event("BridgeEnter", BridgeTechnology="holding_bridge", since=back)
    await seat.hang_up()


@scenario("101")
async def queue_two_waiting(stage: Stage) -> None:
    """The second caller waits until the only agent is free."""
    first = await (await stage.caller()).dial("700")
    mine = await stage.answers("101")
    await stage.tap.event("AgentConnect")
    second = await (await stage.caller("+447700900456", "Bob Example")).dial("700")
    await stage.tap.event("QueueCallerJoin", CallerIDNum="+447700900456")
    await moment()
    await mine.hang_up()
    await happened(first.ended)
    await stage.answers("101")
    await moment()
    await second.hang_up()


# ---------------------------------------------------------------- outgoing and internal


@scenario("101")
async def outgoing_answered(stage: Stage) -> None:
    provider = await stage.provider()
    mine = await stage.phone("101").dial("07700900123")
    theirs = await provider.next_call()
    theirs.ring()
    await happened(mine.ringing)
    await moment()
    await theirs.answer()
    await happened(mine.answered)
    await moment()
    await mine.hang_up()


@scenario("101")
async def outgoing_prefix_answered(stage: Stage) -> None:
    """9 gets an outside line."""
    provider = await stage.provider()
    mine = await stage.phone("101").dial("9+447700900123")
    theirs = await provider.next_call()
    theirs.ring()
    await theirs.answer()
    await happened(mine.answered)
    await theirs.hang_up()
    await happened(mine.ended)


@scenario("101")
async def outgoing_no_answer(stage: Stage) -> None:
    provider = await stage.provider()
    mine = await stage.phone("101").dial("+447700900123")
    (await provider.next_call()).ring()
    await happened(mine.ringing)
    await moment()
    await mine.hang_up()


@scenario("101")
async def outgoing_busy(stage: Stage) -> None:
    provider = await stage.provider()
    mine = await stage.phone("101").dial("+447700900123")
    (await provider.next_call()).refuse(486)
    await happened(mine.ended)


@scenario("101")
async def outgoing_failed(stage: Stage) -> None:
    """The provider knows no such number."""
    provider = await stage.provider()
    mine = await stage.phone("101").dial("+447700900123")
    (await provider.next_call()).refuse(404)
    await happened(mine.ended)


@scenario("101")
async def outgoing_hold(stage: Stage) -> None:
    provider = await stage.provider()
    mine = await stage.phone("101").dial("+447700900123")
    theirs = await provider.next_call()
    await theirs.answer()
    await happened(mine.answered)
    await mine.hold()
    await stage.tap.event("Hold")
    await moment()
    await mine.unhold()
    await mine.hang_up()


@scenario("101", "102")
async def internal_answered(stage: Stage) -> None:
    mine = await stage.phone("101").dial("102")
    await stage.answers("102")
    await happened(mine.answered)
    await moment()
    await mine.hang_up()


@scenario("101", "102")
async def internal_missed(stage: Stage) -> None:
    mine = await stage.phone("101").dial("102")
    await stage.rings("102")
    await moment()
    await mine.hang_up()


@scenario("101")
async def originate_answered(stage: Stage) -> None:
    """Click to dial: the agent's phone rings, then the number is called."""
    provider = await stage.provider()
    await _originate(stage)
    await stage.answers("101")
    theirs = await provider.next_call()
    theirs.ring()
    await moment()
    await theirs.answer()
    await stage.tap.event("BridgeEnter", Channel="PJSIP/trunk*")
    await moment()
    await theirs.hang_up()


@scenario("101")
async def originate_through_local(stage: Stage) -> None:
    """Click to dial as many tools do it: through a Local channel that stays."""
    provider = await stage.provider()
    await _originate(stage, channel="Local/101@internal/n")
    await stage.answers("101")
    theirs = await provider.next_call()
    theirs.ring()
    await moment()
    await theirs.answer()
    await stage.tap.event("BridgeEnter", Channel="PJSIP/trunk*")
    await moment()
    await theirs.hang_up()


@scenario("101")
async def originate_agent_does_not_answer(stage: Stage) -> None:
    await stage.provider()
    await _originate(stage, seconds=1)
    await stage.rings("101")
    await stage.tap.event("Hangup", Channel="PJSIP/101*")


async def _originate(stage: Stage, seconds: float = 10, channel: str = "PJSIP/101") -> None:
    where = {"Channel": channel, "Context": "internal", "Exten": "+447700900123", "Priority": "1"}
    limits = {"Timeout": str(int(seconds * 1000)), "Async": "true"}
    await stage.tap.action("Originate", {**where, **limits, "CallerID": '"Alice Example" <+447700900123>'})


@scenario("101", "105")
async def listened_to(stage: Stage) -> None:
    """A supervisor whispers into a call until the agent puts the phone down; no call comes of it."""
    outside, mine = await stage.connected("101")
    channel = (await stage.tap.event("BridgeEnter", Channel="PJSIP/101*"))["Channel"]
    where = {"Channel": "PJSIP/105", "ChannelId": f"{LISTENER}01", "CallerID": '"whisper 101" <101>'}
    what = {"Application": "ChanSpy", "Data": f"{channel},quESw", "Timeout": "10000", "Async": "true"}
    await stage.tap.action("Originate", where | what)
    ears = await stage.answers("105")
    await moment()
    await mine.hang_up()
    await happened(ears.ended)
    await happened(outside.ended)


# ---------------------------------------------------------------- transfers, pick-up, parking


@scenario("101", "102")
async def blind_transfer_refer(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await moment()
    await mine.transfer("102")
    theirs = await stage.rings("102")
    await moment()
    await theirs.answer()
    await stage.tap.event("BridgeEnter", Channel="PJSIP/102*")
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def blind_transfer_keys(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.press("##")
    await asyncio.sleep(1)
    await mine.press("102")
    await stage.answers("102")
    await stage.tap.event("BridgeEnter", Channel="PJSIP/102*")
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def blind_transfer_unanswered(stage: Stage) -> None:
    """The new agent does not answer; the caller gives up."""
    outside, mine = await stage.connected("101")
    await mine.transfer("102")
    await stage.rings("102")
    await moment()
    await outside.hang_up()


@scenario("101", "102", "103")
async def blind_transfer_to_queue(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.transfer("700")
    await happened(mine.ended)
    await stage.answers("102")
    await stage.tap.event("AgentConnect")
    await moment()
    await outside.hang_up()


@scenario("101")
async def blind_transfer_to_outside(stage: Stage) -> None:
    provider = await stage.provider()
    outside, mine = await stage.connected("101")
    await mine.transfer("+447700900456")
    theirs = await provider.next_call()
    await theirs.answer()
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def attended_transfer_refer(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.hold()
    asking = await stage.phone("101").dial("102")
    await stage.answers("102")
    await happened(asking.answered)
    await moment()
    await mine.transfer_to(asking)
    await stage.tap.event("AttendedTransfer")
    await happened(mine.ended)
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def attended_transfer_while_ringing(stage: Stage) -> None:
    """The agent transfers before the colleague has answered."""
    outside, mine = await stage.connected("101")
    await mine.hold()
    asking = await stage.phone("101").dial("102")
    theirs = await stage.rings("102")
    await happened(asking.ringing)
    await mine.transfer_to(asking)
    await stage.tap.event("AttendedTransfer")
    await moment()
    await theirs.answer()
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def attended_transfer_keys(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.press("*2")
    await asyncio.sleep(1)
    await mine.press("102")
    await stage.answers("102")
    await stage.tap.event("BridgeEnter", Channel="PJSIP/102*")
    await moment()
    await mine.hang_up()
    await stage.tap.event("AttendedTransfer")
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def attended_transfer_keys_called_off(stage: Stage) -> None:
    """The colleague hangs up: the agent has the caller back."""
    outside, mine = await stage.connected("101")
    await mine.press("*2")
    await asyncio.sleep(1)
    await mine.press("102")
    theirs = await stage.answers("102")
    await stage.tap.event("BridgeEnter", Channel="PJSIP/102*")
    await moment()
    since = len(stage.tap.messages)
    await theirs.hang_up()
    await stage.tap.event("BridgeEnter", since=since, Channel="PJSIP/101*")
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def outgoing_attended_transfer(stage: Stage) -> None:
    """The agent called a customer and hands the call to a colleague."""
    provider = await stage.provider()
    mine = await stage.phone("101").dial("+447700900123")
    theirs = await provider.next_call()
    await theirs.answer()
    await happened(mine.answered)
    await mine.hold()
    asking = await stage.phone("101").dial("102")
    await stage.answers("102")
    await happened(asking.answered)
    await mine.transfer_to(asking)
    await stage.tap.event("AttendedTransfer")
    await moment()
    await theirs.hang_up()


@scenario("101", "102")
async def pickup_directed(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    await moment()
    mine = await stage.phone("102").dial("*8101")
    await happened(mine.answered)
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def pickup_group(stage: Stage) -> None:
    outside = await (await stage.caller()).dial("101")
    await stage.rings("101")
    await moment()
    mine = await stage.phone("102").dial("*8")
    await happened(mine.answered)
    await happened(outside.answered)
    await moment()
    await outside.hang_up()


@scenario("101", "102")
async def parked_and_taken_back(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.press("#72")
    parked = await stage.tap.event("ParkedCall")
    await moment()
    taking = await stage.phone("102").dial(parked["ParkingSpace"])
    await happened(taking.answered)
    await stage.tap.event("UnParkedCall")
    await moment()
    await outside.hang_up()


@scenario("101")
async def parked_timed_out(stage: Stage) -> None:
    """Nobody takes the parked call: it rings at the parker's again."""
    outside, mine = await stage.connected("101")
    await mine.transfer("800")
    await stage.tap.event("ParkedCall")
    await happened(mine.ended)
    await stage.answers("101")
    await moment()
    await outside.hang_up()


@scenario("101")
async def parked_given_up(stage: Stage) -> None:
    outside, mine = await stage.connected("101")
    await mine.transfer("800")
    await stage.tap.event("ParkedCall")
    await moment()
    await outside.hang_up()
    await stage.tap.event("ParkedCallGiveUp")


# ---------------------------------------------------------------- who calls

LONG = "Wolfeschlegelsteinhausenbergerdorff " * 9
NAMES = {
    "script": "<script>alert(1)</script>",
    "quotes": """Robert"); DROP TABLE customer;-- '\\""",
    "long": LONG[:300],
    "bytes": b"Jos\xe9 \xff\xfe Mu\xf1oz".decode(errors="surrogateescape"),
    "persian": "شیرین فراهانی",
    "georgian": "ნინო ბერიძე",
    "emoji": "📞 Zoë 👩‍👩‍👧",
    "event": "Event: Hangup",
    "tab": "Tab\there",
}


def _named(name: str) -> Play:
    async def play(stage: Stage) -> None:
        outside = await (await stage.caller(name=name)).dial("101")
        await stage.answers("101")
        await happened(outside.answered)
        await moment()
        await outside.hang_up()

    return play


SCENARIOS |= {f"name-{key}": Scenario(_named(name), ("101",)) for key, name in NAMES.items()}


@scenario("101")
async def withheld_number(stage: Stage) -> None:
    outside = await (await stage.caller("anonymous", "Anonymous")).dial("101")
    await stage.answers("101")
    await happened(outside.answered)
    await outside.hang_up()


@scenario("101")
async def number_with_zeros(stage: Stage) -> None:
    outside = await (await stage.caller("00447700900123", "")).dial("101")
    await stage.answers("101")
    await happened(outside.answered)
    await outside.hang_up()


# ---------------------------------------------------------------- seen too late


async def calls_up_at_start(stage: Stage) -> None:
    """AMI is attached while one call is up, one rings and one waits in a queue; then they end."""
    talking = await (await stage.caller()).dial("101")
    await stage.answers("101")
    await happened(talking.answered)
    ringing = await (await stage.caller("+447700900456", "Bob Example")).dial("102")
    await stage.rings("102")
    waiting = await (await stage.caller("+447700900789", "Carol Example")).dial("701")
    await happened(waiting.answered)
    await stage.watch()
    await _list_everything(stage)
    await moment()
    for call in (talking, ringing, waiting):
        await call.hang_up()


async def _list_everything(stage: Stage) -> None:
    """What Ringdesk asks after it has attached."""
    await stage.tap.action("CoreShowChannels")
    await stage.tap.event("CoreShowChannelsComplete")
    await stage.tap.action("BridgeList")
    await stage.tap.event("BridgeListComplete")
    for message in [message for message in stage.tap.messages if message.get("Event") == "BridgeListItem"]:
        await stage.tap.action("BridgeInfo", {"BridgeUniqueid": message["BridgeUniqueid"]})
    await stage.tap.action("QueueStatus")
    await stage.tap.event("QueueStatusComplete")
    await moment()


SCENARIOS["calls-up-at-start"] = Scenario(calls_up_at_start, ("101", "102"), late=True)
SCENARIOS["direct-answered-unfiltered"] = Scenario(direct_answered, ("101",), everything=True)
SCENARIOS["queue-ringall-answered-unfiltered"] = Scenario(
    queue_ringall_answered, ("101", "102", "103"), everything=True
)
SCENARIOS["attended-transfer-refer-unfiltered"] = Scenario(attended_transfer_refer, ("101", "102"), everything=True)
