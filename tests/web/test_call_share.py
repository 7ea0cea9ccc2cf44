"""Links to a recording: made, followed, counted, ended."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.calls.hearing import may_hear
from screenpop.recordings.shares import Shares
from screenpop.store.tables import recording, share_link
from tests.web.admin.test_users import id_of
from tests.web.conftest import Client, SignIn
from tests.web.recorded import recorded, report
from tests.web.test_call_audio import audited
from tests.web.test_calls import log_call
from web.calls.shared import MOST
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+13")
SHARES = "/calls/c1/recordings/r1/shares"


@pytest.fixture(autouse=True)
async def call(services: Services, tmp_path: Path) -> None:
    """A recorded call of 101 with Anna."""
    await log_call(services, "c1", "+49301234567", name="Anna Älv")
    await recorded(services.store, tmp_path / "recordings", "c1", found=report())


@pytest.fixture
async def sue(sign_in: SignIn) -> Client:
    return await sign_in("sue")


async def link(client: Client, **form: str) -> str:
    """Make a link; its path."""
    text = await (await client.post(SHARES, data={"hours": "24"} | form)).text()
    found = re.search(r'value="http://[^/"]+(/shared/[^"]+)"', text)
    assert found, text
    return found[1]


async def test_link_is_heard_without_signing_in_and_tells_nothing_of_whom(sue: Client, anonymous: Client) -> None:
    path = await link(sue)
    answer = await anonymous.get(path)
    text = await answer.text()
    assert answer.status == 200
    for words in ("Anna", "Älv", "1234567", "Name of", "101", "delivery", "Cancellation", "c1"):
        assert words not in text.replace("/shared/", "").replace(path.rpartition("/")[2], ""), words
    assert ("0:26" in text, "7 March 2026" in text) == (True, True)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
    part = await anonymous.get(f"{path}/audio", headers={"Range": "bytes=0-9"})
    assert (part.status, len(await part.read()), part.headers["Content-Type"]) == (206, 10, "audio/ogg")


async def test_only_the_hash_of_a_token_is_kept(sue: Client, services: Services) -> None:
    token = (await link(sue)).rpartition("/")[2]
    async with services.store.read() as tx:
        row = (await tx.execute(sa.select(share_link))).one()
    assert token not in str(row)
    assert token not in await (await sue.get("/calls/c1")).text()


async def test_openings_are_counted_and_in_the_audit(sue: Client, anonymous: Client, services: Services) -> None:
    path = await link(sue)
    for _ in range(2):
        await anonymous.get(path)
    await anonymous.head(path)  # as programs do that show a preview of a link
    for _ in range(3):
        await anonymous.get(f"{path}/audio")
    (share,) = await services.shares.of(["r1"])
    assert share.opened == 2
    assert await audited(services) == [
        ("sue", "share"), ("link", "open_share"), ("link", "open_share"), ("link", "listen"),
    ]  # fmt: skip
    text = await (await sue.get("/calls/c1")).text()
    assert "opened 2 times" in text
    assert "Somebody with the link" in text


async def test_download_is_given_only_where_it_was_allowed(sue: Client, anonymous: Client, services: Services) -> None:
    plain, full = await link(sue), await link(sue, download="1")
    assert (await anonymous.get(f"{plain}/download")).status == 404
    answer = await anonymous.get(f"{full}/download")
    assert (answer.status, answer.headers["Content-Disposition"]) == (200, 'attachment; filename="2026-03-07.opus"')
    assert ("link", "download") in await audited(services)

    await services.users.entitle(id_of(services, "sue"), {"download_recordings": False})
    assert [(await anonymous.get(f"{full}{rest}")).status for rest in ("", "/download")] == [200, 404]


async def test_link_expires_and_says_so_kindly(sue: Client, anonymous: Client, services: Services) -> None:
    path = await link(sue, hours="1")
    hears = partial(may_hear, services.finder)
    later = Shares(services.store, services.users, hears, lambda: datetime.now(UTC) + timedelta(hours=1, seconds=1))
    assert await later.of(["r1"]) == []
    async with services.store.begin() as tx:
        await tx.execute(sa.update(share_link).values(expires_at=datetime.now(UTC)))
    answer = await anonymous.get(path)
    assert (answer.status, "This link is no longer good" in await answer.text()) == (410, True)
    assert (await anonymous.get(f"{path}/audio")).status == 404


async def test_link_is_ended_at_once(sue: Client, anonymous: Client, services: Services) -> None:
    path = await link(sue)
    (share,) = await services.shares.of(["r1"])
    text = await (await sue.post(f"{SHARES}/{share.id}/revoke")).text()
    assert "Links that are good now" not in text
    assert ((await anonymous.get(path)).status, (await anonymous.get(f"{path}/audio")).status) == (410, 404)
    assert (await sue.post(f"{SHARES}/{share.id}/revoke")).status == 404


async def test_link_ends_with_the_right_of_whoever_made_it(sue: Client, anonymous: Client, services: Services) -> None:
    path = await link(sue)
    await services.users.entitle(id_of(services, "sue"), {"share_recordings": False})
    assert (await anonymous.get(path)).status == 410
    await services.users.entitle(id_of(services, "sue"), {})
    assert (await anonymous.get(path)).status == 200
    await services.users.change(id_of(services, "sue"), active=False)
    assert (await anonymous.get(path)).status == 410


@pytest.mark.parametrize("right", ["listen_recordings", "see_all_calls"])
async def test_link_ends_when_whoever_made_it_may_not_hear_the_call_any_more(
    sue: Client, anonymous: Client, services: Services, right: str
) -> None:
    path = await link(sue, download="1")
    await services.users.entitle(id_of(services, "sue"), {right: False})
    assert [(await anonymous.get(path + rest)).status for rest in ("", "/audio", "/download")] == [410, 404, 404]
    assert await services.shares.of(["r1"]) == []


async def test_link_of_an_agent_to_an_own_call_lasts_as_long_as_he_may_hear_own_calls(
    sign_in: SignIn, anonymous: Client, services: Services
) -> None:
    await services.users.entitle(id_of(services, "101"), {"share_recordings": True})
    path = await link(await sign_in("101"))
    assert (await anonymous.get(path)).status == 200
    await services.users.entitle(id_of(services, "101"), {"share_recordings": True, "listen_own_recordings": False})
    assert (await anonymous.get(path)).status == 410


async def test_link_to_a_deleted_recording_is_gone(sue: Client, anonymous: Client, services: Services) -> None:
    path = await link(sue)
    async with services.store.begin() as tx:
        await tx.execute(sa.update(recording).values(state="deleted", key=""))
    assert (await anonymous.get(path)).status == 410


@pytest.mark.parametrize(
    ("login", "rights", "form", "status"),
    [
        ("101", {}, {}, 403),
        ("101", {"share_recordings": True}, {}, 200),
        ("101", {"share_recordings": True}, {"download": "1"}, 403),
        ("102", {"share_recordings": True}, {}, 404),
        ("sue", {"share_recordings": False}, {}, 403),
        ("sue", {"listen_recordings": False}, {}, 403),
        ("sue", {}, {"hours": "8760"}, 422),
        ("sue", {}, {"hours": "x"}, 422),
    ],
)
async def test_who_may_make_which_link(
    sign_in: SignIn, services: Services, login: str, rights: dict[str, bool], form: dict[str, str], status: int
) -> None:
    await services.users.entitle(id_of(services, login), rights)
    answer = await (await sign_in(login)).post(SHARES, data={"hours": "24"} | form)
    assert answer.status == status


async def test_token_that_never_was_leads_nowhere_and_knocking_is_limited(anonymous: Client) -> None:
    for _ in range(MOST):
        assert (await anonymous.get("/shared/nothing")).status == 404
    answer = await anonymous.get("/shared/nothing")
    assert (answer.status, "Too often" in await answer.text()) == (429, True)
