"""Trackers in the panel: the list, the form with its preview, and who may change them."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from screenpop.analysis.tracker_defaults import DEFAULTS
from screenpop.facts import TrackerHeard
from screenpop.store.tables import analysis, recording, transcript
from tests.until import until
from tests.web.admin.test_users import id_of
from tests.web.conftest import Client, SignIn
from tests.web.live import Panel
from web.keys import Services

pytestmark = pytest.mark.feature("ANAL+13")
FORM = {"name": "Weather", "kind": "words", "side": "", "phrases": "rain*\nsunny day", "active": "1", "within_s": ""}


async def text_of(client: Client, address: str = "/admin/trackers") -> str:
    return await (await client.get(address)).text()


async def test_shipped_trackers_are_listed_and_one_is_in_the_form(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    page = await text_of(client)
    for each in DEFAULTS:
        assert f">{each.name}</a>" in page
    form = await text_of(client, f"/admin/trackers?id={services.trackers.all()[2].id}")
    assert 'value="Cancellation"' in form
    assert "kündig*" in form


async def test_a_tracker_is_made_changed_and_removed(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    answer = await client.post("/admin/trackers", data=FORM | {"alert": "1", "within_s": "20", "side": "agent"})
    assert str(answer.url).endswith("/admin/trackers?changed=1")
    made = services.trackers.all()[-1]
    assert (made.name, made.phrases, made.within_s, made.alert, made.side) == (
        "Weather", ("rain*", "sunny day"), 20, True, "agent",
    )  # fmt: skip
    without = {name: value for name, value in FORM.items() if name != "active"}
    await client.post("/admin/trackers", data=without | {"id": made.id})
    assert not services.trackers.get(made.id).active
    assert "It was heard in no call" in await text_of(client, f"/admin/trackers/{made.id}/remove")
    await client.post(f"/admin/trackers/{made.id}/remove")
    assert made.id not in {each.id for each in services.trackers.all()}


async def test_what_is_wrong_stands_beside_its_field_and_the_form_keeps_what_was_typed(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    for wrong, words in (
        ({"phrases": ""}, "Write at least one word or phrase."),
        ({"name": "Greeting"}, "There is a tracker of this name already."),
        ({"within_s": "soon"}, "Write 0 to 3600 seconds."),
        ({"kind": "x"}, "Choose what the tracker is for."),
    ):
        answer = await client.post("/admin/trackers", data=FORM | wrong)
        page = await answer.text()
        assert answer.status in (409, 422)
        assert words in page
        assert "sunny day" in page or "phrases" in wrong


@pytest.mark.parametrize("text", ["Tomorrow it rains, a sunny day after", "<b>rain</b>"])
async def test_phrases_are_tried_on_a_text_and_nothing_is_kept(sign_in: SignIn, services: Services, text: str) -> None:
    client = await sign_in("admin")
    page = await (await client.post("/admin/trackers/try", data=FORM | {"text": text})).text()
    marks = re.findall(r"<mark>(.*?)</mark>", page)
    assert marks == (["rains,", "sunny day"] if "sunny" in text else ["&lt;b&gt;rain&lt;/b&gt;"])
    assert "<b>rain" not in page
    assert "Weather" not in {each.name for each in services.trackers.all()}


async def test_a_phrase_that_cannot_be_read_is_told_as_it_is_tried(sign_in: SignIn) -> None:
    answer = await (await sign_in("admin")).post("/admin/trackers/try", data=FORM | {"phrases": "...", "text": "x"})
    assert (answer.status, "A phrase needs at least one word" in await answer.text()) == (422, True)


async def test_what_may_not_be_kept_is_not_tried(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    for phrases, words in (("\n".join(f"w{n}" for n in range(201)), "at most 200 phrases"), ("a" * 201, "200 letters")):
        answer = await client.post("/admin/trackers/try", data=FORM | {"phrases": phrases, "text": "w1"})
        assert (answer.status, words in await answer.text()) == (422, True)


async def test_the_list_is_put_into_another_order(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    first, second = services.trackers.all()[:2]
    await client.post(f"/admin/trackers/{second.id}/move", data={"by": "-1"})
    assert [each.id for each in services.trackers.all()[:2]] == [second.id, first.id]
    assert (await client.post("/admin/trackers/gone/move", data={"by": "1"})).status == 404


async def test_a_change_is_applied_to_the_transcripts_of_the_past_month(sign_in: SignIn, services: Services) -> None:
    now = datetime.now(UTC)
    async with services.store.begin() as tx:
        rec = {"id": "r1", "call_id": "c1", "state": "stored", "name": "r1", "started_at": now, "seconds": 9.0}
        await tx.execute(sa.insert(recording).values(rec))
        order = {"recording_id": "r1", "call_id": "c1", "state": "done", "asked_at": now, "report": {}}
        await tx.execute(sa.insert(analysis).values(order))
        words = {"recording_id": "r1", "call_id": "c1", "segments": [], "created_at": now}
        await tx.execute(sa.insert(transcript).values(words))
    client = await sign_in("admin")
    assert "Apply to the calls of the last 30 days" in await text_of(client, "/admin/trackers?changed=1")
    page = await (await client.post("/admin/trackers/apply")).text()
    assert "The transcript of 1 call is searched again." in page
    async with services.store.read() as tx:
        assert await tx.scalar(sa.select(analysis.c.state)) == "waiting"


@pytest.mark.parametrize("login", ["101", "sue"])
async def test_only_admins_keep_trackers(sign_in: SignIn, services: Services, login: str) -> None:
    client = await sign_in(login)
    one = services.trackers.all()[0]
    assert (await client.get("/admin/trackers")).status == 403
    for address in ("", "/try", "/apply", f"/{one.id}/move", f"/{one.id}/remove"):
        assert (await client.post(f"/admin/trackers{address}", data=FORM)).status == 403
    assert services.trackers.all()[0] == one


# ---------------------------------------------------------------- alerts


async def test_words_with_an_alert_are_told_to_those_who_review_and_lead_to_their_second(
    sign_in: SignIn, services: Services
) -> None:
    supervisor, deaf, agent = [await Panel.open(await sign_in(login)) for login in ("sue", "admin", "101")]
    await services.users.entitle(id_of(services, "admin"), {"listen_recordings": False})
    fact = TrackerHeard(call_id="c1/x", tracker="Cancellation", at_second=65.25, text="cancel it")
    for _ in range(2):
        services.bus.publish(fact)
    services.bus.publish(TrackerHeard(call_id="c1/x", tracker="Complaint", at_second=70.0, text="useless"))
    await until(lambda: len(supervisor.of("notice")) == 2)
    first = supervisor.of("notice")[0]
    assert (first["title"], first["text"], first["url"]) == ("Cancellation", "“cancel it”", "/calls/c1%2Fx?t=65.2")
    for panel in (deaf, agent):
        await panel.client.get("/api/pops")
        assert panel.of("notice") == []
    for panel in (supervisor, deaf, agent):
        await panel.close()
