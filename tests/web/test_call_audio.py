"""The sound of a call: who hears it, in pieces, and that it is written down."""

from collections.abc import Collection
from pathlib import Path

import pytest

from screenpop.audit import AuditEntry
from tests.web.admin.test_users import id_of
from tests.web.conftest import Client, SignIn
from tests.web.recorded import recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+13")
SOUND, DOWNLOAD = "/calls/c1/audio/r1", "/calls/c1/audio/r1/download"


@pytest.fixture(autouse=True)
async def call(services: Services, tmp_path: Path) -> None:
    """A recorded call of 101."""
    await log_call(services, "c1", "+49301234567", name="Anna Älv")
    await recorded(services.store, tmp_path / "recordings", "c1", found=report())


async def audited(services: Services, ids: Collection[str] = ("r1",)) -> list[tuple[str, str]]:
    """Who did what, the first first; by login."""
    logins = {user.id: user.login for user in services.users.all()}
    entries: list[AuditEntry] = await services.listens.of(ids)
    return [(logins.get(entry.actor, entry.actor), entry.action) for entry in reversed(entries)]


async def entitle(services: Services, login: str, **rights: bool) -> None:
    await services.users.entitle(id_of(services, login), rights)


async def statuses(client: Client) -> tuple[int, int, int]:
    """The page, the sound, the download."""
    answers = [await client.get(address) for address in ("/calls/c1", SOUND, DOWNLOAD)]
    return answers[0].status, answers[1].status, answers[2].status


@pytest.mark.parametrize(
    ("login", "rights", "expected"),
    [
        ("101", {}, (200, 200, 403)),
        ("102", {}, (404, 404, 403)),
        ("sue", {}, (200, 200, 200)),
        ("admin", {}, (200, 200, 200)),
        ("101", {"listen_own_recordings": False}, (200, 403, 403)),
        ("101", {"download_recordings": True}, (200, 200, 200)),
        ("101", {"download_recordings": True, "listen_own_recordings": False}, (200, 403, 403)),
        ("102", {"listen_recordings": True, "download_recordings": True}, (404, 404, 404)),
        ("102", {"see_all_calls": True}, (200, 403, 403)),
        ("102", {"see_all_calls": True, "listen_recordings": True}, (200, 200, 403)),
        ("sue", {"listen_recordings": False}, (200, 403, 403)),
        ("sue", {"download_recordings": False}, (200, 200, 403)),
    ],
)
async def test_who_may_hear_and_take_it(
    sign_in: SignIn, services: Services, login: str, rights: dict[str, bool], expected: tuple[int, int, int]
) -> None:
    await entitle(services, login, **rights)
    assert await statuses(await sign_in(login)) == expected


async def test_who_may_not_hear_reads_no_word_of_it(sign_in: SignIn, services: Services) -> None:
    assert "my delivery has not arrived" in await (await (await sign_in("sue")).get("/calls/c1")).text()
    await entitle(services, "sue", listen_recordings=False)
    text = await (await (await sign_in("sue")).get("/calls/c1")).text()
    assert "You may not listen to this call" in text
    for words in ("delivery", "Cancellation", "data-peaks", SOUND):
        assert words not in text, words


async def test_sound_comes_in_the_ranges_that_are_asked_for(
    sign_in: SignIn, services: Services, tmp_path: Path
) -> None:
    whole = (tmp_path / "recordings" / "r1.opus").read_bytes()
    client = await sign_in("101")
    answer = await client.get(SOUND, headers={"Range": "bytes=100-199"})
    assert (answer.status, await answer.read()) == (206, whole[100:200])
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("audio/ogg", "private, no-store")
    assert (await client.get(SOUND, headers={"Range": f"bytes={len(whole)}-"})).status == 416
    assert await (await client.get(SOUND)).read() == whole


async def test_each_visit_of_a_listener_is_one_line_of_the_audit(sign_in: SignIn, services: Services) -> None:
    client, sue = await sign_in("101"), await sign_in("sue")
    for visit in ("one", "one", "two"):
        await client.get(f"{SOUND}?visit={visit}", headers={"Range": "bytes=0-99"})
    await client.head(f"{SOUND}?visit=three")
    await sue.get(f"{SOUND}?visit=one")
    await sue.get(DOWNLOAD)
    await sue.head(DOWNLOAD)
    assert await audited(services) == [("101", "listen"), ("101", "listen"), ("sue", "listen"), ("sue", "download")]


async def test_refused_listener_is_not_in_the_audit(sign_in: SignIn, services: Services) -> None:
    await (await sign_in("102")).get(SOUND)
    assert await audited(services) == []


async def test_supervisor_sees_who_listened_and_an_agent_does_not(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("101")
    await client.get(SOUND)
    assert "Listened to by" not in await (await client.get("/calls/c1")).text()
    text = await (await (await sign_in("sue")).get("/calls/c1")).text()
    assert "Name of 101" in text[text.index("Listened to by") :]


async def test_download_is_named_after_when_with_whom_and_who(sign_in: SignIn) -> None:
    answer = await (await sign_in("sue")).get(DOWNLOAD)
    assert answer.headers["Content-Disposition"] == ('attachment; filename="2026-03-07 14-32 +49301234567 101.opus"')


async def test_recording_of_another_call_is_not_reached_through_an_own_one(
    sign_in: SignIn, services: Services, tmp_path: Path
) -> None:
    await log_call(services, "c2", "+49302222222", ("102",))
    await recorded(services.store, tmp_path / "recordings", "c2", "r2")
    client = await sign_in("101")
    for address in ("/calls/c1/audio/r2", "/calls/c2/audio/r2", "/calls/c1/audio/r2/download", "/calls/c1?part=r2"):
        assert (await client.get(address)).status in (403, 404), address


async def test_nobody_who_is_not_signed_in_gets_a_byte(anonymous: Client) -> None:
    answer = await anonymous.get(SOUND, allow_redirects=False)
    assert (answer.status, answer.headers["Location"][:8]) == (303, "/sign-in")
