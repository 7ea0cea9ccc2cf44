"""The first page of a search in a call log of a million calls, their transcripts included."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from screenpop.calls.finder import CallFinder
from screenpop.calls.search import parse
from screenpop.calls.search_sql import EVERYBODY, Whose
from screenpop.numbers import Numbers
from screenpop.store.engine import Store, default_url
from tests.bench import call_log_rows as made
from tests.bench.measure import percentile
from tests.bench.table import Row

CALLS = 1_000_000
TIMES = 30
"""Each search is asked so often, with other values each time."""
PAGE = 50
BUDGET = 100.0
ZONE = ZoneInfo("Europe/Berlin")
Query = Callable[[random.Random], str]


def run(quick: bool) -> list[Row]:
    """Milliseconds from the address to the calls of its first page, with names, notes and what was said."""
    return measure(5_000 if quick else CALLS, 2 if quick else TIMES)


def measure(calls: int, times: int) -> list[Row]:
    """The same in a log of this size."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), calls, times))


async def _measure(folder: Path, calls: int, times: int) -> list[Row]:
    store = Store.open(default_url(folder))
    await store.create_all()
    start = time.perf_counter()
    await asyncio.to_thread(made.fill, folder / "ringdesk.db", calls)
    built = time.perf_counter() - start
    finder = CallFinder(store, Numbers("DE"))
    rows = [row for name, query in SEARCHES.items() async for row in _rows(finder, name, query, calls, times)]
    rows.append(await _sums(finder, calls))
    rows.append(Row(what=f"writing {calls:,} calls and their index", value=built, unit="s", better="less"))
    await store.close()
    return rows


async def _rows(finder: CallFinder, name: str, query: Query, calls: int, times: int) -> AsyncIterator[Row]:
    chance = random.Random(name)
    spent = [await _ask(finder, query(chance), _whose(name, chance)) for _ in range(times)]
    what = f"{name}, {calls:,} calls"
    yield Row(what=f"{what}, p50", value=percentile(spent, 0.5), unit="ms", better="less")
    yield Row(what=f"{what}, p95", value=percentile(spent, 0.95), unit="ms", better="less", budget=BUDGET)


async def _ask(finder: CallFinder, query: str, whose: Whose) -> float:
    start = time.perf_counter()
    page = await finder.page(finder.asked(parse(query), ZONE, whose, made.NOW), PAGE)
    await finder.hits(page.calls, parse(query).q)
    return (time.perf_counter() - start) * 1000


async def _sums(finder: CallFinder, calls: int) -> Row:
    start = time.perf_counter()
    await finder.totals(finder.asked(parse("period=30d"), ZONE, EVERYBODY, made.NOW))
    spent = (time.perf_counter() - start) * 1000
    return Row(what=f"the sums of 30 days, {calls:,} calls", value=spent, unit="ms", better="less")


def _whose(name: str, chance: random.Random) -> Whose:
    if name != OWN:
        return EVERYBODY
    number = chance.randrange(made.AGENTS)
    return Whose(user=made.user_id(number), agents=(made.seat(number),))


def _month(chance: random.Random) -> str:
    first = made.NOW.date() - timedelta(days=chance.randrange(31, made.DAYS))
    return f"from={first}&to={first + timedelta(days=30)}"


OWN = "an agent's own calls"
SEARCHES: dict[str, Query] = {
    "the newest calls": lambda _: "",
    "an agent's calls of a month that nobody answered": lambda c: (
        f"agent={made.seat(c.randrange(made.AGENTS))}&result=missed&result=no_answer&{_month(c)}"
    ),
    "a queue, the longest waits of a month": lambda c: f"queue={c.choice(made.QUEUES)}&sort=wait&{_month(c)}",
    "a customer": lambda c: f"customer={made.customer_id(made.some_customer(c))}",
    "five digits of a number": lambda c: f"number={c.randrange(100_000):05d}",
    "a tag in a team": lambda c: f"tag={c.choice(made.TAGS)}&team={c.choice(made.TEAMS)}",
    "a tracker, a low score": lambda c: f"tracker={c.choice(made.TRACKERS)}&max_score={c.randrange(5, 40)}",
    "an hour of a weekday, outgoing": lambda c: f"hour={c.randrange(24)}&weekday={c.randrange(7)}&direction=outgoing",
    "a word": lambda c: f"q={c.choice(made.WORDS[: c.choice((50, 1_000, 20_000))])}",
    "two words, an agent, 90 days": lambda c: (
        f"q={made.WORDS[c.randrange(300)]}+{made.WORDS[c.randrange(300)]}"
        f"&agent={made.seat(c.randrange(made.AGENTS))}&period=90d"
    ),
    "a phrase, a bad tone": lambda c: f'q="{made.phrase(c)}"&sentiment=bad',
    OWN: lambda _: "",
}
