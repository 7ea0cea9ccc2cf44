"""Record the AMI trace of every scenario (or of those named) from a real Asterisk into tests/pbx/traces/.

python -m tests.pbx.record [NAME …]
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from ari_app.demo.lab import Lab
from tests.pbx.record_restart import record_restart
from tests.pbx.scenarios import SCENARIOS, Scenario
from tests.pbx.stage import Stage

RESTART = "restarted-with-calls-up"
TRACES = Path(__file__).parent / "traces"


async def main(names: list[str]) -> int:
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        async with Lab(Path(folder), ring_seconds=2, parking_seconds=2) as lab:
            for name in names or (*SCENARIOS, RESTART):
                try:
                    play = record_restart(lab) if name == RESTART else record(lab, SCENARIOS[name])
                    raw = await asyncio.wait_for(play, 60)
                    (TRACES / f"{name}.ami").write_bytes(raw)
                    print(f"{name}: {raw.count(b'Event: ')} events", flush=True)
                except TimeoutError:
                    failed.append(name)
                    print(f"{name}: did not come to its end", file=sys.stderr, flush=True)
    return len(failed)


async def record(lab: Lab, scenario: Scenario) -> bytes:
    """Everything that AMI said from the log-in before the play to the last channel's end."""
    async with Stage(lab, scenario.everything) as stage:
        await stage.register(*scenario.phones)
        if not scenario.late:
            await stage.watch()
        try:
            await scenario.play(stage)
            await stage.quiet()
            await stage.all_hung_up()
        finally:
            await stage.tap.close()
        return bytes(stage.tap.raw)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
