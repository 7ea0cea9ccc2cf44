"""What recordings say: monologues, interruptions, silence and trackers, with the calls that they were heard in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from screenpop.analysis.model import Report as Analysis
from screenpop.analysis.model import Speaker, TrackerHit
from screenpop.analysis.store import save
from screenpop.board.level import Target
from screenpop.calls.search import parse
from screenpop.ids import make_id
from screenpop.reports.model import Asked, Report, View
from screenpop.reports.periods import Period
from screenpop.reports.service import Reports
from screenpop.store.engine import Store
from screenpop.store.tables import analysis, call, recording, word_tracker

pytestmark = pytest.mark.feature("ANAL-03", "ANAL+20", "ANAL+13")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 1), date(2026, 11, 14), ZoneInfo("UTC"))


def speaker(side: str, longest: float, interruptions: int, share: float | None) -> Speaker:
    return Speaker(
        side=side, talk_s=10, talk_share=share, longest_s=longest, longest_at=0, first_words_s=0, response_s=1,
        interruptions=interruptions, loudness_db=-20, clipping_share=0,
    )  # type: ignore[arg-type]  # fmt: skip


def said(longest: float, interruptions: int, silence: float, *trackers: str, share: float | None = 0.6) -> Analysis:
    """The agent's longest monologue and interruptions; the customer's are others."""
    hits = tuple(TrackerHit(tracker_id=each, name=each, side="agent", start=1, end=2, text=each) for each in trackers)
    return Analysis(
        duration=60, speakers=(speaker("agent", longest, interruptions, share), speaker("customer", 99, 9, 0.4)),
        overlap_s=0, overlap_share=0, silence_s=silence * 60, silence_share=silence, longest_silence=None,
        interruptions=9, interrupted=(), speaker_changes_per_minute=None, turns=(), engine="x", trackers=hits,
    )  # fmt: skip


async def put(store: Store, number: int, day: int, agent: str, *analyses: Analysis) -> None:
    """A call of that day with a recording for each analysis."""
    at, id_ = START + timedelta(days=day, minutes=number), make_id(number, 0)
    async with store.begin() as tx:
        row = {"id": id_, "direction": "incoming", "result": "answered", "agent": agent, "started_at": at}
        await tx.execute(sa.insert(call).values(**row, answered_at=at, recorded=True))
        for part, made in enumerate(analyses):
            rec = f"{id_}-{part}"
            values = {"id": rec, "call_id": id_, "state": "stored", "name": rec, "started_at": at}
            await tx.execute(sa.insert(recording).values(values))
            order = {"recording_id": rec, "call_id": id_, "state": "done", "asked_at": at}
            await tx.execute(sa.insert(analysis).values(order))
            await save(tx, rec, id_, made, at)


def asked_of(store: Store) -> dict[str, Any]:
    """Every statement that is read from now on, with its values."""
    found: dict[str, Any] = {}

    @sa.event.listens_for(store._reader.sync_engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, values: Any, *more: object) -> None:
        found.setdefault(statement, values)

    return found


async def plan_of(store: Store, statement: str, values: Any) -> list[str]:
    async with store.read() as tx:
        return [row[3] for row in await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


async def test_analyses_are_looked_up_by_their_call(store: Store) -> None:
    async with store.begin() as tx:  # of two as good ones SQLite takes the index that was made last
        await tx.exec_driver_sql("DROP INDEX ix_analysis_state_asked_at")
        await tx.exec_driver_sql("CREATE INDEX ix_analysis_state_asked_at ON analysis (state, asked_at)")
    found = asked_of(store)
    views: tuple[View, ...] = ("quality", "conversation")
    for view in views:
        await Reports(store, Target).make(view, Asked(period=PERIOD, target=Target()))
    looked = [line for each in list(found.items()) for line in await plan_of(store, *each) if " analysis " in line]
    assert len(looked) > 10
    assert {line for line in looked if "ix_analysis_call_id (call_id=?)" not in line} == set()


@pytest.fixture
async def report(store: Store) -> Report:
    async with store.begin() as tx:
        for name in ("price", "cancel"):
            row = {"id": name, "name": name.title(), "phrases": [name], "updated_at": START}
            await tx.execute(sa.insert(word_tracker).values(row))
    await put(store, 1, 0, "101", said(20, 1, 0.1, "price", "price"), said(40, 2, 0.3))
    await put(store, 2, 0, "101", said(10, 0, 0.4, "price"))
    await put(store, 3, 5, "102", said(50, 3, 0.0, "cancel"))
    await put(store, 4, 5, "102", said(5, 5, 0.9, share=None))  # too little speech: no figure of it
    await put(store, 5, 6, "102")
    asked = Asked(period=PERIOD, search=parse(""), target=Target(), compare=False)
    return await Reports(store, Target).make("quality", asked)


async def test_figures_of_speech_come_from_the_agents_side_of_analysed_calls_alone(report: Report) -> None:
    agents = {row.key: row.figures for row in report.tables[0].rows}
    found = {
        (agent, name): (figure.value, figure.n)
        for agent, figures in agents.items()
        for name, figure in figures.items()
        if name in ("longest", "interruptions", "silence_share")
    }
    assert found == {
        ("101", "longest"): (25.0, 2),  # of the first call's two parts the longer one
        ("101", "interruptions"): (1.5, 2),
        ("101", "silence_share"): (pytest.approx(0.3), 2),
        ("102", "longest"): (50.0, 1),
        ("102", "interruptions"): (3.0, 1),
        ("102", "silence_share"): (0.0, 1),
    }
    assert report.totals["recorded"].n == 5


async def test_trackers_are_counted_by_calls_and_by_hits_and_lead_to_their_calls(report: Report) -> None:
    (table,) = [each for each in report.tables if each.by == "tracker"]
    found = [
        (row.name, row.link, *(int(row.figures[name].value or 0) for name in ("tracker_calls", "tracker_hits")))
        for row in table.rows
    ]
    assert found == [("Price", {"tracker": "price"}, 2, 3), ("Cancel", {"tracker": "cancel"}, 1, 1)]
    share = table.rows[0].figures["tracker_share"]
    assert (share.value, share.n, share.few) == (0.5, 4, True)
    (course,) = [plot for plot in report.plots if plot.key == "trackers"]
    spoken = {row.key: row.figures["price"].n for row in course.table.rows if row.figures["price"].n}
    assert (spoken, len(course.table.rows)) == ({"2026-11-02": 2}, 14)
