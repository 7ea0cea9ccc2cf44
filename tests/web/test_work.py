"""What people write on a call: the part of the call's page, and the list of follow-ups."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallHeld,
    CallMerged,
    CallRang,
    CallStarted,
    CallUnheld,
    CallView,
    Party,
)
from tests.web.conftest import Client, SignIn
from tests.web.test_calls import log_call
from web.calls.work import soon
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+12")
ANNA = "+49301234567"


@pytest.fixture
async def house(services: Services) -> Services:
    """Two calls: `mine` rang at 101, `theirs` at 102."""
    await log_call(services, "mine", ANNA, ("101",), "missed", "Anna")
    await log_call(services, "theirs", ANNA, ("102",), "missed", "Anna")
    return services


async def text_of(client: Client, address: str) -> str:
    return await (await client.get(address)).text()


def checked(text: str) -> list[str]:
    return re.findall(r'name="disposition" value="([^"]*)" checked', text)


# ---------------------------------------------------------------- note, result, tags


async def test_note_and_result_are_written_and_shown(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    answer = await client.post("/calls/mine/note", data={"note": "Wants <a> quote", "disposition": "call_back"})
    page = await answer.text()
    assert (answer.status, checked(page), "Wants &lt;a&gt; quote</textarea>" in page) == (200, ["call_back"], True)
    call = await house.calls.get("mine")
    assert (call.disposition, [note.text for note in call.notes]) == ("call_back", ["Wants <a> quote"])
    assert "Wants &lt;a&gt; quote" in await text_of(await sign_in("sue"), "/calls/mine/work")


@pytest.mark.feature("CALL+08")
async def test_what_is_written_on_a_call_that_was_merged_meanwhile_is_kept(sign_in: SignIn, house: Services) -> None:
    """The page of the consultation stays open while it becomes a transfer."""
    client = await sign_in("101")
    kept = CallView(
        id="theirs", direction="incoming", caller=Party(ANNA), to=("101",), remote=Party(ANNA), started_at=1_000.0
    )
    house.bus.publish(CallMerged(call=kept, at=1_060.0, gone="mine"))
    await house.calls.flush()

    assert (await client.post("/calls/mine/note", data={"note": "Wants a quote"})).status == 200
    call = await house.calls.get("theirs")
    assert [note.text for note in call.notes] == ["Wants a quote"]


async def test_result_outside_the_list_and_a_note_too_long_are_refused(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    for data, words in (({"disposition": "sold"}, "one of the results"), ({"note": "x" * 10_001}, "10,000 characters")):
        answer = await client.post("/calls/mine/note", data=data)
        assert (answer.status, words in await answer.text()) == (422, True)
    call = await house.calls.get("mine")
    assert (call.disposition, call.notes) == ("", ())


async def test_the_lists_own_words_are_offered_here_and_on_the_card(sign_in: SignIn, house: Services) -> None:
    await house.work.dispositions.put(["done", "Sold"], "u1")
    client = await sign_in("101")
    assert re.findall(r'name="disposition" value="([^"]+)"', await text_of(client, "/calls/mine/work")) == [
        "done",
        "Sold",
    ]
    assert (await client.post("/calls/mine/note", data={"disposition": "Sold"})).status == 200


async def test_tags_are_added_offered_and_taken_off(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    await client.post("/calls/mine/tags", data={"tag": "roof"})
    assert (await house.calls.get("mine")).tags == ("roof",)
    await house.work.add_tag("theirs", "VIP", "u1")
    page = await text_of(client, "/calls/mine/work")
    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["VIP"]
    await client.post("/calls/mine/tags/remove", data={"tag": "roof"})
    assert (await house.calls.get("mine")).tags == ()
    refused = await client.post("/calls/mine/tags", data={"tag": "x" * 41})
    assert (refused.status, "at most 40" in await refused.text()) == (422, True)


# ---------------------------------------------------------------- follow-ups


async def test_follow_up_is_set_in_the_readers_zone_and_done(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    user = house.users.by_login("101")
    assert user
    at = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(days=2)
    answer = await client.post("/calls/mine/follow-up", data={"at": at.isoformat(), "user": user.id})
    assert answer.status == 200
    call = await house.calls.get("mine")
    assert (call.follow_up_at, call.follow_up_user) == (at, user.id)
    await client.post("/calls/mine/follow-up/done")
    assert (await house.calls.get("mine")).follow_up_done_at is not None
    await client.post("/calls/mine/follow-up/open")
    await client.post("/calls/mine/follow-up/remove")
    assert (await house.calls.get("mine")).follow_up_at is None


@pytest.mark.parametrize("at", ["", "tomorrow", "2001-01-01T10:00", "9" * 300, "9999-12-31T23:59"])
async def test_follow_up_without_a_time_is_refused(sign_in: SignIn, house: Services, at: str) -> None:
    client = await sign_in("101")
    answer = await client.post("/calls/mine/follow-up", data={"at": at})
    assert (answer.status, 'id="work-at-d"' in await answer.text()) == (422, True)
    assert (await house.calls.get("mine")).follow_up_at is None


async def test_an_agent_gives_a_follow_up_to_nobody_else(sign_in: SignIn, house: Services) -> None:
    other = house.users.by_login("102")
    assert other
    data = {"at": (datetime.now(UTC) + timedelta(days=1)).isoformat(), "user": other.id}
    assert (await (await sign_in("101")).post("/calls/mine/follow-up", data=data)).status == 404
    assert (await (await sign_in("sue")).post("/calls/mine/follow-up", data=data)).status == 200
    assert "Anna" in await text_of(await sign_in("102"), "/calls/follow-ups")


async def test_follow_ups_are_listed_counted_and_seen_to(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    assert "Nothing to follow up" in await text_of(client, "/calls/follow-ups")
    await house.work.follow_up("mine", datetime.now(UTC) - timedelta(minutes=1), "", "u1")
    await house.work.follow_up("theirs", datetime.now(UTC) - timedelta(minutes=1), "", "u1")
    assert await (await client.get("/api/follow-ups")).json() == {"due": 1}
    assert await (await (await sign_in("sue")).get("/api/follow-ups")).json() == {"due": 2}
    page = await text_of(client, "/calls/follow-ups")
    assert ("Overdue" in page, "/calls/mine" in page, "/calls/theirs" in page) == (True, True, False)
    assert "Nothing to follow up" in await (await client.post("/calls/follow-ups/mine/done")).text()
    assert "/calls/mine" in await text_of(client, "/calls/follow-ups?show=done")
    assert (await client.post("/calls/follow-ups/theirs/done")).status == 404
    assert await (await client.get("/api/follow-ups")).json() == {"due": 0}


def test_offered_times_are_a_quarter_tomorrow_and_in_a_week() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 28, 22, 10, tzinfo=UTC)
    assert [at.isoformat() for at in soon(now, berlin)] == [
        "2026-03-29T00:15:00+01:00",
        "2026-03-29T09:00:00+02:00",
        "2026-04-04T09:00:00+02:00",
    ]


# ---------------------------------------------------------------- rights, and a browser without scripts


@pytest.mark.parametrize(
    "act", ["note", "tags", "tags/remove", "follow-up", "follow-up/remove", "follow-up/done", "follow-up/open"]
)
async def test_an_agent_writes_on_own_calls_only(sign_in: SignIn, house: Services, act: str) -> None:
    client = await sign_in("101")
    data = {"note": "x", "tag": "x", "at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    assert (await client.post(f"/calls/theirs/{act}", data=data)).status == 404
    assert (await client.get("/calls/theirs/work")).status == 404
    call = await house.calls.get("theirs")
    assert (call.notes, call.tags, call.follow_up_at) == ((), (), None)


async def test_a_browser_without_scripts_comes_back_to_the_call(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("101")
    answer = await client.post(
        "/calls/mine/tags", data={"tag": "roof"}, headers={"Sec-Fetch-Dest": "document"}, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/calls/mine#work")


# ---------------------------------------------------------------- the story on the call's page


@pytest.mark.feature("CALL-31")
async def test_the_calls_page_tells_its_story(sign_in: SignIn, services: Services) -> None:
    party = Party(ANNA, "Anna <b>")
    ringing = CallView(
        id="c1", direction="incoming", caller=party, to=("101",), remote=party, queue="", started_at=1000.0
    )
    talking = CallView(
        id="c1", direction="incoming", caller=party, to=("101", "102"), remote=party, started_at=1000.0,
        answered_at=1015.0, answered_by="101",
    )  # fmt: skip
    for fact in (
        CallStarted(call=ringing, at=1000),
        CallRang(call=ringing, at=1001, agent="102"),
        CallRang(call=ringing, at=1002, agent="101"),
        CallAnswered(call=talking, at=1015, agent="101"),
        CallHeld(call=talking, at=1030, agent="101"),
        CallUnheld(call=talking, at=1041, agent="101"),
        CallEnded(call=talking, at=1100, result="answered", cause=16),
    ):
        services.bus.publish(fact)
    await services.calls.flush()
    page = await text_of(await sign_in("101"), "/calls/c1")
    (story,) = re.findall(r'<ol class="story">(.*?)</ol>', page, re.DOTALL)
    told = [" ".join(re.sub(r"<[^>]+>", " ", step).split()) for step in re.findall(r"<li.*?</li>", story, re.DOTALL)]
    assert told == [
        "0:00 The call came in",
        "0:01 Rang at Name of 102 1:39",
        "0:15 Name of 101 answered after 0:13",
        "0:30 Name of 101 put the call on hold 0:11",
        "1:40 The call ended",
    ]
    assert 'id="work"' in page


# ---------------------------------------------------------------- the admin's list


async def test_admin_writes_the_list_in_the_readers_words(sign_in: SignIn, house: Services) -> None:
    client = await sign_in("admin")
    page = await text_of(client, "/admin/results")
    assert "Done\nCall back\nPassed on\nWrong number</textarea>" in page
    saved = await client.post("/admin/results", data={"list": "call back\r\nSold\r\n\r\nSold"})
    assert (saved.status, house.work.dispositions.all()) == (200, ("call_back", "Sold"))
    refused = await client.post("/admin/results", data={"list": "  "})
    assert (refused.status, "at least one" in await refused.text()) == (422, True)
    assert (await (await sign_in("sue")).get("/admin/results")).status == 403
