"""A call's page: what it says of the conversation, and the comments on it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop.analysis.model import TOO_LITTLE_SPEECH, ScriptLine, TrackerHit
from screenpop.store.tables import call, call_text
from tests.web.admin.test_users import id_of
from tests.web.conftest import Client, SignIn
from tests.web.recorded import analysed, recorded, report
from tests.web.test_calls import log_call
from web.keys import Services

ANNA = "+49301234567"
COMMENTS = "/calls/c1/recordings/r1/comments"


@pytest.fixture
async def recorded_call(services: Services, tmp_path: Path) -> None:
    """A call of 101 with Anna, recorded and analysed."""
    await log_call(services, "c1", ANNA, name="Anna <b>")
    await recorded(services.store, tmp_path / "recordings", "c1", found=report(), with_sound=False)


async def page(client: Client, address: str = "/calls/c1") -> str:
    answer = await client.get(address)
    assert answer.status == 200
    return await answer.text()


def plain(text: str) -> str:
    """The words of a page, with single spaces between."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def section(text: str, id_: str) -> str:
    """The words of one panel."""
    start = text.index(f'id="{id_}"')
    return plain(text[text.index(">", start) + 1 : text.index("</section>", start)])


@pytest.mark.feature("ANAL-03", "CALL+13")
@pytest.mark.usefixtures("recorded_call")
async def test_page_tells_who_with_whom_and_what_was_said(sign_in: SignIn) -> None:
    text = await page(await sign_in("101"))
    for part in ("Anna &lt;b&gt;", "3:07", "Name of 101", "my delivery has not arrived", "Play from 0:03"):
        assert part in text, part
    assert "<b>" not in text


async def test_call_without_a_recording_says_so(sign_in: SignIn, services: Services) -> None:
    await log_call(services, "c1", ANNA)
    assert "This call was not recorded" in await page(await sign_in("101"))


@pytest.mark.feature(
    "ANAL-03",
    "ANAL+01",
    "ANAL+02",
    "ANAL+03",
    "ANAL+04",
    "ANAL+05",
    "ANAL+06",
    "ANAL+07",
    "ANAL+08",
    "ANAL+09",
    "ANAL+10",
    "ANAL+11",
    "ANAL+12",
)
@pytest.mark.usefixtures("recorded_call")
async def test_figures_of_both_sides_are_shown_and_explained(sign_in: SignIn, services: Services) -> None:
    async with services.store.begin() as tx:
        values = {"wait_seconds": 12.0, "hold_seconds": 65.0, "holds": 2, "ring_seconds": 5.0}
        await tx.execute(sa.update(call).values(values))
    text = await page(await sign_in("101"))
    shown = section(text, "figures")
    for words in (
        "Agent 62%", "38%", "Talk 0:11 0:06", "Longest turn 0:04 0:03", "Interrupted the other 1 0",
        "Patience 0.9 s 0.9 s", "First words 0.5 s 3.4 s", "Words a minute 150 150", "Questions 2 0",
        "Filler words 1 1", "Silence 29%", "Longest silence 0:05", "Both at once 2%", "Changes a minute 11.5",
        "Rang 0:05", "Waited 0:12", "On hold 1:05 (2×)", "Identified after 0.0 s",
    ):  # fmt: skip
        assert words in shown, words
    assert "The usual pause before this side answers the other (median)." in text
    assert "with care" not in shown


async def test_figures_of_a_short_conversation_are_marked(sign_in: SignIn, services: Services, tmp_path: Path) -> None:
    await log_call(services, "c1", ANNA)
    found = report(notes=(TOO_LITTLE_SPEECH,), speaker_changes_per_minute=None, sentiment=None)
    await recorded(services.store, tmp_path, "c1", found=found, with_sound=False)
    shown = section(await page(await sign_in("101")), "figures")
    assert ("with care" in shown, "Changes a minute" in shown, "Tone" in shown) == (True, False, False)


@pytest.mark.feature("ANAL-05", "ANAL+13", "ANAL+15", "ANAL+16", "ANAL+17")
@pytest.mark.usefixtures("recorded_call")
async def test_tone_words_heard_topics_and_next_steps_are_shown(sign_in: SignIn) -> None:
    text = await page(await sign_in("101"))
    assert "Tone good getting better" in section(text, "figures")
    assert "Customer: 0:05 bad, 0:12 neutral, 0:24 good. " in text
    heard, short = section(text, "trackers"), section(text, "summary")
    assert "0:06 Cancellation cancelling." in heard
    assert heard.count("Cancellation") == 1
    for words in ("delivery cancellation", "0:03 Hello, my delivery", "Next steps 0:20 I will call you back."):
        assert words in short, words


