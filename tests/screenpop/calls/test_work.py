"""Tags, follow-ups and the list of results; and the text that a call is found by."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from screenpop import audit
from screenpop.bus import Bus
from screenpop.calls import text
from screenpop.calls.dispositions import DEFAULT
from screenpop.calls.log import CallLog
from screenpop.calls.search_sql import EVERYBODY, Whose
from screenpop.calls.work import MOST_TAGS, CallWork
from screenpop.errors import BadInput, NotFound
from screenpop.facts import CallEnded, CallMerged, CallNoted, CallRang, CallView, Party, SettingsChanged
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import call, call_text, recording, transcript

pytestmark = pytest.mark.feature("CALL+12")
CALLER = Party("030 1234567", "Łukasz Café")
SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(default_url(tmp_path))
    await opened.create_all()
    yield opened
    await opened.close()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def log(store: Store, bus: Bus) -> CallLog:
    return CallLog(store, Numbers("DE"), bus)


@pytest.fixture
def work(store: Store, bus: Bus, log: CallLog) -> CallWork:
    return CallWork(store, bus, log)


def rings(bus: Bus, id_: str, at: float = 1000.0, name: str = CALLER.name) -> CallView:
    party = Party(CALLER.number, name)
    view = CallView(id=id_, direction="incoming", caller=party, to=("101",), remote=party, started_at=at)
    bus.publish(CallRang(call=view, at=at, agent="101"))
    return view


# ---------------------------------------------------------------- tags


async def test_tags_are_put_on_and_taken_off_with_an_audit_row(
    work: CallWork, log: CallLog, bus: Bus, store: Store
) -> None:
    told: list[CallNoted] = []
    bus.subscribe(CallNoted, told.append)
    rings(bus, "c1")
    await work.add_tag("c1", "  #Complaint\n", "u1")
    await work.add_tag("c1", "roof", "u1")
    await work.add_tag("c1", "ROOF", "u2")
    await work.remove_tag("c1", "Complaint", "u2")
    await work.remove_tag("c1", "never", "u2")

    assert (await log.get("c1")).tags == ("roof",)
    assert told == [CallNoted(call_id="c1")] * 3
    async with store.read() as tx:
        rows = await audit.entries(tx, "call", ("c1",))
    assert [(row.actor, row.changes["tags"]) for row in rows] == [
        ("u2", (["Complaint", "roof"], ["roof"])),
        ("u1", (["Complaint"], ["Complaint", "roof"])),
        ("u1", ([], ["Complaint"])),
    ]


async def test_a_tag_takes_the_spelling_that_is_in_use(work: CallWork, bus: Bus, store: Store, log: CallLog) -> None:
    rings(bus, "c1")
    rings(bus, "c2")
    await work.add_tag("c1", "VIP", "u1")
    again = CallWork(store, bus, log)
    await again.load()
    await again.add_tag("c2", "vip", "u1")
    await again.add_tag("c2", "roof", "u1")

    assert (await log.get("c2")).tags == ("VIP", "roof")
    assert again.tags_in_use() == ["roof", "VIP"]


@pytest.mark.parametrize("tag", ["", " # ", "x" * 41])
async def test_a_tag_that_cannot_be_is_refused(work: CallWork, bus: Bus, tag: str) -> None:
    rings(bus, "c1")
    with pytest.raises(BadInput):
        await work.add_tag("c1", tag, "u1")


async def test_a_call_has_so_many_tags_and_no_more(work: CallWork, bus: Bus, log: CallLog) -> None:
    rings(bus, "c1")
    for number in range(MOST_TAGS):
        await work.add_tag("c1", f"t{number}", "u1")
    with pytest.raises(BadInput):
        await work.add_tag("c1", "one more", "u1")
    assert len((await log.get("c1")).tags) == MOST_TAGS
    with pytest.raises(NotFound):
        await work.add_tag("c9", "roof", "u1")


# ---------------------------------------------------------------- follow-ups


async def test_follow_up_is_due_until_it_is_done(work: CallWork, bus: Bus, log: CallLog, store: Store) -> None:
    rings(bus, "c1")
    rings(bus, "c2")
    await work.follow_up("c1", SOON, "u1", "u1")
    await work.follow_up("c2", datetime.now(UTC) - timedelta(minutes=1), "", "u1")

    found = await work.follow_ups(EVERYBODY)
    assert [(each.call.id, each.overdue, each.call.follow_up_user) for each in found] == [
        ("c2", True, ""),
        ("c1", False, "u1"),
    ]
    assert await work.due_count(EVERYBODY) == 1

    await work.finish_follow_up("c2", "u2")
    assert [each.call.id for each in await work.follow_ups(EVERYBODY)] == ["c1"]
    assert [each.call.id for each in await work.follow_ups(EVERYBODY, which="done")] == ["c2"]
    await work.finish_follow_up("c2", "u2", done=False)
    assert await work.due_count(EVERYBODY) == 1

    await work.drop_follow_up("c2", "u2")
    assert [each.call.id for each in await work.follow_ups(EVERYBODY)] == ["c1"]
    with pytest.raises(BadInput):
        await work.finish_follow_up("c2", "u2")
    async with store.read() as tx:
        rows = await audit.entries(tx, "call", ("c1",))
    assert [(row.actor, row.changes["follow_up_user"]) for row in rows] == [("u1", ("", "u1"))]


async def test_follow_ups_are_seen_by_whose_call_it_is_and_whose_they_are(work: CallWork, bus: Bus) -> None:
    rings(bus, "mine")
    bus.publish(CallEnded(call=rings(bus, "handed", 1001.0), at=1010, result="missed"))
    await work.follow_up("mine", SOON, "", "u9")
    await work.follow_up("handed", SOON, "u2", "u9")

    async def seen(user: str, *agents: str) -> list[str]:
        found = await work.follow_ups(Whose(user=user, agents=agents))
        return sorted(each.call.id for each in found)

    assert (await seen("u1", "101"), await seen("u2", "102"), await seen("u3", "103")) == (
        ["handed", "mine"],
        ["handed"],
        [],
    )


@pytest.mark.parametrize("days", [-1, 5000])
async def test_follow_up_at_an_odd_time_is_refused(work: CallWork, bus: Bus, days: int) -> None:
    rings(bus, "c1")
    with pytest.raises(BadInput):
        await work.follow_up("c1", datetime.now(UTC) + timedelta(days=days), "", "u1")


# ---------------------------------------------------------------- results


async def test_an_admin_keeps_the_list_of_results(work: CallWork, bus: Bus, store: Store, log: CallLog) -> None:
    told: list[SettingsChanged] = []
    bus.subscribe(SettingsChanged, told.append)
    assert work.dispositions.all() == DEFAULT
    await work.dispositions.put(["done", " Sold ", "", "sold", "Not\ninterested"], "u1")

    again = CallWork(store, bus, log)
    await again.load()
    assert again.dispositions.all() == ("done", "Sold", "Not interested")
    assert told == [SettingsChanged(key="dispositions")]


@pytest.mark.parametrize("words", [[], ["", " "], ["x" * 61], [f"r{n}" for n in range(21)]])
async def test_a_list_of_results_that_cannot_be_is_refused(work: CallWork, words: list[str]) -> None:
    with pytest.raises(BadInput):
        await work.dispositions.put(words, "u1")
    assert work.dispositions.all() == DEFAULT


# ---------------------------------------------------------------- the text of a call


async def texts(store: Store) -> dict[str, str]:
    async with store.read() as tx:
        return {row.call_id: row.text for row in await tx.execute(sa.select(call_text))}


async def found(store: Store, words: str) -> list[str]:
    query = sa.text(
        "SELECT call_id FROM call_fts JOIN call_text ON call_text.row = call_fts.rowid WHERE call_fts MATCH :words"
    )
    async with store.read() as tx:
        return list((await tx.execute(query, {"words": words})).scalars())


async def test_text_follows_name_note_result_and_tags(work: CallWork, log: CallLog, bus: Bus, store: Store) -> None:
    view = rings(bus, "c1")
    bus.publish(CallEnded(call=view, at=1010, result="missed"))
    await log.flush()
    assert await texts(store) == {"c1": "lukasz cafe"}
    await log.set_note("c1", "Rings about the ROOF.", "u1")
    await log.set_result("c1", "Call back", "u1")
    await work.add_tag("c1", "Zürich", "u1")
    assert await texts(store) == {"c1": "lukasz cafe call back rings about the roof. zurich"}
    assert await found(store, "roof") == ["c1"]
    await log.set_note("c1", "", "u1")
    assert await found(store, "roof") == []


async def test_a_call_without_words_has_no_text(work: CallWork, log: CallLog, bus: Bus, store: Store) -> None:
    view = rings(bus, "c1", name="")
    bus.publish(CallEnded(call=view, at=1010, result="missed"))
    await work.add_tag("c1", "roof", "u1")
    assert await texts(store) == {"c1": "roof"}
    await work.remove_tag("c1", "roof", "u1")
    assert await texts(store) == {}


async def test_texts_stand_in_the_order_of_time_also_of_calls_of_one_moment(
    log: CallLog, bus: Bus, store: Store
) -> None:
    for number in range(5):
        bus.publish(CallEnded(call=rings(bus, f"c{number}", 1000.0), at=1010, result="missed"))
    await log.flush()
    async with store.begin() as tx:
        await text.refresh_many(tx, [f"c{number}" for number in range(5)] + ["no-such"])
    async with store.read() as tx:
        rows = (await tx.execute(sa.select(call_text.c.row).order_by(call_text.c.row))).scalars().all()
    assert rows == [1_000_000_000 + number for number in range(5)]


@pytest.mark.feature("CALL+08")
async def test_what_is_written_while_a_merge_waits_goes_with_it(
    work: CallWork, log: CallLog, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings(bus, "c2")
    await log.flush()
    view = rings(bus, "c1")
    bus.publish(CallMerged(call=view, at=1010, gone="c2"))

    async def later() -> None:
        """The merge comes just after all was written."""

    with monkeypatch.context() as busy:
        busy.setattr(log, "flush", later)
        await log.set_note("c2", "Wants a quote", "u1")
        await work.add_tag("c2", "roof", "u1")
    await log.flush()

    (row,) = await log.recent()
    assert (row.id, [note.text for note in row.notes], row.tags) == ("c1", ["Wants a quote"], ("roof",))


async def test_what_was_said_is_found_and_goes_with_a_merge(log: CallLog, bus: Bus, store: Store) -> None:
    view = rings(bus, "c1")
    rings(bus, "c2", 1001.0)
    await log.flush()
    now = datetime.now(UTC)
    async with store.begin() as tx:
        row = {"id": "r1", "call_id": "c2", "state": "stored", "name": "r1", "started_at": now}
        await tx.execute(sa.insert(recording).values(row))
        said = [{"side": "agent", "start": 0.5, "end": 2.0, "text": "The Brass wheels", "words": []}]
        values = {"recording_id": "r1", "call_id": "c2", "segments": said, "created_at": now}
        await tx.execute(sa.insert(transcript).values(values))
        await text.refresh(tx, "c2")
    assert await found(store, "brass wheels") == ["c2"]
    bus.publish(CallMerged(call=view, at=1010, gone="c2"))
    await log.flush()
    assert await found(store, "brass wheels") == ["c1"]
    async with store.read() as tx:
        assert list((await tx.execute(sa.select(recording.c.call_id))).scalars()) == ["c1"]
        assert list((await tx.execute(sa.select(call.c.id))).scalars()) == ["c1"]
