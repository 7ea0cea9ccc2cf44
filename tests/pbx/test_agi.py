"""The dialplan's question, with a real Asterisk: what it sets, and what the call does when Ringdesk does not answer."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import pytest
import pytest_asyncio

from agi.handlers import handlers
from agi.server import AgiServer
from ari_app.demo.amitap import AmiTap
from ari_app.demo.lab import Lab
from ari_app.dialplan import render_lookup, render_record
from screenpop.callers import Caller
from screenpop.config import Agi
from tests.agi.peers import KnownCallers

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

HOSTILE = 'Ana "Q" \\ ${SHELL(id)}\r\nHANGUP ნინო'
ANA = Caller(matches=1, customer_id="01h", name=HOSTILE, category="VIP", responsible="102", vip=True)
DISPLAYED = "Ana 'Q' / (SHELL(id)) HANGUP ნინო"
NOTHING = {"Found": "0", "Customer": "", "Name": "", "Category": "", "Responsible": "", "Vip": "0", "Caller": ""}
GOES_ON_SECONDS = 10
"""One second is promised, and kept by a timer of 0.9 s; the rest is for a busy machine. Without the timer: for ever."""
PATIENT_SECONDS = 20
"""Where an answer is wanted: Ringdesk's side of these tests may be held up for longer than a caller is."""

PATIENT = """
[asks-patiently]
exten => _X.,1,Set(LOOKUP=patient-lookup)
 same => n,Goto(asks,${EXTEN},1)
"""
DIALPLAN = """
[asks]
exten => _X.,1,Set(CALLERID(num)=+${EXTEN})
 same => n,Set(TIMEOUT(absolute)=60)
 same => n,UserEvent(Asked,Number: ${CALLERID(num)})
 same => n,Gosub(${IF($["${LOOKUP}" = ""]?ringdesk-lookup:${LOOKUP})},s,1(callerid))
 same => n,Set(ANSWER=Found: ${RINGDESK_FOUND},Customer: ${RINGDESK_CUSTOMER},Name: ${RINGDESK_NAME})
 same => n,Set(ANSWER=${ANSWER},Category: ${RINGDESK_CATEGORY},Responsible: ${RINGDESK_RESPONSIBLE})
 same => n,Set(ANSWER=${ANSWER},Vip: ${RINGDESK_VIP},Caller: ${CALLERID(name)},Status: ${AGISTATUS})
 same => n,UserEvent(WentOn,Number: ${CALLERID(num)},${ANSWER},Timer: ${TIMEOUT(absolute)},Exits: ${AGIEXITONHANGUP})
 same => n,Wait(5)
exten => h,1,UserEvent(Over,Number: ${CALLERID(num)})

[records]
exten => _X.,1,Set(CALLERID(num)=+${EXTEN})
 same => n,UserEvent(Asked,Number: ${CALLERID(num)})
 same => n,Gosub(ringdesk-record,s,1(queue=support))
 same => n,UserEvent(WentOn,Number: ${CALLERID(num)},Name: ${RINGDESK_RECORDING})
 same => n,Wait(5)
exten => h,1,UserEvent(Over,Number: ${CALLERID(num)})

[pauses]
exten => _X.,1,Set(CALLERID(num)=+${EXTEN})
 same => n,UserEvent(Asked,Number: ${CALLERID(num)})
 same => n,Gosub(ringdesk-record,pause,1)
 same => n,UserEvent(WentOn,Number: ${CALLERID(num)})
"""


class Calls:
    """Places calls into the dialplan that asks, and hears how they went on."""

    def __init__(self, lab: Lab, tap: AmiTap) -> None:
        self.lab, self._tap = lab, tap

    async def place(self, number: str, context: str = "asks") -> dict[str, str]:
        """Call from `number`; what the dialplan knew when it went on, and `Took`: the seconds of the question."""
        asked = await self.begin(number, context)
        went_on = await self.event("WentOn", number)
        return {**went_on, "Took": str(float(went_on["Timestamp"]) - float(asked["Timestamp"]))}

    async def begin(self, number: str, context: str = "asks") -> dict[str, str]:
        """Call from `number`, up to the moment when the dialplan asks."""
        local = {"Channel": f"Local/{number}@{context}/n", "Application": "Wait", "Data": "60", "Async": "true"}
        await self._tap.action("Originate", local)
        return await self.event("Asked", number)

    async def event(self, name: str, number: str) -> dict[str, str]:
        return await self._tap.event("UserEvent", UserEvent=name, Number=f"+{number}")

    async def forget_the_pause(self) -> None:
        await self.lab.cli("dialplan set global RINGDESK_PAUSED_UNTIL 0")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calls(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Calls]:
    async with Lab(tmp_path_factory.mktemp("agi")) as lab, lab.tap(everything=True) as tap:
        agi = Agi(port=lab.agi_port)
        includes = [render(agi, pause_seconds=3600) for render in (render_lookup, render_record)]
        patient = render_lookup(agi, timeout_seconds=PATIENT_SECONDS)
        includes.append(patient.replace("ringdesk-lookup", "patient-lookup") + PATIENT)
        await lab.add_dialplan("ringdesk", "".join([*includes, DIALPLAN]))
        yield Calls(lab, tap)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _no_pause(calls: Calls) -> None:
    """What one test made the PBX think of Ringdesk is not known to the next."""
    await calls.forget_the_pause()


