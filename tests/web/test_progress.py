"""Open panels hear how a recording and its analysis go on, and only those who see the call."""

import asyncio

import pytest

from screenpop.core import Core
from screenpop.facts import AnalysisChanged, RecordingChanged
from screenpop.notifications.progress import MOST
from tests.until import until
from tests.web.conftest import SignIn
from tests.web.live import Panel
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL-01")


def running(progress: float, call: str = "c1") -> AnalysisChanged:
    return AnalysisChanged(call_id=call, recording_id=f"r-{call}", state="running", progress=progress)


async def test_those_who_see_the_call_hear_how_it_goes_on(sign_in: SignIn, services: Services, core: Core) -> None:
    await log_call(services, "c1", "+49301234567")
    mine, theirs, sue = [await Panel.open(await sign_in(login)) for login in ("101", "102", "sue")]
    for progress in (0.1, 0.4567):
        services.bus.publish(running(progress))
    services.bus.publish(RecordingChanged(call_id="c1", recording_id="r-c1", state="stored"))
    services.bus.publish(running(0.5, "unknown"))
    await core.progress.tell()
    await until(lambda: mine.of("recording") and sue.of("recording"))
    told = [{"call_id": "c1", "recording_id": "r-c1", "state": "running", "progress": 0.457}]
    assert (mine.of("analysis"), sue.of("analysis")) == (told, told)
    await theirs.client.get("/api/pops")
    assert (theirs.of("analysis"), theirs.of("recording")) == ([], [])
    for panel in (mine, theirs, sue):
        await panel.close()


async def test_it_is_told_by_itself_and_a_flood_is_bounded(sign_in: SignIn, services: Services, core: Core) -> None:
    await log_call(services, "last", "+49301234567")
    panel = await Panel.open(await sign_in("sue"))
    telling = asyncio.create_task(core.progress.run())
    for number in range(MOST + 50):
        services.bus.publish(running(0.5, f"gone{number}"))
    services.bus.publish(running(0.9, "last"))
    await until(lambda: panel.of("analysis"))
    assert [each["call_id"] for each in panel.of("analysis")] == ["last"]
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await panel.close()
