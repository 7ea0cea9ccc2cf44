"""Find an Asterisk to run: the one on the PATH, or Debian's, unpacked into a cache folder without installing it."""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from screenpop.errors import RingdeskError

OLDEST = 18
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "asterisk-core-sounds-en-wav")
UNPACK_SECONDS = 600
MORE_PATH = ":/usr/sbin:/usr/local/sbin"  # where an asterisk may be that an ordinary user's PATH does not show
MISSING = """{tool} is not there: it {why}.
Install it once as root: apt-get install {package}"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asterisk:
    """An Asterisk that can be started. `modules` and `data` are None where its compiled-in folders hold."""

    command: tuple[str, ...]
    version: str
    modules: Path | None = None
    data: Path | None = None


async def find_asterisk(say: Say = print) -> Asterisk:
    """The Asterisk on the PATH if it is of version 18 or later, else Debian's, unpacked where it is not yet.

    Raises RingdeskError when it must be unpacked and cannot be: the text says what to install and why.
    """
    installed = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}{MORE_PATH}")
    if installed:
        version = await _version((installed,))
        if _major(version) >= OLDEST:
            return Asterisk((installed,), version)
    return await _unpacked(cache_folder(), say)


def cache_folder() -> Path:
    """Where the unpacked Asterisk is kept: RINGDESK_LAB, else `.lab` of the clone, else the user's cache."""
    named = os.environ.get("RINGDESK_LAB")
    if named:
        return Path(named)
    clone = Path(__file__).parents[2]
    if (clone / "pyproject.toml").exists():
        return clone / ".lab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ringdesk" / "lab"


def need(tool: str, package: str, why: str) -> str:
    """The path of the program `tool`. Raises RingdeskError that names the Debian package and what it is for."""
    path = shutil.which(tool)
    if path is None:
        raise RingdeskError(MISSING.format(tool=tool, package=package, why=why))
    return path


async def _unpacked(cache: Path, say: Say) -> Asterisk:
    root = cache / "asterisk"
    if not root.exists():
        lock = await asyncio.to_thread(_locked, cache)
        with lock:
            if not root.exists():
                await _unpack(root, say)
    [loader] = list(root.glob("usr/lib/*/ld-linux-*.so.*")) or list(root.glob("usr/lib*/ld-linux-*.so.*"))
    libraries = loader.resolve().parent
    command = (str(loader), "--library-path", str(libraries), str(root / "usr/sbin/asterisk"))
    modules, data = libraries / "asterisk/modules", root / "usr/share/asterisk"
    return Asterisk(command, await _version(command), modules, data)


def _locked(cache: Path) -> TextIO:
    """Hold the cache's lock file until it is closed, so that of several processes one unpacks and the others wait."""
    cache.mkdir(parents=True, exist_ok=True)
    handle = (cache / "asterisk.lock").open("w")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


async def _unpack(root: Path, say: Say) -> None:
    tool = need("mmdebstrap", "mmdebstrap", "unpacks Asterisk, because no Asterisk of version 18 or later is installed")
    say("Unpacking Asterisk 22 from Debian (once, about 60 MB to fetch, half a minute) …")
    fresh = root.with_suffix(".new")
    await asyncio.to_thread(shutil.rmtree, fresh, True)
    options = (
        "--mode=chrootless",
        "--variant=extract",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        f"--include={','.join(PACKAGES)}",
    )
    async with asyncio.timeout(UNPACK_SECONDS):
        await _run_shown((tool, *options, "sid", str(fresh)), say)
    sounds = fresh / "usr/share/asterisk/sounds"
    if not (sounds / "en").exists():
        (sounds / "en").symlink_to("en_US_f_Allison")
    fresh.rename(root)


async def _run_shown(command: tuple[str, ...], say: Say) -> None:
    """Run `command` and show its progress lines (`I: …`). Raises RingdeskError with its last words."""
    pipe, merged = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=merged)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async for line in process.stdout:
            lines.append(line.decode(errors="replace").rstrip())
            if line.startswith(b"I: "):
                say(f"  {lines[-1][3:]}")
        if await process.wait():
            raise RingdeskError("Asterisk could not be unpacked:\n" + "\n".join(lines[-15:]))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def _version(command: tuple[str, ...]) -> str:
    """What `asterisk -V` says after the word Asterisk: `22.10.1`."""
    process = await asyncio.create_subprocess_exec(*command, "-V", stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    found = re.search(rb"Asterisk (\S+)", output)
    return found[1].decode() if found else ""


def _major(version: str) -> int:
    number = re.match(r"(?:certified/)?(\d+)", version)
    return int(number[1]) if number else 0
