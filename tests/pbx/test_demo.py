"""The demo as a person uses it: it comes up, calls are placed, Ctrl-C leaves nothing behind."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ari_app.check_all import check_pbx
from ari_app.demo.calls import CallDesk, DemoCalls
from ari_app.demo.lab import Lab
from ari_app.demo.robots import Plan, Robots
from screenpop.config_file import load
from screenpop.errors import BadInput, NotFound
from tests.pbx.stage import Stage

RUN = "import sys; from ari_app.main import main; sys.exit(main())"
READY_SECONDS = 120.0


class Running:
    """`ringdesk demo` as a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *options: str) -> dict[str, Any]:
        """Start it and wait for demo.json."""
        command = (sys.executable, "-c", RUN, "demo", "up", "--data", str(self.data), *options)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
        async with asyncio.timeout(READY_SECONDS):
            while not (self.data / "demo.json").exists() and self._process.returncode is None:
                await asyncio.sleep(0.05)
        if self._process.returncode is not None:
            raise AssertionError((await self.stop())[1])
        found: dict[str, Any] = json.loads((self.data / "demo.json").read_text())
        return found

    async def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send the signal; returns the exit code and all that was printed."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(how)
        output, _ = await asyncio.wait_for(self._process.communicate(), 60)
        assert self._process.returncode is not None
        return self._process.returncode, output.decode()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Running]:
    running = Running(tmp_path / "demo")
    yield running
    with contextlib.suppress(AssertionError):
        await running.stop(signal.SIGKILL)


@pytest.fixture
async def robots(asterisk: Lab) -> AsyncIterator[Robots]:
    robots = Robots(asterisk.access)
    await robots.start()
    yield robots
    await robots.stop()


@pytest.fixture
async def calls(asterisk: Lab, robots: Robots) -> AsyncIterator[DemoCalls]:
    socket_path = asterisk.run_folder / "demo.sock"
    desk = CallDesk(robots, socket_path)
    await desk.start()
    (asterisk.folder / "demo.json").write_text(json.dumps({"control": str(socket_path)}))
    yield DemoCalls(asterisk.folder)
    await desk.stop()


async def stages(calls: DemoCalls, plan: Plan) -> list[str]:
    return [stage async for stage in calls.follow(plan)]


async def test_demo_comes_up_takes_a_call_and_leaves_nothing(demo: Running) -> None:
    found = await demo.start("--port", str(_taken_port()))
    assert set(found) >= {"url", "logins", "data_dir", "config", "ami", "ari", "agi", "sip_port"}
    async with aiohttp.ClientSession() as session, session.get(f"{found['url']}/ready") as answer:
        assert answer.status == 200
    found_wrong = [each for each in await check_pbx(load(Path(found["config"]), {})) if each.level != "OK"]
    assert found_wrong == []
    plan = Plan("+442079460123", "101", ring=0.2, talk=0.2)
    assert await stages(DemoCalls(demo.data), plan) == ["calling", "ringing", "answered", "ended"]
    code, text = await demo.stop()
    assert code == 0
    assert "is taken" in text
    assert found["url"] in text
    await nothing_runs(demo.data)
    assert not (demo.data / "demo.json").exists()


@pytest.fixture
def no_customers(demo: Running) -> None:
    """The sample company is not loaded: it takes a while."""
    demo.data.mkdir()
    for loaded in ("sample.loaded", "past.loaded"):
        (demo.data / loaded).touch()


@pytest.mark.usefixtures("no_customers")
async def test_demo_killed_takes_its_asterisk_and_its_ringdesk_with_it(demo: Running) -> None:
    await demo.start("--port", str(_taken_port()))
    await demo.stop(signal.SIGKILL)
    await nothing_runs(demo.data)


async def nothing_runs(folder: Path) -> None:
    """Wait until no process has to do with `folder`."""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(_processes_of, folder):
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("no_customers")
async def test_demo_keeps_logins_and_ports_for_the_next_time(demo: Running) -> None:
    first = await demo.start("--port", str(_taken_port()))
    await demo.stop(signal.SIGTERM)
    second = await demo.start("--port", str(_taken_port()))
    await demo.stop()
    assert second["logins"] == first["logins"]
    assert (second["sip_port"], second["ami"]) == (first["sip_port"], first["ami"])


@pytest.mark.parametrize(
    ("to", "answer", "expected"),
    [
        ("101", True, ["calling", "ringing", "answered", "ended"]),
        ("101", False, ["calling", "ringing", "not_answered"]),
        ("600", True, ["calling", "ringing", "answered", "ended"]),
        ("700", True, ["calling", "ringing", "answered", "ended"]),
        ("700", False, ["calling", "ringing", "not_answered"]),
        ("999", True, ["calling", "refused"]),
    ],
)
async def test_sample_call_goes_as_planned(calls: DemoCalls, to: str, answer: bool, expected: list[str]) -> None:
    assert await stages(calls, Plan("+442079460123", to, ring=0.3, talk=0.2, answer=answer)) == expected


async def test_sample_call_of_an_agent_goes_outside(calls: DemoCalls, stage: Stage) -> None:
    plan = Plan("101", "+442079460123", ring=0.2, talk=0.2)
    assert await stages(calls, plan) == ["calling", "ringing", "answered", "ended"]
    await stage.tap.event("DialBegin", DestChannel="PJSIP/trunk*")


async def test_placed_call_returns_while_it_rings(calls: DemoCalls, stage: Stage) -> None:
    await calls.place("+442079460123", "101", "Alice", ring=30, talk=1)
    ringing = await stage.tap.event("DialBegin", DestChannel="PJSIP/101*")
    assert (ringing["CallerIDNum"], ringing["CallerIDName"]) == ("+442079460123", "Alice")
    assert await stage.channels() == 2


async def test_own_softphone_rings_beside_the_robot(calls: DemoCalls, stage: Stage) -> None:
    await stage.register("101")
    await calls.place("+442079460123", "101", ring=30, talk=0.2)
    mine = await stage.answers("101")
    async with asyncio.timeout(60):
        await mine.ended.wait()


async def test_placed_call_says_when_nothing_rings(calls: DemoCalls) -> None:
    with pytest.raises(BadInput, match="Nobody has the number 999"):
        await calls.place("+442079460123", "999")


@pytest.mark.parametrize("number", ["", "<script>", "1\r\nX: y", "9" * 41, "+44 20"])
async def test_number_that_cannot_be_dialled_is_refused(calls: DemoCalls, number: str) -> None:
    with pytest.raises(BadInput, match="cannot be dialled"):
        await calls.place(number, "101")


async def test_call_without_a_demo_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="make demo"):
        await DemoCalls(tmp_path).place("+442079460123", "101")


def _taken_port() -> int:
    """A port that somebody else listens on for the rest of the test run."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.listen()
    _held.append(holder)
    return int(holder.getsockname()[1])


_held: list[socket.socket] = []


@pytest.fixture(autouse=True)
def _let_go() -> Any:
    yield
    while _held:
        _held.pop().close()


def _processes_of(folder: Path) -> list[bytes]:
    """The command lines of all processes that have to do with `folder`."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = file.read_bytes()
            if os.fsencode(folder) in command and file.parent.name != str(os.getpid()):
                found.append(command)
    return found
