"""Rows of calls made by chance, a month of them or a million: what reports are tried on. One seed, the same calls."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from screenpop.ids import make_id
from screenpop.store.engine import Store
from screenpop.store.tables import call

QUEUES = ("", "sales", "support")
LINES = ("", "+4930555100", "+4930555200")
RESULTS = {
    "incoming": (("answered", 78), ("missed", 9), ("abandoned", 9), ("busy", 2), ("failed", 2)),
    "outgoing": (("answered", 70), ("no_answer", 20), ("busy", 8), ("failed", 2)),
    "internal": (("answered", 80), ("no_answer", 20)),
}
CHUNK = 5_000


def random_calls(
    count: int,
    start: datetime,
    days: float,
    *,
    seed: int = 1,
    users: Sequence[tuple[str, str]] = (),
    customers: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """`count` rows within `days` days from `start`, more by day than by night. `users`: (extension, user's id)."""
    chance = random.Random(seed)
    moments = sorted(_moment(chance, start, days) for _ in range(count))
    return [_row(chance, at, number, users, customers) for number, at in enumerate(moments)]


async def write_calls(store: Store, rows: Sequence[dict[str, Any]]) -> None:
    """Put the rows into the log."""
    for first in range(0, len(rows), CHUNK):
        async with store.begin() as tx:
            await tx.execute(sa.insert(call), rows[first : first + CHUNK])


def _moment(chance: random.Random, start: datetime, days: float) -> datetime:
    day = chance.randrange(max(1, int(days)))
    hour = min(max(chance.gauss(13, 3), 0), 23.99) if chance.random() < 0.9 else chance.random() * 24
    if (start + timedelta(days=day)).weekday() >= 5 and chance.random() < 0.7:
        day = max(0, day - 2)
    return start + timedelta(days=day, hours=hour)


def _row(
    chance: random.Random,
    at: datetime,
    number: int,
    users: Sequence[tuple[str, str]],
    customers: Sequence[str],
) -> dict[str, Any]:
    direction = chance.choices(tuple(RESULTS), (70, 25, 5))[0]
    results = RESULTS[direction]
    result = chance.choices([name for name, _ in results], [weight for _, weight in results])[0]
    queue = chance.choice(QUEUES) if direction == "incoming" else ""
    ring = round(chance.expovariate(1 / 9), 3)
    wait = round(ring + chance.expovariate(1 / 18), 3) if queue else 0.0
    answered = result == "answered"
    talk = round(chance.lognormvariate(4.8, 0.8), 3) if answered else 0.0
    holds = chance.choices((0, 1, 2), (80, 15, 5))[0] if answered else 0
    agent, user_id = chance.choice(users) if users else (str(chance.randint(101, 108)), None)
    answered_at = at + timedelta(seconds=max(wait, ring)) if answered else None
    analysed = answered and chance.random() < 0.4
    return {
        "id": make_id(int(at.timestamp() * 1000), number),
        "direction": direction,
        "remote_raw": "",
        "number": f"+4930{chance.randint(1000000, 9999999)}",
        "customer_id": chance.choice(customers) if customers and chance.random() < 0.6 else None,
        "to": agent,
        "line": chance.choice(LINES) if direction == "incoming" else "",
        "queue": queue,
        "agent": agent,
        "user_id": user_id,
        "started_at": at,
        "answered_at": answered_at,
        "ended_at": (answered_at or at + timedelta(seconds=max(wait, ring))) + timedelta(seconds=talk),
        "talk_seconds": talk,
        "result": result,
        "ring_seconds": ring,
        "wait_seconds": wait,
        "hold_seconds": round(min(talk, holds * chance.uniform(5, 60)), 3),
        "holds": holds,
        "transfers": int(answered and chance.random() < 0.06),
        "missed_at": None if answered or direction != "incoming" else at,
        "called_back": "x" if not answered and direction == "incoming" and chance.random() < 0.4 else "",
        "identified_at": answered_at + timedelta(seconds=chance.uniform(-5, 40)) if answered_at else None,
        "recorded": analysed,
        "score": round(chance.uniform(40, 100), 1) if analysed and chance.random() < 0.5 else None,
        "sentiment": round(chance.uniform(-1, 1), 3) if analysed else None,
        "talk_share": round(chance.uniform(0.2, 0.8), 3) if analysed else None,
    }
