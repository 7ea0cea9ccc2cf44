"""The figures of reports, board, call log and people's pages agree: whatever was called, and whoever asks."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.analysis.tracking import Tracker
from screenpop.board import today as board
from screenpop.calls import search_store
from screenpop.calls.search import parse
from screenpop.customers.model import NewCustomer
from screenpop.facts import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallHeld,
    CallRang,
    CallTransferred,
    CallUnheld,
    CallView,
    Party,
    QueueLeft,
    Result,
)
from screenpop.reports.figures import Figure
from screenpop.reports.groups import Link
from screenpop.reports.measures import Measure
from screenpop.reports.model import Report
from screenpop.store.tables import analysis, call, recording, tracker_hit, transcript
from web.calls import listing
from web.keys import Services
from web.reports.asking import VIEWS, Question, asked_by, conversations
from web.reports.links import call_log, counted

pytestmark = pytest.mark.feature("CALL-33", "REP-04", "ANAL-03")
CALLS = 200
BEGIN, DAYS = datetime(2025, 3, 25, tzinfo=UTC), 6
HOURS = (1, 22)
PERIOD = "from=2025-03-25&to=2025-03-30"
"""With the day on which the clocks of summer begin."""
OUTSIDE = ("+49301234567", "+49307654321", "+4915112345678", "")


@pytest.fixture
async def log(services: Services) -> Services:
    """A week of calls, told to the log as the PBX tells them, and what others write beside it."""
    await services.customers.create(NewCustomer(name="Anna", numbers=((OUTSIDE[0], ""),)), "system")
    for name, kind in (("Lost parcel", "topic"), ("Rude", "words")):
        await services.trackers.put(Tracker(id="", name=name, kind=kind, phrases=(name.lower(),)), "system")  # type: ignore[arg-type]
    chance = random.Random(11)
    for number in range(CALLS):
        for fact in told(chance, number):
            services.calls.apply(fact)
    await services.calls.flush()
    async with services.store.begin() as tx:
        await _beside(tx, chance, [each.id for each in services.trackers.all()])
    return services


def told(chance: random.Random, number: int) -> Iterator[CallFact]:
    """One call from its begin to its end."""
    agent, other = chance.sample(("101", "102", "107"), 2)
    outside, direction = chance.choice(OUTSIDE), chance.choice(("incoming", "incoming", "outgoing", "internal"))
    at = BEGIN.timestamp() + chance.randrange(DAYS) * 86_400 + chance.choice(HOURS) * 3_600 + chance.randrange(3_600)
    answered = at + chance.choice((2, 15, 30, 130)) if chance.random() < 0.6 else None
    queue = chance.choice(("", "sales", "help")) if direction == "incoming" else ""
    sides = {
        "incoming": (Party(outside), (agent,), Party(outside)),
        "outgoing": (Party(agent), (outside or "110",), Party(outside or "110")),
        "internal": (Party(other), (agent,), Party(other)),
    }
    caller, to, remote = sides[direction]
    line = "+4930555100" if direction == "incoming" else ""
    view = CallView(
        id=f"pbx~{number}", direction=direction, caller=caller, to=to, remote=remote, line=line, queue=queue,
        started_at=at, answered_at=answered, answered_by=agent if answered else "",
    )  # type: ignore[arg-type]  # fmt: skip
    yield CallRang(call=view, at=at + 1, agent=agent)
    if queue:
        waited = answered - at if answered else chance.choice((2.0, 40.0))
        yield QueueLeft(
            call=view, at=at + waited, queue=queue, waited=waited, reason="answered" if answered else "abandoned"
        )
    yield from _talk(chance, view, agent, other) if answered else _nothing(chance, view)


def _talk(chance: random.Random, view: CallView, agent: str, other: str) -> Iterator[CallFact]:
    at = view.answered_at or 0.0
    yield CallAnswered(call=view, at=at, agent=agent)
    if chance.random() < 0.3:
        yield CallHeld(call=view, at=at + 5, agent=agent)
        yield CallUnheld(call=view, at=at + 12, agent=agent)
    if chance.random() < 0.2:
        yield CallTransferred(call=view, at=at + 15, agent=agent, kind="blind", target=other)
    yield CallEnded(call=view, at=at + 60, result="answered", talk_seconds=60.0)


def _nothing(chance: random.Random, view: CallView) -> Iterator[CallFact]:
    results: dict[str, tuple[Result, ...]] = {
        "incoming": ("missed", "busy", "failed"),
        "outgoing": ("no_answer", "busy"),
    }
    result: Result = "abandoned" if view.queue else chance.choice(results.get(view.direction, ("no_answer",)))
    yield CallEnded(call=view, at=view.started_at + 40, result=result, talk_seconds=0.0)


async def _beside(tx: AsyncConnection, chance: random.Random, trackers: list[str]) -> None:
    """What analyses, reviews and recordings leave: each known of some calls."""
    for id_ in (await tx.execute(sa.select(call.c.id))).scalars().all():
        values = {
            "score": chance.choice((None, 0.0, 80.0)), "recorded": chance.random() < 0.5,
            "identified_at": chance.choice((None, BEGIN)), "called_back": chance.choice(("", "x")),
        }  # fmt: skip
        analysed = chance.random() < 0.5
        values |= {"talk_share": 0.4, "sentiment": chance.choice((None, -0.6, 0.1))} if analysed else {}
        await tx.execute(sa.update(call).where(call.c.id == id_).values(values))
        if analysed:
            await _analysed(tx, chance, id_, chance.sample(trackers, 2))


async def _analysed(tx: AsyncConnection, chance: random.Random, id_: str, trackers: list[str]) -> None:
    part = {"id": id_, "call_id": id_, "state": "stored", "name": id_, "started_at": BEGIN}
    await tx.execute(sa.insert(recording).values(part))
    side = {"response_s": chance.choice((None, 0.8)), "words_per_minute": chance.choice((None, 120.0))}
    trend = chance.choice((None, {"trend": "improving"}, {"trend": "stable"}))
    found = {"state": chance.choice(("done", "waiting")), "report": {"speakers": [side, {}], "sentiment": trend}}
    figures = {"longest_s": chance.choice((None, 9.0)), "interruptions": 1, "silence_share": 0.2}
    key = {"recording_id": id_, "call_id": id_}
    await tx.execute(sa.insert(analysis).values(key | {"asked_at": BEGIN} | found | figures))
    await tx.execute(sa.insert(transcript).values(key | {"segments": [], "created_at": BEGIN}))
    for number, tracker in enumerate(trackers):
        await tx.execute(sa.insert(tracker_hit).values(key | {"id": f"{id_}{number}", "tracker_id": tracker}))


def figures_of(report: Report) -> Iterator[tuple[Figure, Measure, tuple[Link, ...]]]:
    """Every figure that a page shows with its sample, and what its link is made of."""
    for measure in report.tiles:
        yield report.totals[measure.key], measure, ()
    for table in report.tables:
        for row in table.rows:
            yield from ((row.figures[each.key], each, (row.link,)) for each in table.measures)
        if table.total:
            yield from ((table.total[each.key], each, (table.link,)) for each in table.measures)
    for (day, hour), cell in report.heat.cells.items() if report.heat else ():
        link = {"weekday": str(day), "hour": str(hour)}
        yield from ((cell[each.key], each, (link,)) for each in report.heat.measures if report.heat)


async def disagreeing(house: Services, me: User, asking: Question) -> tuple[int, list[str]]:
    """How many figures of a report lead to calls, and those that lead to another number of calls than they say."""
    report = await house.reports.make(asking.view, asking.asked)
    said: dict[str, set[tuple[str, int]]] = {}
    for figure, measure, links in figures_of(report):
        address = call_log(asking.asked, *links, counted(measure))
        if address and figure.n:
            said.setdefault(address, set()).add((measure.key, figure.n))
    wrong = []
    async with house.store.read() as tx:
        for address, figures in said.items():
            searched = listing.asked_by(house, me, parse(urlsplit(address).query), asking.asked.period.zone)
            number = await search_store.count(tx, searched, CALLS)
            wrong += [f"{key} {n} is not {number}: {address}" for key, n in figures if n != number]
    return len(said), wrong


async def test_every_figure_leads_to_as_many_calls_as_it_counts(log: Services) -> None:
    sue, agent = (log.users.by_login(login) for login in ("sue", "101"))
    assert sue
    assert agent
    await log.users.entitle(agent.id, {"see_all_calls": True})
    agent = log.users.get(agent.id) or agent
    asked = [(sue, asked_by(log, sue, view, PERIOD)) for view in VIEWS]
    asked += [(agent, asked_by(log, agent, "overview", PERIOD))]
    asked += [(me, conversations(log, me, f"{PERIOD}&agent={agent.id}")) for me in (sue, agent)]
    linked = 0
    for me, asking in asked:
        number, wrong = await disagreeing(log, me, asking)
        assert wrong == [], asking.view
        linked += number
    assert linked > CALLS


async def test_board_and_reports_count_the_same_of_a_day(log: Services) -> None:
    sue = log.users.by_login("sue")
    assert sue
    for day in range(25, 31):
        asking = asked_by(log, sue, "overview", f"from=2025-03-{day}&to=2025-03-{day}")
        totals = (await log.reports.make("overview", asking.asked)).totals
        period = asking.asked.period
        async with log.store.read() as tx:
            today = await board.load(tx, board.Day(period.start.timestamp(), period.end.timestamp()))
        assert today.total("incoming") == totals["incoming"].n
        assert today.total("incoming", "missed") == totals["missed"].n
        assert today.total("incoming", "abandoned") == totals["abandoned"].n
        assert today.total("outgoing") == totals["outgoing"].n
        level, shown = today.level_of_all(asking.asked.target), totals["service_level"]
        assert (level.counted, level.share) == (shown.n, shown.value)
