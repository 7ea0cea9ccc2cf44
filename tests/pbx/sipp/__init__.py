"""SIPp as callers and phones: each scenario is a file beside this one, filled in and played by one process."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import jinja2

from ari_app.demo.lab import Lab
from ari_app.demo.ports import free_ports

SCENARIOS = Path(__file__).parent
LIMIT = 600  # seconds: no scenario lasts longer
FIRST = ("nice", "-n", "-10") if os.geteuid() == 0 else ()
"""Sound that is sent late is another sound: where that is allowed, SIPp comes before what else the machine does."""
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(SCENARIOS),
    undefined=jinja2.StrictUndefined,
    autoescape=True,
    variable_start_string="{{",
)


class Sipp:
    """Starts SIPp processes against one lab; leaving it ends what still runs. `folder` gets scenarios and logs."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab = lab
        self._folder = folder
        self._running: list[asyncio.subprocess.Process] = []
        self._ports: dict[str, int] = {}
        self._serial = 0

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    async def phone(
        self,
        user: str,
        *,
        ring: float = 1,
        talk: float = 20,
        refer_to: str = "",
        busy: bool = False,
        sound: Path | None = None,
        calls: int = 1,
    ) -> asyncio.subprocess.Process:
        """Register `user` and answer so many calls, each after `ring` seconds, for at most `talk` seconds; `refer_to`:
        transfer the caller there after a second instead; `sound`: raw mu-law that it says once from its answer on."""
        port = await self._registered(user)
        values = {"ring": round(ring * 1000), "talk": round(talk * 1000), "refer_to": refer_to, "busy": busy}
        return await self._play("phone.xml", port, values | {"user": user, "sound": sound}, calls=calls)

    async def _registered(self, user: str) -> int:
        """The port at which `user` is registered; another one where somebody took it between its choice and its use."""
        login = (user, self._lab.access.sip_password)
        for _ in range(3):
            port = self._ports.setdefault(user, _free_port())
            register = await self._play("register.xml", port, {"user": user}, login=login)
            if await register.wait() == 0:
                return port
            log = self._folder / f"{self._serial:02}-register.xml.log"
            why = log.read_text(errors="replace") if log.exists() else "it does not say why"
            assert "bind" in why, f"{user} could not register: {why}"
            del self._ports[user]
        raise AssertionError(f"{user} found no free port to register from")

    async def provider(self, *, ring: float = 1, talk: float = 20) -> asyncio.subprocess.Process:
        """The far end of the trunk: answers one call that goes outside."""
        values = {"ring": round(ring * 1000), "talk": round(talk * 1000), "refer_to": "", "busy": False}
        provider = {"user": "provider", "sound": None}
        return await self._play("phone.xml", self._lab.access.provider_port, values | provider)

    async def call(
        self,
        number: str,
        to: str,
        *,
        name: str = "",
        talk: float = 2,
        patience: float = 0,
        sound: Path | None = None,
        calls: int = 1,
        rate: int = 10,
    ) -> asyncio.subprocess.Process:
        """Somebody outside calls `to` through the trunk; with `patience` he gives up after that many seconds, and
        `sound` (raw mu-law) is what he says once from the answer on. So many `calls` come at `rate` a second."""
        values = {"user": number, "name": name, "to": to, "talk": round(talk * 1000), "login": False, "sound": sound}
        values["patience"] = round(patience * 1000)
        return await self._play("caller.xml", _free_port(), values, calls=calls, rate=rate)

    async def dial(self, user: str, to: str, *, talk: float = 2) -> asyncio.subprocess.Process:
        """The phone of `user` calls `to`."""
        values = {"user": user, "name": user, "to": to, "talk": round(talk * 1000), "login": True, "patience": 0}
        values["sound"] = None
        login = (user, self._lab.access.sip_password)
        return await self._play("caller.xml", _free_port(), values, login=login)

    async def _play(
        self,
        scenario: str,
        port: int,
        values: Mapping[str, object],
        login: tuple[str, str] | None = None,
        calls: int = 1,
        rate: int = 10,
    ) -> asyncio.subprocess.Process:
        self._serial += 1
        path = self._folder / f"{self._serial:02}-{scenario}"
        path.write_text(_TEMPLATES.get_template(scenario).render(values), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *FIRST,
            "sipp",
            f"127.0.0.1:{self._lab.sip_port}",
            *("-sf", str(path), "-i", "127.0.0.1", "-p", str(port), "-nostdin"),
            *("-m", str(calls), "-l", str(calls), "-r", str(rate)),
            *("-mp", str(_even_port())),
            *("-timeout", f"{LIMIT}s", "-trace_err", "-error_file", f"{path}.log"),
            *(("-au", login[0], "-ap", login[1]) if login else ()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._running.append(process)
        return process


def _even_port() -> int:
    """RTP has even ports, and RTCP the next (RFC 3550, 11)."""
    return next(port for port in iter(_free_port, None) if port % 2 == 0)


def _free_port() -> int:
    return free_ports(1, socket.SOCK_DGRAM)[0]
