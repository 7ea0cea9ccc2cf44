"""The call log's search: what an address means, and that the store finds exactly what it asks for."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from screenpop.calls import search_plan, search_store
from screenpop.calls.period import Bound
from screenpop.calls.search import (
    DIRECTIONS,
    FOLLOW_UPS,
    RESULTS,
    SENTIMENTS,
    SORTS,
    Search,
    active,
    parse,
    to_query,
    without,
)
from screenpop.calls.search_plan import Asked
from screenpop.calls.search_sql import EVERYBODY, Whose
from screenpop.calls.search_store import Cursor
from screenpop.errors import BadInput
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from tests.screenpop.calls import random_log
from tests.screenpop.calls.naive import Log, Naive
from tests.screenpop.calls.random_log import NOW

BERLIN = ZoneInfo("Europe/Berlin")
NUMBERS = Numbers("DE")


def some(*values: Any) -> st.SearchStrategy[Any]:
    """A few of the values, each once, in their order."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def maybe(strategy: st.SearchStrategy[Any], absent: Any = None) -> st.SearchStrategy[Any]:
    """Mostly nothing, so that few filters hold at a time."""
    return st.one_of(st.just(absent), st.just(absent), st.just(absent), strategy)


NAMES = ("period", "from", "to", "agent", "number", "min_talk", "max_score", "hour", "recorded", "q", "sort")
SECONDS = st.sampled_from((0.0, 12.5, 30.0, 86.0, 300.0))
MOMENTS = st.integers(0, 21 * 86400).map(lambda after: datetime(2025, 10, 20, tzinfo=UTC) + timedelta(seconds=after))
BOUNDS = st.one_of(
    st.dates(date(2025, 10, 1), date(2025, 11, 10)).map(Bound),
    MOMENTS.map(Bound),
    MOMENTS.map(lambda moment: Bound(moment.replace(tzinfo=None))),
)
TEXTS = (
    *("refund", "refund*", '"thank you"', '"thank you', "grosse", "anna", "refund price", "naive OR x1", "1234"),
    *('text:refund NEAR(a b)"', "***", '""', "(", "AND", "0301234", "berg anna", "th*", "x1 -refund", "annab"),
)
SEARCHES = st.builds(
    Search,
    period=maybe(
        st.sampled_from(("today", "yesterday", "week", "last_week", "month", "last_month", "year", "30d")), ""
    ),
    start=maybe(BOUNDS),
    end=maybe(BOUNDS),
    direction=maybe(some(*DIRECTIONS), ()),
    agent=maybe(some(*random_log.SEATS, *random_log.USERS), ()),
    team=maybe(some("sales", "help"), ()),
    queue=maybe(some("help", "sales"), ()),
    line=maybe(some("+4930555"), ()),
    customer=maybe(some("c0", "c1", "unknown"), ()),
    category=maybe(some("a", "b"), ()),
    number=maybe(st.sampled_from(("1234", "030 123", "+49", "+1555", "0", "10", "004930", "4567")), ""),
    result=maybe(some(*RESULTS), ()),
    min_talk=maybe(SECONDS),
    max_talk=maybe(SECONDS),
    min_wait=maybe(SECONDS),
    max_wait=maybe(SECONDS),
    tag=maybe(some(*random_log.TAGS), ()),
    disposition=maybe(some("done", "call_back"), ()),
    tracker=maybe(some(*random_log.TRACKERS), ()),
    min_score=maybe(st.sampled_from((0.0, 55.5))),
    max_score=maybe(st.sampled_from((10.0, 90.0))),
    sentiment=maybe(some(*SENTIMENTS), ()),
    recorded=maybe(st.booleans()),
    known=maybe(some("score", "tone", "talk_share"), ()),
    follow_up=maybe(st.sampled_from(FOLLOW_UPS), ""),
    hour=maybe(some(1, 2, 3, 9, 23).map(sorted).map(tuple), ()),
    weekday=maybe(some(0, 2, 6).map(sorted).map(tuple), ()),
    q=maybe(st.sampled_from(TEXTS), ""),
    sort=st.sampled_from([*SORTS, "time", "-time", "-talk", "-score"]),
)
WHOSE = st.sampled_from((EVERYBODY, EVERYBODY, Whose(user=next(iter(random_log.USERS)), agents=("101", "10"))))


