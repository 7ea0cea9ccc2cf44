"""A small call log at random, written into a store and kept in memory."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.customers.fold import fold
from screenpop.ids import make_id
from screenpop.store.tables import (
    call,
    call_tag,
    call_text,
    category,
    customer,
    customer_search,
    recording,
    tracker_hit,
    user,
    word_tracker,
)
from tests.screenpop.calls.naive import Log

NOW = datetime(2025, 11, 5, 10, 30, tzinfo=UTC)
USERS = {make_id(1, n): team for n, team in enumerate(("sales", "sales", "help", ""))}
SEATS = ("101", "102", "103", "10")
CUSTOMERS = {f"c{n}": names for n, names in enumerate((("Anna Berg", "a"), ("Jürgen Łoś", "b"), ("Annabell AG", "a")))}
NUMBERS = ("+49301234567", "+49301234999", "+15550100", "102", "101", "")
WORDS = ("refund", "refunds", "price", "Größe", "thank", "you", "sales", "naïve", "x1")
TAGS, TRACKERS = ("angry", "later", "x,y"), ("t1", "t2")


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Calls of about a year around two changes of the clock, some of the same moment."""
    chance = random.Random(seed)
    return [_row(chance, f"pbx-{n}") for n in range(count)]


def _row(chance: random.Random, id_: str) -> dict[str, Any]:
    seconds = chance.choice((86400 * 3, 86400 * 20, 86400 * 300))
    began = NOW - timedelta(seconds=chance.randrange(seconds))
    if chance.random() < 0.2:
        began = NOW - timedelta(hours=1)
    answered = chance.random() < 0.6
    follow_up = chance.choice((None, NOW - timedelta(hours=2), NOW + timedelta(days=1)))
    return {
        "id": id_,
        "direction": chance.choice(("incoming", "outgoing", "internal")),
        "number": chance.choice(NUMBERS),
        "customer_id": chance.choice((None, *CUSTOMERS)),
        "to": " ".join(chance.sample(SEATS, 2)),
        "line": chance.choice(("", "+4930555")),
        "queue": chance.choice(("", "help", "sales")),
        "agent": chance.choice(SEATS),
        "user_id": chance.choice((None, *USERS)),
        "started_at": began,
        "answered_at": began + timedelta(seconds=4) if answered else None,
        "ended_at": began + timedelta(seconds=90),
        "talk_seconds": float(chance.choice((0, 30, 86, 300))) if answered else 0.0,
        "wait_seconds": chance.choice((0.0, 12.5, 60.0)),
        "result": "answered" if answered else chance.choice(("missed", "busy")),
        "disposition": chance.choice(("", "done", "call_back")),
        "follow_up_user": chance.choice(("", *USERS)) if follow_up else "",
        "follow_up_at": follow_up,
        "follow_up_done_at": NOW if follow_up and chance.random() < 0.3 else None,
        "recorded": chance.random() < 0.5,
        "score": chance.choice((None, 10.0, 55.5, 90.0)),
        "talk_share": chance.choice((None, 0.3, 0.6)),
        "sentiment": chance.choice((None, -0.8, -0.15, 0.1, 0.15, 0.9)),
    }


async def write(tx: AsyncConnection, count: int, seed: int) -> Log:
    """Write such a log, and say what is in it."""
    chance = random.Random(seed)
    log = Log(
        calls=rows(count, seed),
        customers=dict(CUSTOMERS),
        teams=dict(USERS),
        tags={f"pbx-{n}": set(chance.sample(TAGS, chance.randrange(3))) for n in range(count)},
        hits={f"pbx-{n}": set(chance.sample(TRACKERS, chance.randrange(3))) for n in range(count)},
        texts={f"pbx-{n}": " ".join(chance.choices(WORDS, k=chance.randrange(6))) for n in range(count)},
    )
    await _people(tx)
    await tx.execute(sa.insert(call), log.calls)
    await _beside(tx, log)
    return log


async def _people(tx: AsyncConnection) -> None:
    now = {"created_at": NOW, "updated_at": NOW}
    for id_, team in USERS.items():
        await tx.execute(sa.insert(user).values(id=id_, login=id_, role="agent", team=team, created_at=NOW))
    for id_ in ("a", "b"):
        await tx.execute(sa.insert(category).values(id=id_, name=id_, colour="teal", flag="ordinary"))
    for row, (id_, (name, kind)) in enumerate(CUSTOMERS.items()):
        values = {"id": id_, "name": name, "name_key": fold(name), "category_id": kind}
        await tx.execute(sa.insert(customer).values(values | now))
        await tx.execute(sa.insert(customer_search).values(row=row, customer_id=id_, text=fold(name)))


async def _beside(tx: AsyncConnection, log: Log) -> None:
    await tx.execute(
        sa.insert(call_tag), [{"call_id": id_, "tag": tag} for id_, tags in log.tags.items() for tag in tags]
    )
    for id_ in TRACKERS:
        await tx.execute(sa.insert(word_tracker).values(id=id_, name=id_, phrases=[], updated_at=NOW))
    values = {"id": "r", "call_id": "pbx-0", "state": "stored", "name": "r", "started_at": NOW}
    await tx.execute(sa.insert(recording).values(values))
    hits = [(id_, tracker) for id_, trackers in log.hits.items() for tracker in trackers for _ in range(2)]
    await tx.execute(
        sa.insert(tracker_hit),
        [
            {"id": str(n), "tracker_id": tracker, "call_id": id_, "recording_id": "r"}
            for n, (id_, tracker) in enumerate(hits)
        ],
    )
    taken: set[int] = set()
    for row in log.calls:
        place = int(row["started_at"].timestamp() * 1_000_000)
        while place in taken:
            place += 1
        taken.add(place)
        if log.texts[row["id"]]:
            text = {"row": place, "call_id": row["id"], "text": fold(log.texts[row["id"]])}
            await tx.execute(sa.insert(call_text).values(text))