@pytest.mark.feature("ANAL+13")
async def test_what_had_to_be_said_is_listed_once(sign_in: SignIn, services: Services, tmp_path: Path) -> None:
    hello = TrackerHit(tracker_id="t1", name="Greeting", side="agent", start=1.0, end=2.0, text="Hello")
    asked = (
        ScriptLine(tracker_id="t1", name="Greeting", said_at=1.0),
        ScriptLine(tracker_id="t2", name="Consent", said_at=None),
    )
    await log_call(services, "c1", ANNA)
    await recorded(services.store, tmp_path, "c1", found=report(trackers=(hello,), script=asked), with_sound=False)
    text = await page(await sign_in("101"))
    assert section(text, "trackers") == "Words heard 1 0:01 Greeting Hello – Consent"
    assert (text.count('aria-label="Said"'), text.count('aria-label="Not said"')) == (1, 1)


@pytest.mark.feature("ANAL-03")
async def test_report_that_cannot_be_read_any_more_leaves_the_page(
    sign_in: SignIn, services: Services, tmp_path: Path
) -> None:
    await log_call(services, "c1", ANNA)
    await recorded(services.store, tmp_path, "c1", with_sound=False)
    await analysed(services.store, "c1", "r1", report())
    async with services.store.begin() as tx:
        await tx.execute(sa.text("UPDATE analysis SET report = '{\"old\": 1}'"))
    assert 'id="player"' in await page(await sign_in("101"))


# ---------------------------------------------------------------- comments


@pytest.mark.usefixtures("recorded_call")
async def test_comment_is_written_changed_and_found(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("101")
    text = await (await client.post(COMMENTS, data={"text": " Was <i>friendly</i> ", "at": "12.5"})).text()
    assert "Was &lt;i&gt;friendly&lt;/i&gt;" in text
    (comment,) = await services.comments.of("r1")
    assert (comment.text, comment.at_second) == ("Was <i>friendly</i>", 12.5)
    async with services.store.read() as tx:
        assert "friendly" in str(await tx.scalar(sa.select(call_text.c.text)))
    await client.post(f"{COMMENTS}/{comment.id}", data={"text": "Was rude"})
    assert [each.text for each in await services.comments.of("r1")] == ["Was rude"]
    await client.post(f"{COMMENTS}/{comment.id}/remove")
    assert await services.comments.of("r1") == []
    async with services.store.read() as tx:
        assert "rude" not in str(await tx.scalar(sa.select(call_text.c.text)))


@pytest.mark.usefixtures("recorded_call")
async def test_comment_of_somebody_else_is_read_and_left_alone(sign_in: SignIn, services: Services) -> None:
    await services.comments.add("c1", "r1", id_of(services, "sue"), 3.0, "Well done")
    client = await sign_in("101")
    text = await page(client)
    (comment,) = await services.comments.of("r1")
    assert ("Well done" in text, f"/comments/{comment.id}" in text) == (True, False)
    for act in ("", "/remove"):
        assert (await client.post(f"{COMMENTS}/{comment.id}{act}", data={"text": "x"})).status == 404
    assert [each.text for each in await services.comments.of("r1")] == ["Well done"]


@pytest.mark.usefixtures("recorded_call")
@pytest.mark.parametrize(
    ("login", "form", "status"),
    [
        ("101", {"text": "", "at": "1"}, 422),
        ("101", {"text": "x" * 2001, "at": "1"}, 422),
        ("101", {"text": "x", "at": "-1"}, 422),
        ("101", {"text": "x", "at": "nan"}, 422),
        ("101", {"text": "x", "at": "soon"}, 422),
        ("102", {"text": "x", "at": "1"}, 404),
    ],
)
async def test_comment_that_cannot_be_is_refused(
    sign_in: SignIn, services: Services, login: str, form: dict[str, str], status: int
) -> None:
    assert (await (await sign_in(login)).post(COMMENTS, data=form)).status == status
    assert await services.comments.of("r1") == []


@pytest.mark.usefixtures("recorded_call")
async def test_who_may_not_hear_neither_reads_nor_writes_comments(sign_in: SignIn, services: Services) -> None:
    await services.comments.add("c1", "r1", id_of(services, "sue"), 3.0, "Well done")
    await services.users.entitle(id_of(services, "101"), {"listen_own_recordings": False})
    client = await sign_in("101")
    assert "Well done" not in await page(client)
    assert (await client.post(COMMENTS, data={"text": "x", "at": "1"})).status == 403
