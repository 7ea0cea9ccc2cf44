"""`AGI(agi://host/pause,linkedid=…)`: pause the recording of this call, or go on with it (a feature code).

Sets RINGDESK_PAUSED: 1 paused now, 0 goes on, "" where nothing is recorded or an agent did not ask.
"""

from collections.abc import Mapping

import structlog

from agi.request import Request
from screenpop.errors import PbxError
from screenpop.recordings.asking import RecordingDesk

log = structlog.get_logger(__name__)


async def pause(request: Request, desk: RecordingDesk) -> Mapping[str, str]:
    """The other state than before."""
    linkedid = request.options.get("linkedid", "") or request.headers.get("agi_uniqueid", "")
    try:
        paused = await desk.toggle_pause(linkedid, request.headers.get("agi_channel", ""))
    except PbxError as error:
        log.warning("a recording could not be paused", reason=str(error))
        paused = None
    return {"RINGDESK_PAUSED": "" if paused is None else str(int(paused))}
