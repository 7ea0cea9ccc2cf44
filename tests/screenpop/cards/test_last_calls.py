"""The call before this one, as the card tells it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from screenpop.calls.log_store import LoggedCall
from screenpop.cards.last_calls import LoggedLastCalls

AT = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
TALKED = LoggedCall(
    id="1",
    direction="incoming",
    number="+49301234567",
    remote_raw="",
    remote_name="",
    customer_id="",
    customer_name="",
    to=("101",),
    line="+4930555100",
    queue="",
    agent="101",
    agent_name="Dev Sharma",
    started_at=AT,
    answered_at=AT,
    ended_at=AT,
    talk_seconds=60,
    result="answered",
    disposition="",
    notes=(),
)
GAVE_UP = replace(TALKED, id="2", answered_at=None, talk_seconds=0, result="abandoned")
NOWHERE = replace(GAVE_UP, id="3", result="failed", agent="", agent_name="", to=("999",), line="999")


class Log:
    """The call log, with these calls in it."""

    def __init__(self, *calls: LoggedCall) -> None:
        self.calls = calls

    async def recent(self, **_: object) -> list[LoggedCall]:
        return list(self.calls)


async def last_of(*calls: LoggedCall) -> tuple[str, str] | None:
    found = await LoggedLastCalls(Log(*calls)).last_call("", "+49301234567", "now")  # type: ignore[arg-type]
    return (found.id, found.agent_name) if found else None


@pytest.mark.parametrize(
    ("calls", "shown"),
    [
        ((TALKED,), ("1", "Dev Sharma")),
        ((GAVE_UP, TALKED), ("2", "")),
        ((NOWHERE, TALKED), ("1", "Dev Sharma")),
        ((NOWHERE,), None),
        ((replace(NOWHERE, queue="support"),), ("3", "")),
        ((replace(TALKED, id="now"), TALKED), ("1", "Dev Sharma")),
        ((replace(TALKED, direction="outgoing", answered_at=None, result="busy"),), ("1", "Dev Sharma")),
    ],
)
async def test_last_call_is_one_that_tells_something(
    calls: tuple[LoggedCall, ...], shown: tuple[str, str] | None
) -> None:
    assert await last_of(*calls) == shown
