"""How long recordings are kept, and what is left of one that is deleted."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from screenpop.bus import Bus
from screenpop.calls import text
from screenpop.errors import BadInput, Conflict, NotFound, RingdeskError
from screenpop.facts import RecordingChanged
from screenpop.recordings import store as rows
from screenpop.recordings.archive import FolderArchive
from screenpop.recordings.expiry import Expiry, due_before
from screenpop.recordings.retention import Aged, KeepRule, Retention, leaves_at, leaving
from screenpop.recordings.service import Recordings
from screenpop.recordings.settings import RecordingSettings
from screenpop.store.columns import metadata
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import analysis, audit, call, call_text, recording, tracker_hit, transcript, word_tracker

pytestmark = pytest.mark.feature("CALL-32")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """An archive with recordings in it."""

    store: Store
    recordings: Recordings
    settings: RecordingSettings
    expiry: Expiry
    folder: Path
    facts: list[RecordingChanged]

    async def put(self, id_: str, days: float = 0, queue: str = "", direction: str = "incoming", **values: Any) -> None:
        """A recording that is `days` old, with its call, sound, words and figures."""
        started = NOW - timedelta(days=days)
        key = f"2026/01/01/{id_}.opus"
        row = {"id": id_, "call_id": id_, "state": "stored", "name": f"rd-{id_}-1c", "started_at": started, "key": key}
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
        report = {"duration": 5, "speakers": [], "summary": {"keywords": ["secret"]}, "trackers": [1], "topics": ["x"]}
        async with self.store.begin() as tx:
            about = {"id": id_, "direction": direction, "started_at": started, "queue": queue, "recorded": True}
            await tx.execute(sa.insert(call).values(about))
            await tx.execute(sa.insert(recording).values(row | {"peaks": b"xx", "size": 5} | values))
            order = {"recording_id": id_, "call_id": id_, "state": "done", "asked_at": NOW, "report": report}
            await tx.execute(sa.insert(analysis).values(order))
            said = {"recording_id": id_, "call_id": id_, "segments": [{"text": "secret"}], "created_at": NOW}
            await tx.execute(sa.insert(transcript).values(said))
            hit = {"id": id_, "tracker_id": "t", "call_id": id_, "recording_id": id_, "text": "secret"}
            await tx.execute(sa.insert(tracker_hit).values(hit))

    async def states(self) -> dict[str, str]:
        async with self.store.read() as tx:
            return {row.id: row.state for row in await tx.execute(sa.select(recording.c.id, recording.c.state))}


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    store, bus = Store.open(default_url(tmp_path)), Bus()
    await store.create_all()
    async with store.begin() as tx:
        tracker = {"id": "t", "name": "t", "kind": "words", "phrases": [], "updated_at": NOW}
        await tx.execute(sa.insert(word_tracker).values(tracker))
    facts: list[RecordingChanged] = []
    bus.subscribe(RecordingChanged, facts.append)
    recordings = Recordings(store, bus, FolderArchive(tmp_path / "archive"), 0)
    kept = RecordingSettings(store, bus)
    yield Shelf(store, recordings, kept, Expiry(store, recordings, kept, lambda: NOW), tmp_path / "archive", facts)
    await store.close()


RULES = st.builds(
    KeepRule,
    days=st.integers(0, 50),
    direction=st.sampled_from(["", "incoming", "outgoing"]),
    queues=st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True).map(tuple),
)
RETENTIONS = st.builds(Retention, rules=st.lists(RULES, max_size=3).map(tuple), otherwise=st.integers(0, 50))


AGED = st.lists(
    st.tuples(
        st.integers(0, 60), st.sampled_from(["incoming", "outgoing"]), st.sampled_from(["", "a", "b"]), st.booleans()
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def shelves() -> Iterator[sa.Engine]:
    """A database in memory, with the two tables that the rules look at."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@given(retention=RETENTIONS, drawn=AGED)
def test_database_and_rules_agree_on_what_is_due(
    shelves: sa.Engine, retention: Retention, drawn: list[tuple[int, str, str, bool]]
) -> None:
    aged = [
        Aged(id=f"r{n}", call_id=f"c{n}", started_at=NOW - timedelta(days=age), direction=way, queue=queue, held=held)
        for n, (age, way, queue, held) in enumerate(drawn)
    ]
    with shelves.connect() as tx:
        for each in aged:
            about = {"id": each.call_id, "direction": each.direction, "started_at": each.started_at}
            tx.execute(sa.insert(call).values(about | {"queue": each.queue}))
            row = {"id": each.id, "call_id": each.call_id, "state": "stored", "name": each.id}
            tx.execute(sa.insert(recording).values(row | {"started_at": each.started_at, "held": each.held}))
        joined = sa.select(recording.c.id).outerjoin(call, call.c.id == recording.c.call_id)
        found = set(tx.scalars(joined.where(due_before(retention, NOW))))
        tx.rollback()
    assert found == {each.recording.id for each in leaving(retention, aged, NOW)}


