"""An analysis is made once, by the worker that holds it, whatever dies meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from screenpop.analysis import store as rows
from screenpop.analysis.model import Report, Segment, Speaker, TrackerHit, Word
from screenpop.analysis.service import Analyses
from screenpop.analysis.store import LEASE, MOST_TRIES
from screenpop.bus import Bus
from screenpop.errors import BadInput, NotFound
from screenpop.facts import AnalysisChanged
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import analysis, call, call_text, recording, tracker_hit, transcript, word_tracker

pytestmark = pytest.mark.feature("ANAL-01", "ANAL-02")

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A call with two recordings: r1 has an order, r2 has none; r3 of another call was deleted."""
    store = Store.open(default_url(tmp_path))
    await store.create_all()
    async with store.begin() as tx:
        for call_id in ("c1", "c2"):
            await tx.execute(sa.insert(call).values(id=call_id, direction="incoming", started_at=NOW))
        for number, (call_id, state, seconds) in enumerate(
            [("c1", "stored", 60), ("c1", "stored", 20), ("c2", "deleted", 9)]
        ):
            row = {"id": f"r{number + 1}", "name": f"n{number}", "seconds": seconds, "started_at": NOW}
            await tx.execute(sa.insert(recording).values(row | {"call_id": call_id, "state": state}))
        await tx.execute(sa.insert(word_tracker).values(id="t1", name="Complaint", phrases=["broken"], updated_at=NOW))
        order = {"recording_id": "r1", "call_id": "c1", "state": "waiting", "asked_at": NOW}
        await tx.execute(sa.insert(analysis).values(order))
    yield store
    await store.close()


def report(words: str = "it is broken", share: float = 0.4) -> Report:
    def speaker(side: str, own: float) -> Speaker:
        return Speaker(
            side=side,  # type: ignore[arg-type]
            talk_s=own * 10,
            talk_share=own,
            longest_s=3.0,
            longest_at=1.0,
            first_words_s=0.5,
            response_s=None,
            interruptions=0,
            loudness_db=-20.0,
            clipping_share=0.0,
        )

    said = Segment(side="customer", start=1.0, end=2.0, text=words, words=(Word(start=1.0, end=2.0, text=words),))
    hit = TrackerHit(tracker_id="t1", name="Complaint", side="customer", start=1.5, end=2.0, text="broken")
    gone = TrackerHit(tracker_id="t9", name="Gone", side="customer", start=1.5, end=2.0, text="is")
    return Report(
        duration=60.0,
        speakers=(speaker("agent", share), speaker("customer", 1 - share)),
        overlap_s=0.0,
        overlap_share=0.0,
        silence_s=50.0,
        silence_share=0.83,
        longest_silence=None,
        interruptions=0,
        interrupted=(),
        speaker_changes_per_minute=1.0,
        turns=(),
        engine="faster-whisper",
        model="tiny.en",
        language="en",
        transcript=(said,),
        trackers=(hit, gone),
    )


async def state(store: Store, recording_id: str = "r1") -> tuple[str, int, str]:
    async with store.read() as tx:
        columns = (analysis.c.state, analysis.c.tries, analysis.c.problem)
        row = (await tx.execute(sa.select(*columns).where(analysis.c.recording_id == recording_id))).one()
        return row[0], row[1], row[2]


async def claim(store: Store, worker: str, now: datetime = NOW) -> rows.Order | None:
    async with store.begin() as tx:
        return await rows.claim(tx, "r1", worker, now)


async def test_order_is_claimed_by_one_worker(store: Store) -> None:
    assert await claim(store, "w1") == rows.Order(recording_id="r1", call_id="c1", part="all", tries=1)
    assert await claim(store, "w2") is None


async def test_order_of_a_worker_that_no_longer_beats_is_taken_by_another(store: Store) -> None:
    await claim(store, "w1")
    async with store.begin() as tx:
        assert await rows.open_orders(tx, LATER, 10) == ["r1"]
    assert await claim(store, "w2", LATER) is not None
    async with store.begin() as tx:
        assert not await rows.beat(tx, "r1", "w1", 0.5, LATER)
        assert await rows.beat(tx, "r1", "w2", 0.5, LATER)
        assert await rows.open_orders(tx, LATER, 10) == []


async def test_order_of_a_dead_worker_is_taken_by_another_when_the_clock_was_set_back_meanwhile(store: Store) -> None:
    await claim(store, "w1", NOW + timedelta(hours=5))
    assert await claim(store, "w2", NOW) is not None


