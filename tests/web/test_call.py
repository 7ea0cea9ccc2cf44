"""A call's page: who sees it, who hears it, and what it says."""

from pathlib import Path

import pytest

from tests.web.conftest import Client, SignIn
from tests.web.recorded import recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL-01")
ANNA = "+49301234567"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


async def page(client: Client, address: str = "/calls/c1") -> str:
    answer = await client.get(address)
    assert answer.status == 200
    return await answer.text()


async def test_page_tells_who_with_whom_and_what_was_said(sign_in: SignIn, services: Services, archive: Path) -> None:
    await log_call(services, "c1", ANNA, name="Anna <b>")
    await recorded(services.store, archive, "c1", found=report())
    text = await page(await sign_in("101"))
    for part in ("Anna &lt;b&gt;", "3:07", "Name of 101", "my delivery has not arrived", "Play from 0:03"):
        assert part in text, part
    assert "<b>" not in text


async def test_call_without_a_recording_says_so(sign_in: SignIn, services: Services) -> None:
    await log_call(services, "c1", ANNA)
    assert "This call was not recorded" in await page(await sign_in("101"))