def test_kept_for_ever_unless_a_rule_says_otherwise() -> None:
    old = Aged(id="1", call_id="1", started_at=NOW - timedelta(days=9999), direction="incoming", queue="")
    assert leaves_at(Retention(), old) is None
    assert leaves_at(Retention(otherwise=30), old) == old.started_at + timedelta(days=30)
    assert leaves_at(Retention(rules=(KeepRule(days=0, direction="incoming"),), otherwise=30), old) is None


async def test_only_what_is_due_goes_and_a_tombstone_stays(shelf: Shelf) -> None:
    await shelf.settings.set_retention(Retention(rules=(KeepRule(days=10, queues=("a",)),), otherwise=100), "admin")
    await shelf.put("due", days=11, queue="a")
    await shelf.put("young", days=9, queue="a")
    await shelf.put("other", days=50)
    await shelf.put("held", days=400, held=True)
    soon = await shelf.expiry.forecast(5)
    assert (soon.count, {each.recording.id for each in soon.first}) == (2, {"due", "young"})
    assert await shelf.expiry.expire() == 1
    assert await shelf.states() == {"due": "deleted", "young": "stored", "other": "stored", "held": "stored"}
    buried = await shelf.recordings.get("due")
    assert (buried.key, buried.deleted_by, buried.deleted_why) == ("", "system", "The rules keep it for 10 days.")
    assert not (shelf.folder / "2026/01/01/due.opus").exists()
    assert (shelf.folder / "2026/01/01/young.opus").exists()


async def test_deletion_takes_the_words_and_leaves_the_figures(shelf: Shelf) -> None:
    await shelf.put("r")
    async with shelf.store.begin() as tx:
        await text.refresh(tx, "r")
        assert await tx.scalar(sa.select(call_text.c.text)) == "secret"
    await shelf.recordings.delete("r", "asked for by the customer", "admin")
    async with shelf.store.read() as tx:
        assert (await tx.execute(sa.select(transcript))).all() == []
        assert (await tx.execute(sa.select(tracker_hit))).all() == []
        assert (await tx.execute(sa.select(call_text))).all() == []
        assert await tx.scalar(sa.select(analysis.c.report)) == {"duration": 5, "speakers": []}
        assert await tx.scalar(sa.select(recording.c.peaks)) is None
        assert await tx.scalar(sa.select(call.c.recorded)) is False
        written = (await tx.execute(sa.select(audit.c.actor, audit.c.action, audit.c.changes))).one()
    assert tuple(written) == ("admin", "delete", {"why": ["", "asked for by the customer"]})
    assert [(fact.recording_id, fact.state) for fact in shelf.facts] == [("r", "deleted")]
    with pytest.raises(NotFound):
        await shelf.recordings.path_of(await shelf.recordings.get("r"))


async def test_sound_that_cannot_be_deleted_now_is_deleted_later(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    await shelf.put("r")
    file = shelf.folder / "2026/01/01/r.opus"

    def refuse(archive: FolderArchive, key: str) -> None:
        raise RingdeskError("The store cannot be reached: %(reason)s", reason="it is away")

    with monkeypatch.context() as patched:
        patched.setattr(FolderArchive, "remove", refuse)
        await shelf.recordings.delete("r", "asked for", "admin")
    assert (await shelf.states(), file.exists()) == ({"r": "deleted"}, True)
    await shelf.recordings.clear()
    assert ((await shelf.recordings.get("r")).key, file.exists()) == ("", False)


async def test_hold_that_comes_while_it_is_deleted_keeps_the_sound(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelf.put("r")
    right = rows.bury

    async def bury(*given: Any) -> bool:
        await given[0].execute(sa.update(recording).values(held=True))
        return await right(*given)

    monkeypatch.setattr(rows, "bury", bury)
    with pytest.raises(Conflict):
        await shelf.recordings.delete("r", "asked for", "admin")
    assert (await shelf.states(), (shelf.folder / "2026/01/01/r.opus").exists()) == ({"r": "stored"}, True)


async def test_held_recording_cannot_be_deleted_until_it_is_let_go(shelf: Shelf) -> None:
    await shelf.put("r", days=99)
    await shelf.settings.set_retention(Retention(otherwise=1), "admin")
    with pytest.raises(BadInput):
        await shelf.recordings.hold("r", "  ", "admin")
    held = await shelf.recordings.hold("r", "court order 12", "admin")
    assert (held.held, held.held_by, held.held_why) == (True, "admin", "court order 12")
    with pytest.raises(Conflict):
        await shelf.recordings.delete("r", "why not", "admin")
    assert await shelf.expiry.expire() == 0
    assert (await shelf.recordings.path_of(held)).read_bytes() == b"sound"
    await shelf.recordings.unhold("r", "admin")
    assert await shelf.expiry.expire() == 1
    with pytest.raises(BadInput):
        await shelf.recordings.delete("r", "", "admin")


async def test_settings_outlive_a_restart(shelf: Shelf) -> None:
    wanted = Retention(rules=(KeepRule(days=7, direction="internal"),), otherwise=365)
    await shelf.settings.set_retention(wanted, "admin")
    again = RecordingSettings(shelf.store, Bus())
    await again.load()
    assert again.retention == wanted
