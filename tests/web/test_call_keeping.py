"""Recordings held and deleted from the call's page, and its states when there is nothing to hear or read."""

from pathlib import Path
from typing import Any

import pytest

from ari_app.recording.collect import NEVER_CAME
from screenpop.analysis.model import NO_TRANSCRIPT, TOO_LITTLE_SPEECH
from screenpop.errors import RingdeskError
from screenpop.problems import kept
from tests.web.conftest import Client, SignIn
from tests.web.recorded import analysed, asked, recorded, report
from tests.web.test_call_audio import audited
from tests.web.test_calls import log_call
from web.formats import problem
from web.i18n import use
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+13")
AT = "/calls/c1/recordings/r1"


@pytest.fixture(autouse=True)
async def call(services: Services, tmp_path: Path) -> None:
    """A recorded call of 101."""
    await log_call(services, "c1", "+49301234567")
    await recorded(services.store, tmp_path / "recordings", "c1")


async def text_of(client: Client) -> str:
    return await (await client.get("/calls/c1")).text()


async def test_deleted_recording_says_who_when_and_why(sign_in: SignIn, services: Services, tmp_path: Path) -> None:
    await analysed(services.store, "c1", "r1", report())
    admin = await sign_in("admin")
    assert (await admin.post(f"{AT}/delete", data={"why": "The customer <b>asked"})).status == 200
    for client in (admin, await sign_in("101")):
        text = await text_of(client)
        for words in ("The recording was deleted", "Name of admin", "The customer &lt;b&gt;asked"):
            assert words in text, words
        assert "my delivery has not arrived" not in text
        assert (await client.get("/calls/c1/audio/r1")).status == 404
    assert not (tmp_path / "recordings" / "r1.opus").exists()


async def test_held_recording_shows_the_hold_and_stays(sign_in: SignIn, services: Services) -> None:
    admin = await sign_in("admin")
    await admin.post(f"{AT}/hold", data={"why": "A dispute"})
    text = await text_of(admin)
    assert ("A dispute" in text, "Let go of the hold" in text, "Delete for ever" in text) == (True, True, False)
    assert (await admin.post(f"{AT}/delete", data={"why": "x"})).status == 409
    await admin.post(f"{AT}/let-go")
    assert "A dispute" not in await text_of(admin)
    assert (await admin.post(f"{AT}/delete", data={"why": ""})).status == 422
    assert (await services.recordings.get("r1")).is_stored


@pytest.mark.parametrize(("login", "allowed"), [("101", set()), ("sue", {"analyse"})])
async def test_who_may_not_keep_recordings_is_not_offered_it_and_is_refused(
    sign_in: SignIn, login: str, allowed: set[str]
) -> None:
    client = await sign_in(login)
    text = await text_of(client)
    for act in ("hold", "let-go", "delete", "analyse"):
        assert (f'action="{AT}/{act}"' in text) == (act in allowed), act
        if act not in allowed:
            assert (await client.post(f"{AT}/{act}", data={"why": "x"})).status == 403


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        ("recording", {}, "Being recorded now"),
        ("waiting", {}, "Being collected"),
        ("failed", {"problem": "The file ends in the middle."}, "The file ends in the middle."),
        ("missing", {"problem": "The file never came."}, "The file never came."),
    ],
)
async def test_recording_that_cannot_be_heard_says_why(
    sign_in: SignIn, services: Services, state: str, columns: dict[str, Any], words: str, tmp_path: Path
) -> None:
    await log_call(services, "c2", "+49301234568")
    await recorded(services.store, tmp_path, "c2", "r2", with_sound=False, state=state, key="", **columns)
    client = await sign_in("101")
    assert words in await (await client.get("/calls/c2")).text()
    assert (await client.get("/calls/c2/audio/r2")).status == 404
    assert await audited(services, ("r2",)) == []


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        ("waiting", {}, "Waiting to be analysed"),
        ("running", {"progress": 0.4}, "40 %"),
        ("failed", {"problem": "The engine is away."}, "The engine is away."),
    ],
)
async def test_analysis_on_its_way_is_shown(
    sign_in: SignIn, services: Services, state: str, columns: dict[str, Any], words: str
) -> None:
    await asked(services.store, "c1", "r1", state, **columns)
    assert words in await text_of(await sign_in("sue"))


@pytest.mark.parametrize(
    ("note", "words"), [(TOO_LITTLE_SPEECH, "Too little speech"), (NO_TRANSCRIPT, "No engine for transcripts")]
)
async def test_analysis_without_a_transcript_says_why(
    sign_in: SignIn, services: Services, note: str, words: str
) -> None:
    await analysed(services.store, "c1", "r1", report(transcript=(), notes=(note,)))
    assert words in await text_of(await sign_in("101"))


async def test_analysis_that_failed_is_ordered_again(sign_in: SignIn, services: Services) -> None:
    await asked(services.store, "c1", "r1", "failed", problem="The engine is away.", tries=3)
    sue = await sign_in("sue")
    assert f'action="{AT}/analyse"' in await text_of(sue)
    assert (await sue.post(f"{AT}/analyse")).status == 200
    (standing,) = await services.analyses.of_call("c1")
    assert standing.state == "waiting"


async def test_parts_of_a_recording_are_shown_one_by_one(sign_in: SignIn, services: Services, tmp_path: Path) -> None:
    await recorded(services.store, tmp_path / "recordings", "c1", "r0", agent="102", found=report())
    client = await sign_in("101")
    assert "my delivery has not arrived" in await text_of(client)
    other = await (await client.get("/calls/c1?part=r1")).text()
    assert ("my delivery has not arrived" in other, "/audio/r1?visit=" in other) == (False, True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Die Telefonanlage hat die Dateien rd-1 nie geschrieben."),
        ("fa", "مرکز تلفن فایل‌های rd-1 را هرگز ننوشت."),
        ("en", "The PBX never wrote the files rd-1."),
    ],
)
def test_problem_is_told_in_the_reader_s_language(language: str, words: str) -> None:
    with use(language):
        assert problem(kept(RingdeskError(NEVER_CAME, names="rd-1"))) == words
        assert problem("The worker ended.") == "The worker ended."
