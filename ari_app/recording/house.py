"""All that has to do with recording on the PBX, put together on a core that is attached."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from ari_app.attach import Attachment
from ari_app.recording.recorder import Recorder
from ari_app.recording.rows import Rows
from ari_app.recording.sources import Source, source_of
from ari_app.recording.sweep import Order, Sweep
from screenpop.core import Core
from screenpop.recordings.names import parse_name


@dataclass(frozen=True, slots=True)
class Recording:
    """`recorder` is asked by the dialplan and by the panel."""

    recorder: Recorder
    rows: Rows
    sweep: Sweep

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """What is to run for as long as the service does."""
        return [self.rows.run(), self.sweep.run()]


def make_recording(core: Core, attachment: Attachment, order: Order) -> Recording:
    """`order` puts the job of collecting a recording on the list."""
    source = source_of(core.config)

    async def discard(name: str) -> None:
        await _discard(source, name)

    rows = Rows(core.store, core.bus, core.recordings, discard)
    recorder = Recorder(attachment.link, attachment.tracker, core.chooser, rows, core.bus)
    attachment.after.append(recorder.take)
    settings = core.config.recordings
    sweep = Sweep(core.store, core.bus, recorder, source, core.archive, settings, order)
    return Recording(recorder, rows, sweep)


async def _discard(source: Source | None, text: str) -> None:
    name = parse_name(text)
    if source is not None and name is not None:
        for file in await source.files_of(name):
            await source.remove(file)