@asynccontextmanager
async def _ringdesk(callers: KnownCallers, port: int, deadline_ms: int = 10_000) -> AsyncIterator[AgiServer]:
    server = AgiServer(Agi(port=port, deadline_ms=deadline_ms), handlers(callers))
    await server.start()
    yield server
    await server.close()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A Ringdesk that hangs: the system accepts the connection, and nobody ever reads it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        yield listener


@contextmanager
def _black_hole(port: int) -> Iterator[None]:
    """A host that drops packets: the listener's queue is full, so that no further connection is answered."""
    with ExitStack() as stack:
        stack.enter_context(_listening(port))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield


def _answer(went_on: dict[str, str]) -> dict[str, str]:
    return {key: went_on[key] for key in NOTHING}


@pytest.mark.feature("CALL-04")
async def test_dialplan_learns_who_calls(calls: Calls) -> None:
    async with _ringdesk(KnownCallers(n44207946001=ANA), calls.lab.agi_port):
        went_on = await calls.place("44207946001", "asks-patiently")
    assert _answer(went_on) == {
        "Found": "1",
        "Customer": "01h",
        "Name": DISPLAYED,
        "Category": "VIP",
        "Responsible": "102",
        "Vip": "1",
        "Caller": DISPLAYED,
    }
    assert went_on["Status"] == "SUCCESS"


async def test_dialplan_learns_that_nobody_is_known(calls: Calls) -> None:
    async with _ringdesk(KnownCallers(), calls.lab.agi_port):
        assert _answer(await calls.place("44207946002", "asks-patiently")) == NOTHING


async def test_call_goes_on_when_ringdesk_is_away(calls: Calls) -> None:
    went_on = await calls.place("44207946003")
    assert _answer(went_on) == NOTHING
    assert went_on["Status"] == "FAILURE"
    assert float(went_on["Took"]) < GOES_ON_SECONDS


async def test_call_goes_on_when_the_lookup_is_slow(calls: Calls) -> None:
    async with _ringdesk(KnownCallers(n44207946004=ANA, delay=30), calls.lab.agi_port, deadline_ms=800):
        went_on = await calls.place("44207946004")
    assert _answer(went_on) == NOTHING
    assert float(went_on["Took"]) < GOES_ON_SECONDS


async def test_call_goes_on_when_ringdesk_hangs_and_the_next_does_not_wait(calls: Calls) -> None:
    with _listening(calls.lab.agi_port):
        first, second = await calls.place("44207946005"), await calls.place("44207946006")
    assert [_answer(first), _answer(second)] == [NOTHING, NOTHING]
    assert float(first["Took"]) < GOES_ON_SECONDS
    assert second["Status"] == ""


async def test_host_that_drops_packets_is_asked_once_and_then_left_alone(calls: Calls) -> None:
    with _black_hole(calls.lab.agi_port):
        first, second = await calls.place("44207946007"), await calls.place("44207946008")
    assert [_answer(first), _answer(second)] == [NOTHING, NOTHING]
    assert [first["Status"], second["Status"]] == ["FAILURE", ""]


async def test_lookup_leaves_the_calls_own_timer_and_settings_as_they_were(calls: Calls) -> None:
    with _listening(calls.lab.agi_port):
        hung = await calls.place("44207946009")
    await calls.forget_the_pause()
    away = await calls.place("44207946010")
    for went_on in (hung, away):
        assert 50 < float(went_on["Timer"]) <= 60
        assert went_on["Exits"] == ""


@pytest.mark.parametrize(("context", "number"), [("asks", "44207946011"), ("records", "44207946012")])
async def test_caller_who_hangs_up_meanwhile_still_runs_the_contexts_own_h(
    calls: Calls, context: str, number: str
) -> None:
    with _listening(calls.lab.agi_port):
        await calls.begin(number, context)
        await calls.lab.cli("channel request hangup all")
        await calls.event("Over", number)


async def test_call_goes_on_unrecorded_when_ringdesk_hangs(calls: Calls) -> None:
    with _listening(calls.lab.agi_port):
        went_on = await calls.place("44207946013", "records")
    assert went_on["Name"] == ""
    assert float(went_on["Took"]) < GOES_ON_SECONDS


@pytest.mark.feature("CALL-32")
async def test_feature_code_does_not_wait_for_a_ringdesk_that_hangs(calls: Calls) -> None:
    """It looks for an answer for one second, and says by a sound of 0.4 s that there was none."""
    with _listening(calls.lab.agi_port):
        went_on = await calls.place("44207946014", "pauses")
    assert float(went_on["Took"]) < 2 * GOES_ON_SECONDS
