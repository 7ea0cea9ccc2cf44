"""A call log as a small house has it, straight in the store: what the pages of calls are looked at with."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from screenpop.calls import text
from screenpop.customers.model import NewCustomer
from screenpop.store.tables import call, call_note, call_tag, recording, transcript
from tests.browser.house import House
from tests.web.recorded import segments

PEOPLE = (
    "Ada Lovelace",
    "Grace Hopper",
    "Konrad Zuse",
    "Emmy Noether",
    "Ludwig van der Meer-Hohenstaufen",
    "علی رضایی",
)
TAGS = ("delivery", "invoice", "angry", "new customer")
SAID = (
    ("agent", 0.5, "Good morning, this is Brightwater, how can I help you?"),
    ("customer", 3.4, "I ordered two brass wheels and one of them is <b>bent</b>, I want a refund."),
    ("agent", 9.0, "I am sorry to hear that. The refund takes three days."),
)
COUNT = 72


async def fill(house: House, count: int = COUNT) -> None:
    """The last two days and what was before them: every third recorded, a few missed, some of strangers."""
    chance, now = random.Random(5), datetime.now(UTC)
    customers = [await _customer(house, n, name) for n, name in enumerate(PEOPLE)]
    agents = [user for user in house.core.users.all() if user.extensions]
    rows = [_row(chance, now, n, customers, agents) for n in range(count)]
    async with house.core.store.begin() as tx:
        await tx.execute(sa.insert(call), rows)
        tags = [{"call_id": row["id"], "tag": chance.choice(TAGS)} for row in rows[::4]]
        await tx.execute(sa.insert(call_tag), tags)
        note = {
            "author": agents[0].id,
            "text": "Wants it in green; asks for a photo.",
            "created_at": now,
            "updated_at": now,
        }
        await tx.execute(sa.insert(call_note), [note | {"id": row["id"], "call_id": row["id"]} for row in rows[::7]])
        for row in rows:
            if row["recorded"]:
                values = {"id": f"r-{row['id']}", "call_id": row["id"], "state": "stored", "name": row["id"]}
                await tx.execute(
                    sa.insert(recording).values(values | {"started_at": row["started_at"], "seconds": 20.0})
                )
                said = {"recording_id": values["id"], "call_id": row["id"], "created_at": row["started_at"]}
                await tx.execute(sa.insert(transcript).values(said | {"segments": msgspec.to_builtins(segments(SAID))}))
        await text.refresh_many(tx, [row["id"] for row in rows])


async def _customer(house: House, place: int, name: str) -> tuple[str, str]:
    number = f"+4420794610{place:02d}"
    made = await house.core.customers.create(NewCustomer(name=name, numbers=((number, ""),)), "system")
    return made.id, number


def _row(
    chance: random.Random, now: datetime, place: int, customers: list[tuple[str, str]], agents: Any
) -> dict[str, Any]:
    began = now - timedelta(minutes=7 + place * 47)
    agent, known = chance.choice(agents), chance.random() < 0.7
    who, number = chance.choice(customers) if known else (None, f"+49151{chance.randrange(10**7, 10**8)}")
    answered, incoming = chance.random() < 0.8, chance.random() < 0.7
    recorded = answered and place % 3 == 0
    return {
        "id": f"1700000{place:03d}.{place}",
        "direction": "incoming" if incoming else "outgoing",
        "remote_raw": number,
        "number": number,
        "customer_id": who,
        "to": agent.extensions[0],
        "line": "+442079460000" if incoming else "",
        "queue": chance.choice(("support", "sales")) if incoming else "",
        "agent": agent.extensions[0],
        "user_id": agent.id if answered else None,
        "started_at": began,
        "answered_at": began + timedelta(seconds=8) if answered else None,
        "ended_at": began + timedelta(seconds=200),
        "talk_seconds": chance.randrange(20, 900) * 1.0 if answered else 0.0,
        "wait_seconds": chance.randrange(2, 90) * 1.0 if incoming else 0.0,
        "result": "answered" if answered else "missed" if incoming else "no_answer",
        "disposition": chance.choice(("", "done", "call_back")) if answered else "",
        "recorded": recorded,
        "score": chance.randrange(30, 100) * 1.0 if recorded else None,
        "sentiment": chance.choice((-0.6, 0.0, 0.5)) if recorded else None,
        "follow_up_at": now + timedelta(days=1) if place % 11 == 0 else None,
    }
