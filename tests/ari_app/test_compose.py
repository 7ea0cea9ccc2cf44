"""The whole service: it starts without a PBX, says what is in its way, and stops cleanly."""

import asyncio
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from sqlalchemy.exc import OperationalError

from ari_app import compose
from ari_app.demo.ports import free_ports
from screenpop.bus import Bus
from screenpop.facts import PbxLinkChanged
from tests.until import until

LIMIT = 60.0


def free_port() -> int:
    return free_ports(1)[0]


def write_config(folder: Path, port: int, agi: int) -> Path:
    path = folder / "ringdesk.toml"
    path.write_text(
        f'[server]\nport = {port}\ndata_dir = "{folder / "data"}"\n[ami]\nport = {free_port()}\n[agi]\nport = {agi}\n'
    )
    return path


async def start(config: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import sys; from ari_app.main import main; sys.exit(main())",
        "run", "--config", str(config), stderr=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip


async def command(config: Path, *words: str, typed: bytes) -> None:
    """Run `ringdesk user`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import sys; from ari_app.main import main; sys.exit(main())",
        "user", *words, "--config", str(config), stdin=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    await process.communicate(typed + b"\n")
    assert process.returncode == 0


async def answers(url: str) -> dict:
    """What `url` says, as soon as it says anything."""
    async with aiohttp.ClientSession() as client, asyncio.timeout(LIMIT):
        while True:
            try:
                async with client.get(url) as answer:
                    return await answer.json()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def test_service_starts_without_its_pbx_says_so_and_stops_on_sigterm(tmp_path: Path) -> None:
    port = free_port()
    process = await start(write_config(tmp_path, port, free_port()))
    assert await answers(f"http://127.0.0.1:{port}/health") == {"status": "ok"}
    assert (await answers(f"http://127.0.0.1:{port}/ready"))["status"] == "waiting"
    os.kill(process.pid, signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), LIMIT)
    assert process.returncode == 0
    assert b"Traceback" not in said


async def test_user_added_and_then_given_a_new_password_by_a_command_is_noticed_by_the_running_service(
    tmp_path: Path,
) -> None:
    port = free_port()
    config = write_config(tmp_path, port, free_port())
    process = await start(config)
    await answers(f"http://127.0.0.1:{port}/health")
    cookies = aiohttp.CookieJar(unsafe=True)  # also those of an address without a name
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=cookies) as browser,
        asyncio.timeout(2 * LIMIT),
    ):
        await command(config, "add", "anna", typed=b"correct horse")
        form = {"login": "anna", "password": "correct horse"}
        while (await browser.post("/sign-in", data=form, allow_redirects=False)).status != 303:
            await asyncio.sleep(0.8)  # not so often that the service takes it for guessing
        assert (await browser.get("/api/state")).status == 200
        await command(config, "passwd", "anna", typed=b"another horse")
        while (await browser.get("/api/state")).status != 401:
            await asyncio.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), LIMIT)


@pytest.mark.parametrize("taken", ["server", "agi"])
async def test_taken_port_is_named(tmp_path: Path, taken: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ports = {"port": free_port(), "agi": free_port()} | ({"port": port} if taken == "server" else {"agi": port})
        process = await start(write_config(tmp_path, **ports))
        _, said = await asyncio.wait_for(process.communicate(), LIMIT)
    assert process.returncode == 1
    assert str(port) in said.decode().splitlines()[-1]
    assert said.decode().splitlines()[-1].startswith("ringdesk run: ")
    assert b"Traceback" not in said


async def test_stop_during_start_up_is_clean(tmp_path: Path) -> None:
    port = free_port()
    process = await start(write_config(tmp_path, port, free_port()))
    data = tmp_path / "data"
    await until(lambda: data.exists(), LIMIT)
    os.kill(process.pid, signal.SIGINT)
    await asyncio.wait_for(process.communicate(), LIMIT)
    assert process.returncode in (0, 130, -signal.SIGINT)


async def test_a_locked_store_does_not_end_the_service_while_it_ends_calls_of_an_earlier_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compose, "RETRY_SECONDS", 0.0)
    bus, tried, counted = Bus(), list[object](), list[str]()

    async def close_vanished(alive: object) -> list[str]:
        tried.append(alive)
        if len(tried) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return ["1.1"]

    async def count_ended(ids: list[str]) -> None:
        counted.extend(ids)

    calls, board = SimpleNamespace(close_vanished=close_vanished), SimpleNamespace(count_ended=count_ended)
    core = SimpleNamespace(bus=bus, calls=calls, board=board)
    alive = iter(["first", "second", "third"])
    attachment = SimpleNamespace(tracker=SimpleNamespace(calls=lambda: next(alive)))
    closing = asyncio.create_task(compose._close_vanished(core, attachment))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert tried == []
    bus.publish(PbxLinkChanged(up=True, state="up"))
    await asyncio.wait_for(closing, LIMIT)
    assert (tried, counted) == (["first", "second", "third"], ["1.1"])


async def test_what_is_loaded_aside_is_waited_for_but_not_by_the_end_of_the_service() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(LIMIT)
        ended.set()

    loading = asyncio.create_task(compose._aside(work))
    await until(begun.is_set)
    assert not loading.done()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert not ended.is_set()
    go_on.set()
    await until(ended.is_set)
    await compose._aside(begun.clear)
    assert not begun.is_set()
