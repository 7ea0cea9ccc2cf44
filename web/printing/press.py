"""Turns a report into a file, in a process of its own: no phone waits for it, and its libraries leave with it.

`python -m web.printing.press pdf` reads a `Paper` as JSON and writes the file; `press` does that from the service.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from screenpop.errors import N_, RingdeskError
from web.printing.paper import Paper

Format = Literal["xlsx", "pdf"]
CONTENT = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
SECONDS = 60.0
AT_ONCE = 1
NICENESS = 10
ROOT = Path(__file__).parents[2]

log = structlog.get_logger(__name__)
_turn = asyncio.Semaphore(AT_ONCE)


class PressFailed(RingdeskError):
    """The file could not be made."""


async def press(paper: Paper, form: Format) -> bytes:
    """The file. Raises PressFailed where it cannot be made within a minute."""
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "web.printing.press", form),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            made, said = await asyncio.wait_for(process.communicate(msgspec.json.encode(paper)), SECONDS)
        except TimeoutError:
            raise PressFailed(N_("The file took too long to make.")) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        log.error("a report could not be made into a file", format=form, said=said[-2000:].decode(errors="replace"))
        raise PressFailed(N_("The file could not be made; the log says why."))
    return made


def main() -> None:
    """The process."""
    os.nice(NICENESS)
    paper = msgspec.json.decode(sys.stdin.buffer.read(), type=Paper)
    if sys.argv[1] == "xlsx":
        from web.printing.xlsx import workbook_of as make
    else:
        from web.printing.pdf import print_of as make
    sys.stdout.buffer.write(make(paper))


if __name__ == "__main__":
    main()
