"""What the database counts is what counting by hand gives, for any calls, by whatever they are told apart."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screenpop.board.level import Target
from screenpop.calls.search import parse
from screenpop.ids import make_id
from screenpop.reports import tables
from screenpop.reports.asking import wanted
from screenpop.reports.evenness import evenness
from screenpop.reports.figures import Figures, totals
from screenpop.reports.measures import MEASURES, SMALL_SAMPLE
from screenpop.reports.model import Asked
from screenpop.reports.periods import Period
from screenpop.store.engine import Store, default_url
from screenpop.store.tables import call
from tests.screenpop.reports import naive

pytestmark = pytest.mark.feature("CALL-33", "REP-04", "RATE-05", "RATE-06", "RATE-07", "ANAL-04")
ZONE = ZoneInfo("Europe/Berlin")
PERIOD = Period(date(2026, 10, 20), date(2026, 10, 30), ZONE)  # the clocks change on the 25th
TARGET = Target(answer_within=20, short_abandon=5)
COUNTED = [measure for measure in MEASURES.values() if measure.how != "other" and measure.of != "analysed"]
EDGES = st.sampled_from([0.0, 4.999, 5.0, 20.0, 20.001, 40.0, 120.0])
SECONDS = EDGES | st.floats(0, 400).map(lambda seconds: round(seconds, 3))
MAYBE = st.none() | st.floats(0, 1).map(lambda x: round(x, 4))


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    start = PERIOD.start - timedelta(hours=6)
    at = start + timedelta(seconds=draw(st.integers(0, 11 * 86_400 + 12 * 3600)))
    direction = draw(st.sampled_from(["incoming", "incoming", "outgoing", "internal"]))
    result = draw(st.sampled_from(["answered", "answered", "missed", "abandoned", "busy", "failed", "no_answer", ""]))
    answered_at = at + timedelta(seconds=9) if result == "answered" else None
    talk = draw(SECONDS) if answered_at else 0.0
    holds = draw(st.integers(0, 2)) if answered_at else 0
    return {
        "direction": direction,
        "result": result,
        "queue": draw(st.sampled_from(["", "sales", "support"])) if direction == "incoming" else "",
        "agent": draw(st.sampled_from(["101", "102", ""])),
        "started_at": at,
        "answered_at": answered_at,
        "ended_at": at + timedelta(seconds=60) if result else None,
        "identified_at": draw(st.none() | st.integers(-9, 60).map(lambda s: at + timedelta(seconds=s))),
        "wait_seconds": draw(SECONDS),
        "ring_seconds": draw(SECONDS),
        "talk_seconds": talk,
        "hold_seconds": draw(SECONDS) if holds else 0.0,
        "holds": holds,
        "transfers": draw(st.integers(0, 1)) if answered_at else 0,
        "called_back": draw(st.sampled_from(["", "x"])),
        "recorded": draw(st.booleans()),
        "score": draw(MAYBE),
        "sentiment": draw(MAYBE),
        "talk_share": draw(MAYBE),
    }


class Bench:
    """One store for all examples; what an example writes is rolled back."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.store = Store.open(default_url(folder))
        self.runner.run(self.store.create_all())

    def close(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("figures"))
    yield bench
    bench.close()


def asked(query: str = "") -> Asked:
    return Asked(period=PERIOD, search=parse(query), target=TARGET)


def same(found: Figures, by_hand: dict[str, naive.Found]) -> None:
    for measure in COUNTED:
        if measure.key not in found:
            continue
        value, n = by_hand[measure.key]
        got = found[measure.key]
        assert (got.n, got.value is None) == (n, value is None), measure.key
        assert got.value == pytest.approx(value, abs=2e-3), measure.key
        assert got.few == (measure.how not in ("count", "sum") and n < SMALL_SAMPLE), measure.key


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(rows(), max_size=25))
def test_figures_are_those_of_counting_by_hand(bench: Bench, given_rows: list[dict[str, Any]]) -> None:
    bench.runner.run(_compare(bench.store, given_rows))


async def _compare(store: Store, given_rows: list[dict[str, Any]]) -> None:
    within = [row for row in given_rows if PERIOD.start <= row["started_at"] < PERIOD.end]
    keys = [measure.key for measure in COUNTED]
    async with store.begin() as tx:
        if given_rows:
            await tx.execute(
                sa.insert(call), [{**row, "id": make_id(number, 0)} for number, row in enumerate(given_rows)]
            )
        same(await totals(tx, wanted(asked(), COUNTED)), naive.figures(within, TARGET))
        for dimension, key in (
            ("agent", lambda row: row["agent"]),
            ("queue", lambda row: row["queue"]),
            ("hour", lambda row: f"{row['started_at'].astimezone(ZONE):%H}"),
            ("weekday", lambda row: str(row["started_at"].astimezone(ZONE).weekday())),
        ):
            groups = defaultdict(list)
            for row in within:
                if dimension != "queue" or row["queue"]:
                    groups[key(row)].append(row)
            table = await tables.by(tx, asked(), dimension, keys)  # type: ignore[arg-type]
            assert {row.key for row in table.rows} == groups.keys()
            for row in table.rows:
                same(row.figures, naive.figures(groups[row.key], TARGET))
            same(table.total, naive.figures([row for group in groups.values() for row in group], TARGET))
        course = await tables.over_time(tx, asked(), ("all", "answer_rate", "wait_mean"))
        for point in course.rows:
            own = [row for row in within if f"{row['started_at'].astimezone(ZONE):%Y-%m-%d}" == point.key]
            same(point.figures, naive.figures(own, TARGET))
        assert sum(row.figures["all"].n for row in course.rows) == len(within)
        heat = await tables.heat_map(tx, asked(), ("incoming",))
        assert sum(cell["incoming"].n for cell in heat.cells.values()) == naive.figures(within, TARGET)["incoming"][1]
        await tx.rollback()


@pytest.mark.feature("RATE-09")
async def test_hour_that_the_clocks_show_twice_is_one_hour_of_the_day(store: Store) -> None:
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 in summer time, and an hour later 2:30 again
    missed = {"direction": "incoming", "result": "missed"}
    rows_ = [missed | {"id": make_id(hours, 0), "started_at": at + timedelta(hours=hours)} for hours in range(2)]
    async with store.begin() as tx:
        await tx.execute(sa.insert(call), rows_)
        table = await tables.clock(tx, asked(), "hour", ("incoming",))
    assert {row.key: row.figures["incoming"].n for row in table.rows if row.figures["incoming"].n} == {"02": 2}
    assert len(table.rows) == 24


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([], None), ([5.0], None), ([0.0, 0.0], None), ([3, 3, 3], 1.0), ([0, 10], 0.0), ([0, 0, 9], 0.0), ([1, 3], 0.5)],
)
def test_evenness_goes_from_all_with_one_to_the_same_for_everybody(parts: list[float], expected: float | None) -> None:
    assert evenness(parts) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30), st.floats(0.1, 1000))
def test_evenness_minds_neither_order_nor_unit(parts: list[int], factor: float) -> None:
    found = evenness(parts)
    assert found is None or 0 <= found <= 1
    scaled = evenness([part * factor for part in reversed(parts)])
    assert (found is None) == (scaled is None)
    assert found is None or scaled == pytest.approx(found, abs=1e-6)