async def test_worker_that_lost_its_order_writes_nothing(store: Store) -> None:
    order = await claim(store, "w1")
    assert order is not None
    await claim(store, "w2", LATER)
    async with store.begin() as tx:
        assert not await rows.finish(tx, order, "w1", report("from the first"), LATER)
        assert await rows.finish(tx, order, "w2", report("from the second"), LATER)
        assert not await rows.finish(tx, order, "w2", report("once more"), LATER)
    async with store.read() as tx:
        found = await rows.load(tx, "r1")
        assert found is not None
        assert [each.text for each in found.transcript] == ["from the second"]
        assert await tx.scalar(sa.select(sa.func.count()).select_from(tracker_hit)) == 1


async def test_report_is_written_with_all_that_follows_from_it(store: Store) -> None:
    order = await claim(store, "w1")
    assert order is not None
    async with store.begin() as tx:
        assert not await rows.is_reported(tx, "r1")
        await rows.finish(tx, order, "w1", report(), NOW)
    async with store.read() as tx:
        assert await rows.is_reported(tx, "r1")
        assert await rows.load(tx, "r1") == report()
        assert await tx.scalar(sa.select(call.c.talk_share).where(call.c.id == "c1")) == 0.4
        assert "broken" in str(await tx.scalar(sa.select(call_text.c.text)))
        assert (await tx.execute(sa.select(tracker_hit.c.tracker_id, tracker_hit.c.at_second))).all() == [("t1", 1.5)]
        assert await tx.scalar(sa.select(transcript.c.engine)) == "faster-whisper tiny.en"
    assert await state(store) == ("done", 1, "")


async def test_shorter_part_of_a_call_does_not_say_who_spoke_how_much(store: Store) -> None:
    async with store.begin() as tx:
        await rows.order(tx, ["r2"], "all", NOW)
        await rows.save(tx, "r1", "c1", report(share=0.4), NOW)
        await rows.save(tx, "r2", "c1", msgspec.structs.replace(report(share=0.9), duration=20.0), NOW)
        assert await tx.scalar(sa.select(call.c.talk_share).where(call.c.id == "c1")) == 0.4


async def test_dead_service_workers_leave_their_orders_uncounted_and_a_dead_worker_leaves_it_counted(
    store: Store,
) -> None:
    await claim(store, "host/service/1")
    async with store.begin() as tx:
        assert await rows.release(tx, "host/service/", counts=False) == 1
    assert await state(store) == ("waiting", 0, "")
    await claim(store, "host/service/2")
    async with store.begin() as tx:
        await rows.release(tx, "host/service/2", counts=True)
    assert await state(store) == ("waiting", 1, "")


async def test_recording_that_no_worker_survives_is_given_up(store: Store) -> None:
    now = NOW
    for _ in range(MOST_TRIES):
        assert await claim(store, "w1", now) is not None
        now += LEASE + timedelta(seconds=1)
    assert await claim(store, "w1", now) is None
    async with store.begin() as tx:
        assert await rows.open_orders(tx, now, 10) == []
        assert await rows.give_up(tx, now) == [("r1", "c1")]
    assert (await state(store))[0] == "failed"
    assert "three times" in (await state(store))[2]


async def test_analysis_is_asked_for_again_while_one_is_made(store: Store) -> None:
    facts: list[AnalysisChanged] = []
    bus = Bus()
    bus.subscribe(AnalysisChanged, facts.append)
    order = await claim(store, "w1")
    assert order is not None
    await Analyses(store, bus).again("r1", "admin")
    assert facts == [AnalysisChanged(call_id="c1", recording_id="r1", state="waiting")]
    async with store.begin() as tx:
        assert not await rows.finish(tx, order, "w1", report(), NOW)
    assert await state(store) == ("waiting", 0, "")


async def test_period_is_analysed_again_words_only_where_there_are_words(store: Store) -> None:
    analyses = Analyses(store, Bus())
    day, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    assert await analyses.again_in(day, after, "words", "admin") == 0
    async with store.begin() as tx:
        await rows.save(tx, "r1", "c1", report(), NOW)
    assert await analyses.again_in(day, after, "words", "admin") == 1
    assert await analyses.again_in(day, after, "all", "admin") == 2
    assert await analyses.again_in(after, after + timedelta(days=1), "all", "admin") == 0
    with pytest.raises(BadInput):
        await analyses.again_in(after, day, "all", "admin")


async def test_deleted_recording_is_not_analysed(store: Store) -> None:
    with pytest.raises(NotFound):
        await Analyses(store, Bus()).again("r3", "admin")


async def test_overview_shows_what_failed_and_why(store: Store) -> None:
    order = await claim(store, "w1")
    assert order is not None
    async with store.begin() as tx:
        await rows.fail(tx, "r1", "w1", "the file cannot be read", NOW)
    overview = await Analyses(store, Bus()).overview()
    assert overview.counts == {"failed": 1}
    assert [(each.recording_id, each.problem) for each in overview.failed] == [("r1", "the file cannot be read")]
