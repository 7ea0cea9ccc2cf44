"""Conversations of known words, played by SIPp through a real Asterisk that records both sides, until they are whole.

What is to be measured is what Ringdesk makes of a recording, not whether this machine plays sound in real time. On a
busy one SIPp or Asterisk stalls: the recording has holes and shifted words, and nobody can say what should be made of
it. So each recording is first held against what was scripted, and a call that did not come through is placed again;
alone then, as six at once are the harder the busier the machine is.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ari_app.analysis.sound import Sound, read_sound
from ari_app.demo.lab import Lab
from ari_app.recording.wav import read_wav
from tests.pbx.sipp import FIRST, Sipp
from tests.pbx.spoken import Found, Side, fault, find
from tests.until import until

TRIES = 4
CALL_LIMIT = 180.0  # seconds; a call lasts 45
RINGBACK_SECONDS = 3.0
DIALPLAN = """
[from-trunk]
exten => _77X.,1,Answer()
 same => n,MixMonitor(,Sr(../recording/${EXTEN:2}-in.wav)t(../recording/${EXTEN:2}-out.wav))
 same => n,Playtones(ring)
 same => n,Wait(RINGBACK)
 same => n,StopPlaytones()
 same => n,Dial(PJSIP/${EXTEN:2},20)
 same => n,Hangup()
""".replace("RINGBACK", f"{RINGBACK_SECONDS:.0f}")
Script = tuple[Side, Side]
"""What the agent says and what the caller says."""


@dataclass(frozen=True)
class Recorded:
    """One call, and where in it everything is that was said."""

    sound: Sound
    sides: tuple[list[Found], list[Found]]

    @property
    def faults(self) -> list[str]:
        """What is not as it was scripted, if anything."""
        said = {"agent": fault(self.sides[0]), "caller": fault(self.sides[1])}
        return [f"{who}: {why}" for who, why in said.items() if why]


async def recorded(lab: Lab, folder: Path, scripts: Mapping[str, Script]) -> dict[str, Recorded]:
    """The calls to these agents, each come through whole. Raises AssertionError when one never does."""
    await lab.cli("module load app_playtones.so")
    await lab.add_dialplan("analysis", DIALPLAN)
    await asyncio.to_thread(_come_first, lab)
    async with Sipp(lab, folder / "sipp") as sipp:
        calls = await _placed(lab, sipp, folder, scripts.items())
        for agent, script in scripts.items():
            calls[agent] = await _until_whole(lab, sipp, folder, (agent, script), calls[agent])
    return calls


def _come_first(lab: Lab) -> None:
    """Where that is allowed, Asterisk comes before what else the machine does, as SIPp does; new threads inherit it."""
    pid = (lab.folder / "asterisk.pid").read_text()
    for thread in Path(f"/proc/{pid}/task").iterdir() if FIRST else ():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), -10)


async def _until_whole(lab: Lab, sipp: Sipp, folder: Path, call: tuple[str, Script], first: Recorded) -> Recorded:
    """The call as it was `first`, or placed again, alone, until it is whole."""
    tries = [first]
    while tries[-1].faults and len(tries) < TRIES:
        tries += (await _placed(lab, sipp, folder, [call])).values()
    faults = [each.faults for each in tries]
    print(f"call to {call[0]}: {faults}")
    assert not faults[-1], f"no sound to measure: the call to {call[0]} was disturbed {TRIES} times: {faults}"
    return tries[-1]


async def _placed(lab: Lab, sipp: Sipp, folder: Path, scripts: Iterable[tuple[str, Script]]) -> dict[str, Recorded]:
    """These calls at once, each from its beginning to its end."""
    under_way = {agent: (script, await _begin(sipp, folder, agent, script)) for agent, script in scripts}
    async with asyncio.timeout(CALL_LIMIT):
        await asyncio.gather(*(process.wait() for _, processes in under_way.values() for process in processes))
    return {agent: await _heard(lab.recordings_folder, agent, script) for agent, (script, _) in under_way.items()}


async def _begin(sipp: Sipp, folder: Path, agent: str, script: Script) -> tuple[asyncio.subprocess.Process, ...]:
    """A call; the caller's part of the script waits until the ringback is over."""
    seconds = max(side.seconds for side in script) + 1
    spoken = script[0].write(folder / f"{agent}.ul", seconds)
    late = Side([(at + RINGBACK_SECONDS, prompt) for at, prompt in script[1].said])
    asked = late.write(folder / f"{agent}-caller.ul", seconds + RINGBACK_SECONDS)
    phone = await sipp.phone(agent, ring=0.1, talk=60, sound=spoken)
    talk = seconds + RINGBACK_SECONDS + 0.5
    return phone, await sipp.call("+441632960001", f"77{agent}", talk=talk, sound=asked)


async def _heard(folder: Path, agent: str, script: Script) -> Recorded:
    """Asterisk closes the files some time after the call is over."""
    files = [folder / f"{agent}-{way}.wav" for way in ("out", "in")]
    await until(lambda: all(file.exists() and read_wav(file).complete for file in files))
    sound = await asyncio.to_thread(read_sound, *files)
    return Recorded(sound, (find(script[0], sound.sides[0]), find(script[1], sound.sides[1])))
