"""The service at rest: its memory, and the time until it serves and is in step with the PBX."""

import asyncio
import re
import statistics
import tempfile
from pathlib import Path

from tests.bench.measure import runs
from tests.bench.site import desk
from tests.bench.table import Row

CUSTOMERS = 200
REST_SECONDS = 3.0


def run(quick: bool) -> list[Row]:
    """Mebibytes that are resident, and seconds."""
    rest = 0.0 if quick else REST_SECONDS
    rounds = [asyncio.run(_start_and_rest(10 if quick else CUSTOMERS, rest)) for _ in range(runs(quick))]
    seconds, memory = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        Row(what="start, until attached and serving", value=seconds, unit="s", better="less", budget=2.0),
        Row(
            what="memory, nobody signed in",
            value=memory,
            unit="MB",
            better="less",
            budget=150,
        ),
    ]


async def _start_and_rest(customers: int, rest: float) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with desk(Path(folder), customers, agents=("101",)) as running:
            await asyncio.sleep(rest)
            return running.start_seconds, _resident(running.process.pid)


def _resident(pid: int) -> float:
    """Megabytes, as `ps` shows them."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024 / 1e6
