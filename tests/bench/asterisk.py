"""How many calls a second a real Asterisk puts through when each asks who calls, beside AGIs that look nothing up.

A call is a Local channel that asks and is hung up. All verbs are served by the same server in a process of its own:
`lookup`; `fixed`, which sets the same six variables to fixed values; `nothing`, which sets none.
"""

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from agi.handlers import Handler, handlers
from agi.request import Request
from agi.server import AgiServer
from ari_app.demo.lab import Lab
from screenpop.callers import Caller
from screenpop.config import Agi
from tests.agi.peers import KnownCallers
from tests.bench.measure import RUNS
from tests.bench.table import Row

CALLS = 1_000
AT_ONCE = 20
NUMBER = "44207946000"
VERBS = ("lookup", "fixed", "nothing")
VARIABLES = tuple(f"RINGDESK_{n}" for n in ("FOUND", "CUSTOMER", "NAME", "CATEGORY", "RESPONSIBLE", "VIP"))
OWN_WORK = "the difference is Asterisk's own work on six SET VARIABLE, whoever sends them."
ANA = Caller(matches=1, customer_id="01h", name="Ana Example", category="VIP", responsible="102", vip=True)
DIALPLAN = """
[bench]
exten => _X!,1,Set(CALLERID(num)=+{number})
 same => n,AGI(agi://127.0.0.1:{port}/${{CUT(EXTEN,-,2)}})
 same => n,UserEvent(BenchDone)
 same => n,Hangup()
"""


def run(quick: bool) -> list[Row]:
    """Calls a second by the clock on the wall."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,))
    process.start()
    try:
        lookup, fixed, nothing = asyncio.run(_rates(ours.recv(), 20 if quick else CALLS, 1 if quick else RUNS))
    finally:
        ours.send("enough")
        process.join()
    row = partial(Row, value=lookup, unit="calls/s", better="more")
    equal = "an AGI that sets six fixed variables"
    return [
        row(what="calls, each with a lookup", peer=equal, peer_value=fixed, budget=fixed * 0.95),
        row(what="the same", peer="an AGI that does nothing", peer_value=nothing, note=OWN_WORK),
    ]


async def _rates(port: int, calls: int, count: int) -> list[float]:
    """The median rate of each verb; the verbs take turns."""
    with tempfile.TemporaryDirectory() as folder:
        async with Lab(Path(folder), say=lambda text: None) as lab:
            await lab.add_dialplan("bench", DIALPLAN.format(port=port, number=NUMBER))
            caller = await Originator.connect(lab)
            await caller.rate("nothing", calls)
            rounds = [[await caller.rate(verb, calls) for verb in VERBS] for _ in range(count)]
            caller.close()
    return [statistics.median(rates) for rates in zip(*rounds, strict=True)]


class Originator:
    """Places calls over AMI and counts those that were answered by the AGI, leaving the time to Asterisk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, lab: Lab) -> "Originator":
        """Logged in, and told of nothing but the dialplan's own events."""
        reader, writer = await asyncio.open_connection("127.0.0.1", lab.ami_port)
        originator = cls(reader, writer)
        originator._send(Action="Login", Username="witness", Secret=lab.access.witness_secret, Events="user")
        await reader.readuntil(b"Authentication accepted")
        return originator

    async def rate(self, verb: str, calls: int) -> float:
        """Calls a second, with so many under way at once."""
        start, placed, done = time.perf_counter(), 0, 0
        while done < calls:
            while placed < calls and placed - done < AT_ONCE:
                self._call(verb, placed)
                placed += 1
            done += await self._heard()
        return calls / (time.perf_counter() - start)

    def close(self) -> None:
        self._writer.close()

    def _call(self, verb: str, serial: int) -> None:
        channel = f"Local/{serial}-{verb}@bench/n"
        self._send(Action="Originate", Channel=channel, Application="Wait", Data="1", Async="true")

    async def _heard(self) -> int:
        async with asyncio.timeout(10):
            line = await self._reader.readuntil(b"\n")
        return int(line == b"UserEvent: BenchDone\r\n")

    def _send(self, **fields: str) -> None:
        lines = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        self._writer.write(lines.encode() + b"\r\n")


def _serve(parent: Connection) -> None:
    uvloop.run(_until_told(parent))


async def _until_told(parent: Connection) -> None:
    server = AgiServer(Agi(port=0), verbs())
    await server.start()
    parent.send(server.port)
    await asyncio.to_thread(parent.recv)
    await server.close()


def verbs() -> Mapping[str, Handler]:
    """What the calls ask."""

    async def fixed(request: Request) -> Mapping[str, str]:
        return dict.fromkeys(VARIABLES, "Ana Example")

    async def nothing(request: Request) -> Mapping[str, str]:
        return {}

    return {**handlers(KnownCallers(n44207946000=ANA)), "fixed": fixed, "nothing": nothing}
