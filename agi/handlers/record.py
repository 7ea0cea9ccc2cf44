"""`AGI(agi://host/record,linkedid=…[,queue=…][,agent=…][,dialled=…][,called])`: is this call recorded?

Sets RINGDESK_RECORDING (what to call the files; "" is not to record) and RINGDESK_ANNOUNCE (the sound to play before).
"""

from collections.abc import Mapping

from agi.request import Request
from screenpop.recordings.asking import Question, RecordingDesk, Start

NO = Start(name="")


async def record(request: Request, desk: RecordingDesk) -> Mapping[str, str]:
    """The channel variables that say whether and how."""
    options = request.options
    question = Question(
        linkedid=options.get("linkedid", "") or request.headers.get("agi_uniqueid", ""),
        channel=request.headers.get("agi_channel", ""),
        number=request.caller_number,
        queue=options.get("queue", ""),
        agent=options.get("agent", ""),
        dialled=options.get("dialled", ""),
        records_called="called" in options,
    )
    start = await desk.ask(question) or NO
    return {"RINGDESK_RECORDING": start.name, "RINGDESK_ANNOUNCE": start.announcement}
