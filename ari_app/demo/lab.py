"""A whole Asterisk of its own in one folder, on free loopback ports: for the tests and for the demo.

Nothing of the machine's own Asterisk is read or written, and root is not needed.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jinja2

from ari_app.demo.access import Access, load_access
from ari_app.demo.amitap import AmiTap
from ari_app.demo.asterisk import Asterisk, Say, find_asterisk
from ari_app.demo.music import write_music
from ari_app.demo.people import AGENTS, DEVICES, DIRECT_LINES, MAIN_LINE, SALES_LINE, SUPPORT_LINE
from ari_app.dialplan import TIMEOUT_SECONDS, render_record
from screenpop.config import Agi
from screenpop.errors import PbxError, RingdeskError

TEMPLATES = Path(__file__).parent / "conf"
START_SECONDS = 60.0
STOP_SECONDS = 8.0
SOCKET_PATH_LIMIT = 90  # bytes; a Unix socket's path may have 107, and Asterisk adds a name of its own

EVENTS = (
    "AgentCalled", "AgentComplete", "AgentConnect", "AgentRingNoAnswer", "AttendedTransfer", "BlindTransfer",
    "BridgeCreate", "BridgeDestroy", "BridgeEnter", "BridgeLeave", "BridgeMerge", "DialBegin", "DialEnd", "DialState",
    "FullyBooted", "Hangup", "Hold", "LocalBridge", "LocalOptimizationBegin", "LocalOptimizationEnd",
    "MixMonitorMute", "MixMonitorStart", "MixMonitorStop", "NewCallerid", "NewConnectedLine", "Newchannel", "Newstate",
    "OriginateResponse", "ParkedCall", "ParkedCallGiveUp", "ParkedCallSwap", "ParkedCallTimeOut", "Pickup",
    "QueueCallerAbandon", "QueueCallerJoin", "QueueCallerLeave", "QueueMemberAdded", "QueueMemberPause",
    "QueueMemberRemoved", "QueueMemberStatus", "Reload", "Rename", "Shutdown", "UnParkedCall", "Unhold", "UserEvent",
)  # fmt: skip
"""The AMI events that Ringdesk listens to; asterisk-conf/manager.conf has the same."""


SILENT = ("ccss", "cel", "pjproject", "stasis", "udptl", "websocket_client")
"""Configuration files that Asterisk complains about when they are not there."""


class Lab:
    """One Asterisk: rendered, started, killed, started again, stopped. Ports and secrets last as long as `folder`.

    `recording`: its dialplan asks Ringdesk whether calls are recorded, and waits `answer_seconds` for the answer.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ring_seconds: int = 25,
        parking_seconds: int = 45,
        recording: bool = False,
        answer_seconds: float = TIMEOUT_SECONDS,
        say: Say = print,
    ) -> None:
        self.folder = folder.resolve()
        self._say = say
        self._settings: Mapping[str, Any] = {
            "ring_seconds": ring_seconds, "parking_seconds": parking_seconds, "recording": recording,
            "answer_seconds": answer_seconds,
        }  # fmt: skip
        self._access: Access | None = None
        self._asterisk: Asterisk | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._run_folder: Path | None = None

    # ------------------------------------------------------------ what it is

    @property
    def access(self) -> Access:
        """Ports and secrets. Raises RingdeskError before the first `start`."""
        if self._access is None:
            raise RingdeskError("the lab was not started yet")
        return self._access

    @property
    def version(self) -> str:
        """The version of the Asterisk that runs, `22.10.1`; "" before the first `start`."""
        return self._asterisk.version if self._asterisk else ""

    @property
    def data(self) -> Path | None:
        """Asterisk's data folder; None where it is the one that was compiled in, or before the first `start`."""
        return self._asterisk.data if self._asterisk else None

    @property
    def ami_port(self) -> int:
        return self.access.ami_port

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self.access.ari_port}"

    @property
    def agi_port(self) -> int:
        return self.access.agi_port

    @property
    def sip_port(self) -> int:
        return self.access.sip_port

    @property
    def manager_conf(self) -> Path:
        """Asterisk's own configuration of its manager interface."""
        return self.folder / "etc" / "manager.conf"

    @property
    def recordings_folder(self) -> Path:
        return self.folder / "spool" / "recording"

    @property
    def run_folder(self) -> Path:
        """Where its sockets are: a path short enough for one."""
        if self._run_folder is None:
            self._run_folder = _run_folder(self.folder)
        return self._run_folder

    @property
    def log_file(self) -> Path:
        return self.folder / "log" / "messages.log"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start (again) and wait until Asterisk is fully booted. Raises RingdeskError with its last log lines."""
        if self.running:
            return
        if self._asterisk is None:
            self._asterisk = await find_asterisk(self._say)
            await asyncio.to_thread(_end_left_over, self.folder)
            self._access = await asyncio.to_thread(load_access, self.folder)
        await asyncio.to_thread(self._render)
        self._process = await self._spawn()
        try:
            await self._wait_until_ready()
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """Stop at once but cleanly; what does not end in time is killed."""
        await self._end(signal.SIGTERM)
        if self._run_folder is not None and self._run_folder.parent != self.folder:
            await asyncio.to_thread(shutil.rmtree, self._run_folder, True)
            self._run_folder = None

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL); `start` brings it back on the same ports."""
        await self._end(signal.SIGKILL)

    async def ended(self) -> None:
        """Wait until the process is gone, for whatever reason."""
        if self._process is not None:
            await self._process.wait()

    async def freeze(self) -> None:
        """Stop it from running without closing anything (SIGSTOP), as a hung machine looks from outside."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            await asyncio.to_thread(_wait_until_still, self._process.pid)

    async def thaw(self) -> None:
        """Let it run on after `freeze`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    # ------------------------------------------------------------ talking to it

    def tap(self, everything: bool = False) -> AmiTap:
        """A raw AMI connection (an async context): what Ringdesk sees, or everything."""
        if everything:
            return AmiTap(self.ami_port, "witness", self.access.witness_secret)
        return AmiTap(self.ami_port, "ringdesk", self.access.ami_secret)

    async def cli(self, command: str) -> str:
        """What the Asterisk console prints for `command`."""
        assert self._asterisk is not None
        process = await asyncio.create_subprocess_exec(
            *self._asterisk.command, "-C", str(self.folder / "etc/asterisk.conf"), "-rx", command,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await asyncio.wait_for(process.communicate(), 20)
        return output.decode(errors="replace")

    async def add_dialplan(self, name: str, text: str) -> None:
        """Add a file of dialplan to the running one; it stays for later starts."""
        await asyncio.to_thread((self.folder / "etc/extra" / f"{name}.conf").write_text, text)
        await self.cli("dialplan reload")

    # ------------------------------------------------------------ within

    def _render(self) -> None:
        assert self._asterisk is not None
        for name in ("etc/extra", "cache", "lib/keys", "spool/recording", "spool/tmp", "log", "moh"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        values = {**asdict(self.access), **self._settings, **_company(), "events": EVENTS, "folder": self.folder}
        values |= {"run_folder": self.run_folder, "modules": self._asterisk.modules, "data": self._asterisk.data}
        values["has_module"] = _module_test(self._asterisk.modules)
        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=False)  # noqa: S701 (no HTML)
        for template in TEMPLATES.glob("*.conf.j2"):
            text = environment.get_template(template.name).render(values)
            (self.folder / "etc" / template.stem).write_text(text)
        if self._settings["recording"]:
            include = render_record(Agi(port=self.access.agi_port), timeout_seconds=self._settings["answer_seconds"])
            (self.folder / "etc" / "ringdesk-record.conf").write_text(include)
        for name in SILENT:
            (self.folder / "etc" / f"{name}.conf").write_text("[general]\n")
        write_music(self.folder / "moh" / "waiting.wav")

    async def _spawn(self) -> asyncio.subprocess.Process:
        assert self._asterisk is not None
        command = [*self._asterisk.command, "-f", "-C", str(self.folder / "etc/asterisk.conf")]
        output = await asyncio.to_thread((self.folder / "log" / "console.log").open, "ab")
        with output:
            process = await asyncio.create_subprocess_exec(
                *dies_with_us(), *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, cwd=self.folder,
            )  # fmt: skip
        await asyncio.to_thread((self.folder / "asterisk.pid").write_text, str(process.pid))
        return process

    async def _wait_until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._booted():
                    if not self.running:
                        raise RingdeskError(f"Asterisk ended while it started:\n{self._last_lines()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RingdeskError(f"Asterisk was not ready after {START_SECONDS:.0f} s:\n{self._last_lines()}") from None

    async def _booted(self) -> bool:
        try:
            async with self.tap() as tap:
                await tap.event("FullyBooted", limit=START_SECONDS)
                return True
        except (OSError, PbxError, TimeoutError):
            return False

    def _last_lines(self) -> str:
        console = self.folder / "log" / "console.log"
        return "\n".join(console.read_text(errors="replace").splitlines()[-20:]) if console.exists() else ""

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _wait_until_still(pid: int) -> None:
    """Wait until every thread of the process is stopped."""
    while not all(_state(file) in "Tt" for file in Path(f"/proc/{pid}/task").glob("*/stat")):
        time.sleep(0.002)


def _state(stat: Path) -> str:
    return stat.read_text().rpartition(")")[2].split()[0]


def dies_with_us() -> tuple[str, ...]:
    """A command prefix: the child is killed when this process ends in whatever way. () where that cannot be had."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def _company() -> Mapping[str, Any]:
    return {
        "agents": AGENTS, "devices": DEVICES, "main_line": MAIN_LINE, "support_line": SUPPORT_LINE,
        "sales_line": SALES_LINE, "direct_lines": DIRECT_LINES,
    }  # fmt: skip


def _module_test(modules: Path | None) -> Callable[[str], bool]:
    return lambda name: modules is None or (modules / f"{name}.so").exists()


def _run_folder(folder: Path) -> Path:
    run = folder / "run"
    if len(str(run)) > SOCKET_PATH_LIMIT:
        return Path(tempfile.mkdtemp(prefix="ringdesk-"))
    run.mkdir(parents=True, exist_ok=True)
    return run


def _end_left_over(folder: Path) -> None:
    """End the Asterisk of an earlier run of this folder that nobody stopped."""
    file = folder / "asterisk.pid"
    with contextlib.suppress(OSError, ValueError):
        pid = int(file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if os.fsencode(folder / "etc/asterisk.conf") in command:
            os.kill(pid, signal.SIGKILL)
            _wait_until_over(pid, time.monotonic() + STOP_SECONDS)


def _wait_until_over(pid: int, deadline: float) -> None:
    """Wait until no thread of a killed process holds a socket any more: a zombie may still have threads that end."""
    while time.monotonic() < deadline:
        states = []
        for file in Path(f"/proc/{pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):
                states.append(_state(file))
        if all(state in "ZX" for state in states):
            return
        time.sleep(0.005)