class House:
    """A store with a random log, and a loop to read it in."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self.runner, self.store = runner, Store.open(default_url(folder))
        self.log = runner.run(self._fill())

    async def _fill(self) -> Log:
        await self.store.create_all()
        async with self.store.begin() as tx:
            return await random_log.write(tx, 120, 7)

    def walk(self, asked: Asked, size: int) -> list[str]:
        """All pages, there and back again."""
        return self.runner.run(self._walk(asked, size))

    async def _walk(self, asked: Asked, size: int) -> list[str]:
        ids: list[str] = []
        after: Cursor | None = None
        async with self.store.read() as tx:
            while True:
                found = await search_store.page(tx, asked, size, after)
                if after is not None and found.places:
                    back = await search_store.page(tx, asked, size, before=found.places[0])
                    assert back.ids == ids[-len(back.ids) :]
                    assert back.earlier == (len(ids) > size)
                ids += found.ids
                if not found.further:
                    return ids
                after = Cursor.read(str(found.places[-1]))

    def totals(self, asked: Asked) -> tuple[search_store.Totals, int]:
        return self.runner.run(self._totals(asked))

    async def _totals(self, asked: Asked) -> tuple[search_store.Totals, int]:
        async with self.store.read() as tx:
            return await search_store.totals(tx, asked), await search_store.count(tx, asked, 50)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with asyncio.Runner() as runner:
        made = House(runner, tmp_path_factory.mktemp("log"))
        yield made
        runner.run(made.store.close())


@pytest.mark.feature("CALL-31", "ANAL-05")
@given(
    search=SEARCHES,
    whose=WHOSE,
    few=st.sampled_from((0, 3, 40, 2_000)),
    many=st.sampled_from((0, 50, 2_000)),
    size=st.sampled_from((9, 33, 200)),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(search=Search(q="refund"), whose=EVERYBODY, few=0, many=0, size=9)
@example(search=Search(hour=(2,)), whose=EVERYBODY, few=0, many=0, size=9)
def test_search_finds_what_plain_python_finds(
    house: House, search: Search, whose: Whose, few: int, many: int, size: int
) -> None:
    naive = Naive(log=house.log, search=search, numbers=NUMBERS, now=NOW, zone=BERLIN, whose=whose)
    asked = Asked(search=search, numbers=NUMBERS, now=NOW, zone=BERLIN, whose=whose)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_plan, "FEW", few)
        patch.setattr(search_plan, "MANY", many)
        wanted = naive.ids()
        assert house.walk(asked, size) == wanted
        sums, counted = house.totals(asked)
    rows = [row for row in house.log.calls if row["id"] in set(wanted)]
    assert (sums.calls, counted) == (len(wanted), min(len(wanted), 51))
    assert sums.answered == sum(row["answered_at"] is not None for row in rows)
    assert sums.talk_seconds == pytest.approx(sum(row["talk_seconds"] for row in rows))
    assert sums.wait_seconds == pytest.approx(sum(row["wait_seconds"] for row in rows if row["queue"]))


@given(SEARCHES)
def test_query_of_a_search_is_read_as_that_search(search: Search) -> None:
    try:
        read = parse(to_query(search))
    except BadInput:
        return  # bounds in the wrong order
    assert parse(to_query(read)) == read
    assert read == search or search.sorted_by == "score"


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text()), max_size=4))
def test_query_of_anything_is_read_or_refused_at_a_field(pairs: list[tuple[str, str]]) -> None:
    try:
        read = parse(urlencode(pairs, errors="surrogatepass"))
    except BadInput as error:
        field = error.field
    else:
        assert parse(to_query(read)) == read
        return
    assert field in {name for name, _ in pairs}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("direction=sideways", "direction"),
        ("from=yesterdayish", "from"),
        ("from=2026-02-30", "from"),
        ("to=0001-01-01", "to"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("period=0d", "period"),
        ("min_talk=abc", "min_talk"),
        ("min_talk=-3", "min_talk"),
        ("min_talk=nan", "min_talk"),
        ("min_talk=60&max_talk=0:30", "max_talk"),
        ("min_score=101", "min_score"),
        ("hour=24", "hour"),
        ("weekday=7", "weekday"),
        ("weekday=²", "weekday"),
        ("recorded=maybe", "recorded"),
        ("follow_up=some", "follow_up"),
        ("number=abc", "number"),
        ("sort=size", "sort"),
        ("q=" + "a" * 201, "q"),
        ("&".join(f"tag={n}" for n in range(51)), "tag"),
    ],
)
def test_wrong_value_is_refused_at_its_field(query: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(query)
    assert refused.value.field == field


def test_query_is_read_into_one_value() -> None:
    read = parse("result=missed&result=busy&result=missed&min_talk=1:30&recorded=no&hour=9&page=3&q=%20a%00b%20&tag=")
    assert read == Search(result=("missed", "busy"), min_talk=90.0, recorded=False, hour=(9,), q="a b")
    assert active(read) == ["result", "min_talk", "recorded", "hour", "q"]


def test_filter_is_taken_away_whole_or_one_value_of_it() -> None:
    search = Search(tag=("a", "b"), hour=(9, 10), q="x")
    assert without(search, "tag", "a") == Search(tag=("b",), hour=(9, 10), q="x")
    assert without(without(search, "hour", "9"), "hour", "10") == Search(tag=("a", "b"), q="x")
    assert without(search, "q") == Search(tag=("a", "b"), hour=(9, 10))


def test_sorting_by_score_leaves_out_what_has_none_and_says_so() -> None:
    assert active(parse("sort=-score")) == ["min_score"]


@pytest.mark.parametrize("text", ["", "x", "1~x~id", "nan~99999999999999999999~a", "1~-99999999999999999~a"])
def test_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        Cursor.read(text)
    assert refused.value.field == "after"


def test_place_is_read_as_it_was_written() -> None:
    place = Cursor(0.1 + 0.2, NOW + timedelta(microseconds=1), "pbx~1~2")
    assert Cursor.read(str(place)) == place
