"""Recordings in the panel: which calls are recorded, how long they are kept, what went wrong; pausing from the card."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from screenpop.errors import PbxRefused
from screenpop.facts import CallAnswered, CallRang, CallView, Party, RecordingChanged
from screenpop.recordings.policy import Policy, Rule
from screenpop.recordings.retention import KeepRule, Retention
from screenpop.store.tables import audit, call, recording
from tests.until import until
from tests.web.conftest import Client, SignIn
from web.keys import Services

NOW = datetime.now(UTC).replace(microsecond=0)
pytestmark = pytest.mark.feature("CALL-32")


class Recorder:
    """A PBX that pauses; 101 talks in the call c1."""

    def __init__(self) -> None:
        self.paused: list[tuple[str, bool]] = []

    def talkers(self, call_id: str) -> Sequence[str]:
        return ("101",) if call_id == "c1" else ()

    async def record(self, call_id: str, name: str) -> None:
        raise PbxRefused("Not here.")

    async def pause_recording(self, call_id: str, paused: bool) -> None:
        if call_id != "c1":
            raise PbxRefused("This call is not recorded.")
        self.paused.append((call_id, paused))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def services(services: Services, recorder: Recorder) -> Services:
    return dataclasses.replace(services, recorder=recorder)


@pytest.fixture
async def admin(sign_in: SignIn) -> Client:
    return await sign_in("admin")


async def kept(services: Services, id_: str, **values: Any) -> None:
    """A row of a recording, and of its call."""
    row = {"id": id_, "call_id": id_, "state": "stored", "name": f"rd-{id_}-1c", "started_at": NOW, "key": f"k/{id_}"}
    async with services.store.begin() as tx:
        started = values.get("started_at", NOW)
        await tx.execute(sa.insert(call).values(id=id_, direction="incoming", started_at=started, queue="support"))
        await tx.execute(sa.insert(recording).values(row | values))


async def test_rule_is_added_changed_moved_and_removed(admin: Client, services: Services) -> None:
    await admin.post("/admin/recordings/rules", data={"record": "1", "queues": "support, sales", "agents": "101"})
    await admin.post("/admin/recordings/rules", data={"direction": "internal", "lines": "030 1234567"})
    first = Rule(record=True, queues=("support", "sales"), agents=("101",))
    second = Rule(record=False, direction="internal", lines=("+49301234567",))
    assert services.recording_settings.policy.rules == (first, second)
    await admin.post("/admin/recordings/rules/1/move", data={"by": "-1"})
    assert services.recording_settings.policy.rules == (second, first)
    changed = {"rule": "1", "record": "1", "queues": "support", "announcement": "custom/recorded", "consented": "1"}
    await admin.post("/admin/recordings/rules", data=changed)
    wanted = Rule(record=True, queues=("support",), announcement="custom/recorded", consented=True)
    assert services.recording_settings.policy.rules == (second, wanted)
    await admin.post("/admin/recordings/rules/rest", data={"starts": "ringdesk", "otherwise": "1"})
    assert services.recording_settings.policy == Policy(starts="ringdesk", rules=(second, wanted), otherwise=True)
    text = await (await admin.get("/admin/recordings/rules?rule=1")).text()
    assert 'value="custom/recorded"' in text
    await admin.post("/admin/recordings/rules/0/remove")
    assert services.recording_settings.policy.rules == (wanted,)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/admin/recordings/rules", {"announcement": "a&b"}, 422),
        ("/admin/recordings/rules", {"announcement": "../../etc/x"}, 422),
        ("/admin/recordings/rules", {"direction": "sideways"}, 422),
        ("/admin/recordings/rules", {"rule": "7"}, 404),
        ("/admin/recordings/rules/rest", {"starts": "dialplan", "announcement": "$(x)"}, 422),
        ("/admin/recordings/keep", {"days": "soon"}, 422),
        ("/admin/recordings/keep", {"days": "99999"}, 422),
        ("/admin/recordings/keep/rest", {"days": "-1"}, 422),
    ],
)
async def test_rule_that_cannot_be_is_refused(
    admin: Client, services: Services, path: str, data: Any, status: int
) -> None:
    assert (await admin.post(path, data=data)).status == status
    assert (services.recording_settings.policy, services.recording_settings.retention) == (Policy(), Retention())


async def test_rules_of_keeping_show_what_goes_when(admin: Client, services: Services) -> None:
    await kept(services, "old", started_at=NOW - timedelta(days=85), size=2_000_000)
    await kept(services, "held", started_at=NOW - timedelta(days=89), held=True)
    await kept(services, "new")
    await admin.post("/admin/recordings/keep", data={"days": "90", "queues": "support"})
    await admin.post("/admin/recordings/keep/rest", data={"days": "0"})
    assert services.recording_settings.retention == Retention(rules=(KeepRule(days=90, queues=("support",)),))
    text = await (await admin.get("/admin/recordings/keep")).text()
    assert "/calls/old" in text
    assert "/calls/held" not in text
    assert "/calls/new" not in text
    assert "1 recording" in text


async def test_rule_that_lets_recordings_go_at_once_is_kept_only_when_that_is_agreed_to(
    admin: Client, services: Services
) -> None:
    def retention() -> Retention:
        return services.recording_settings.retention

    for name, days in (("old", 85), ("older", 90), ("new", 1)):
        await kept(services, name, started_at=NOW - timedelta(days=days))
    await kept(services, "held", started_at=NOW - timedelta(days=89), held=True)
    asked = await admin.post("/admin/recordings/keep", data={"days": "20"})
    text = await asked.text()
    assert (asked.status, retention()) == (409, Retention())
    assert "Save, and let 2 recordings go" in text
    assert '<input type="hidden" name="days" value="20">' in text
    assert (await admin.post("/admin/recordings/keep", data={"days": "20", "agreed": "1"})).status == 409
    await admin.post("/admin/recordings/keep", data={"days": "20", "agreed": "2"})
    assert retention() == Retention(rules=(KeepRule(days=20),))
    await admin.post("/admin/recordings/keep", data={"days": "0", "rule": "0"})
    assert retention() == Retention(rules=(KeepRule(days=0),))
    await admin.post("/admin/recordings/keep/rest", data={"days": "20"})
    assert retention() == Retention(rules=(KeepRule(days=0),), otherwise=20)
    asked = await admin.post("/admin/recordings/keep/0/remove")
    assert (asked.status, len(retention().rules)) == (409, 1)
    assert "let 2 recordings go" in await asked.text()
    await admin.post("/admin/recordings/keep/0/remove", data={"agreed": "2"})
    assert retention() == Retention(otherwise=20)
    await admin.post("/admin/recordings/keep", data={"days": "19"})
    assert retention() == Retention(rules=(KeepRule(days=19),), otherwise=20)


async def test_problems_are_shown_tried_again_and_given_up_with_a_reason(admin: Client, services: Services) -> None:
    await kept(services, "bad", state="failed", key="", problem="x-in.wav cannot be read: Permission denied")
    await kept(services, "gone", state="missing", key="", problem="The PBX never wrote <b>.")
    text = await (await admin.get("/admin/recordings")).text()
    assert "Permission denied" in text
    assert "The PBX never wrote &lt;b&gt;." in text
    await admin.post("/admin/recordings/bad/try")
    assert (await services.recordings.get("bad")).state == "waiting"
    assert (await admin.post("/admin/recordings/gone/delete", data={"why": " "})).status == 422
    await admin.post("/admin/recordings/gone/delete", data={"why": "never came"})
    buried = await services.recordings.get("gone")
    assert (buried.state, buried.deleted_why, buried.deleted_at is not None) == ("deleted", "never came", True)
    async with services.store.read() as tx:
        written = (await tx.execute(sa.select(audit.c.action, audit.c.object_id))).all()
    assert ("delete", "gone") in [tuple(row) for row in written]


async def test_rules_are_the_admins_alone(sign_in: SignIn) -> None:
    for login in ("101", "sue"):
        client = await sign_in(login)
        for path in ("/admin/recordings", "/admin/recordings/rules", "/admin/recordings/keep"):
            assert (await client.get(path)).status == 403


async def test_recording_is_paused_by_who_talks_or_sees_all_calls(sign_in: SignIn, recorder: Recorder) -> None:
    address = "/api/calls/c1/recording/pause"
    assert (await (await sign_in("102")).post(address, json={"paused": True})).status == 404
    assert (await (await sign_in("101")).post(address, json={"paused": "on"})).status == 422
    assert (await (await sign_in("101")).post(address, json={"paused": True})).status == 204
    assert (await (await sign_in("sue")).post(address, json={"paused": False})).status == 204
    assert (await (await sign_in("sue")).post("/api/calls/c2/recording/pause", json={"paused": True})).status == 502
    assert recorder.paused == [("c1", True), ("c1", False)]


async def test_card_says_that_the_call_is_recorded_and_pauses_it(
    sign_in: SignIn, services: Services, recorder: Recorder
) -> None:
    agent = await sign_in("101")
    view = CallView(
        id="c1",
        direction="incoming",
        caller=Party("+49301234567"),
        to=("101",),
        remote=Party("+49301234567"),
        started_at=NOW.timestamp(),
        agents=("101",),
        talking=("101",),
    )
    services.bus.publish(CallRang(call=view, at=1.0, agent="101"))
    services.bus.publish(CallAnswered(call=view, at=2.0, agent="101"))
    mine = next(user.id for user in services.users.all() if user.login == "101")
    await until(lambda: b'"html"' in services.pops.snapshot(mine))
    pop = await shown(agent)
    assert 'data-act="pause"' not in pop["html"]
    services.bus.publish(RecordingChanged(call_id="c1", recording_id="r", state="recording"))
    assert "Pause recording" in (await shown(agent))["html"]
    assert (await agent.post(f"/api/pops/{pop['id']}/recording", json={"paused": True})).status == 204
    assert recorder.paused == [("c1", True)]
    services.bus.publish(RecordingChanged(call_id="c1", recording_id="r", state="recording", paused=True))
    html = (await shown(agent))["html"]
    assert "Recording paused" in html
    assert 'data-paused="no"' in html
    services.bus.publish(RecordingChanged(call_id="c1", recording_id="r", state="waiting"))
    assert "card-recording" not in (await shown(agent))["html"]


async def shown(client: Client) -> dict[str, Any]:
    """The one pop on the screen."""
    pops: list[dict[str, Any]] = (await (await client.get("/api/pops")).json())["pops"]
    assert len(pops) == 1
    return pops[0]
