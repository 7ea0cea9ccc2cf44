"""The whole demo in one process: Asterisk, robot phones, the sample company, and Ringdesk itself as a child."""

import asyncio
import contextlib
import fcntl
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TextIO

from ari_app.demo.asterisk import Say
from ari_app.demo.calls import CallDesk
from ari_app.demo.conversations import sounds_folder
from ari_app.demo.files import Demo, announce, demo_json, read_logins, write_files
from ari_app.demo.lab import Lab
from ari_app.demo.past import Studio
from ari_app.demo.ports import free_ports, is_free
from ari_app.demo.robots import Robots
from ari_app.demo.sample import fill
from ari_app.demo.service import Service
from ari_app.demo.voices import make_voices
from ari_app.demo.words import welcome
from screenpop.errors import Conflict, RingdeskError

TOO_SOON_SECONDS = 5.0
RING_SECONDS = 45


async def up(data: Path, port: int, say: Say = print) -> int:
    """Start everything, say how to use it, and keep it up until a signal comes; returns the exit code."""
    _stop_on_signals(say)
    lock = await asyncio.to_thread(_lock, data)
    try:
        async with _started(data, port, say) as (demo, service):
            say(welcome(demo_json(demo), demo.lab.version))
            await _keep_up(demo, service, say)
    except asyncio.CancelledError:
        say("Stopped; nothing is left running. The data stays for the next time.")
    finally:
        lock.close()
    return 0


@contextlib.asynccontextmanager
async def _started(data: Path, port: int, say: Say) -> AsyncIterator[tuple[Demo, Service]]:
    async with contextlib.AsyncExitStack() as stack:
        known = await asyncio.to_thread(read_logins, data)
        say("Starting Asterisk …")
        lab = await stack.enter_async_context(Lab(data / "lab", ring_seconds=RING_SECONDS, recording=True, say=say))
        logins = await fill(data, known, say, _studio(lab, say))
        demo = Demo(data, _port(port, say), lab, logins, str(lab.run_folder / "demo.sock"))
        await asyncio.to_thread(write_files, demo)
        robots = Robots(lab.access, await asyncio.to_thread(make_voices, lab.data, lab.folder))
        stack.push_async_callback(robots.stop)
        await robots.start()
        desk = CallDesk(robots, Path(demo.control))
        stack.push_async_callback(desk.stop)
        await desk.start()
        service = Service(demo)
        stack.push_async_callback(service.stop)
        say("Starting Ringdesk …")
        await service.start()
        stack.callback((data / "demo.json").unlink, missing_ok=True)
        await asyncio.to_thread(announce, demo)
        yield demo, service


def _studio(lab: Lab, say: Say) -> Studio | None:
    """What the sample recordings are made with; None where this Asterisk came without its English prompts."""
    sounds = sounds_folder(lab.data)
    if sounds is None:
        say("This Asterisk has no English prompts: the sample calls are without recordings.")
        return None
    return Studio(sounds, lab.recordings_folder)


async def _keep_up(demo: Demo, service: Service, say: Say) -> None:
    """Start again what ends by itself, so that a kill can be tried out. Raises RingdeskError when it is no use."""
    while True:
        watched = {
            asyncio.ensure_future(demo.lab.ended()): "Asterisk",
            asyncio.ensure_future(service.ended()): "Ringdesk",
        }
        try:
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in watched:
                task.cancel()
        for name in sorted(watched[task] for task in done):
            say(f"{name} has ended; starting it again …")
            await (demo.lab.start() if name == "Asterisk" else _again(service))
            say(f"{name} runs again.")


async def _again(service: Service) -> None:
    if time.monotonic() - service.started_at < TOO_SOON_SECONDS:
        raise RingdeskError(f"Ringdesk ends as soon as it starts; the end of {service.log}:\n{service.last_lines()}")
    await service.start()


# ---------------------------------------------------------------- surroundings


def _lock(data: Path) -> TextIO:
    """Raises Conflict when a demo runs with this data already."""
    data.mkdir(parents=True, exist_ok=True)
    handle = (data / "demo.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise Conflict(f"a demo with the data in {data} runs already: stop it first, or give another --data") from None
    return handle


def _port(wanted: int, say: Say) -> int:
    if is_free(wanted):
        return wanted
    [port] = free_ports(1)
    say(f"Port {wanted} is taken; the panel listens on {port} instead.")
    return port


def _stop_on_signals(say: Say) -> None:
    """The first SIGINT, SIGTERM or SIGHUP cancels the running task; the stopping itself is not interrupted."""
    task, told = asyncio.current_task(), list[bool]()
    assert task is not None

    def stop() -> None:
        if not told:
            told.append(True)
            say("\nStopping …")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
