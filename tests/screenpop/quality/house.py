"""A store with people, calls and their analyses, for tests of reviews."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from msgspec import to_builtins
from msgspec.structs import replace

from screenpop.agents.model import User
from screenpop.analysis.model import Report
from screenpop.quality.model import Card, Question, Rule
from screenpop.store.engine import Store
from screenpop.store.tables import analysis, call, recording
from tests.screenpop.analysis.talks import LATE_SINK, report_of

GREETED = Question(id="", text="Greeted?", kind="yes_no")
ANSWERED = Question(id="", text="Answered well?", kind="scale", weight=3)
SHARE = Question(id="", text="Let the customer speak", kind="auto", rule=Rule(measure="talk_share", most=60))
CARD = Card(id="", name="Service", questions=(GREETED, ANSWERED, SHARE))
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def spoken() -> Report:
    """A report in which the agent had half of the talk."""
    return report_of(LATE_SINK.lines)


class HasStore(Protocol):
    """A core, or the panel's services."""

    @property
    def store(self) -> Store: ...


@dataclass
class Calls:
    """Writes calls and analyses into the store of `core`."""

    core: HasStore

    async def add(
        self, call_id: str, user: User | None = None, *, queue: str = "", direction: str = "incoming", days_ago: int = 0
    ) -> None:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        row = {"id": call_id, "direction": direction, "started_at": at, "queue": queue, "result": "answered"}
        seat = {"user_id": user.id if user else None, "agent": user.extensions[0] if user and user.extensions else ""}
        async with self.core.store.begin() as tx:
            await tx.execute(sa.insert(call).values(row | seat | {"wait_seconds": 12.0}))

    async def analyse(self, call_id: str, report: Report | None = None, state: str = "done") -> None:
        """As the worker leaves it."""
        values = {"state": state, "finished_at": datetime.now(UTC), "report": to_builtins(_stored(report or spoken()))}
        async with self.core.store.begin() as tx:
            done = await tx.execute(sa.update(analysis).where(analysis.c.recording_id == f"r-{call_id}").values(values))
            if not done.rowcount:
                key = {"recording_id": f"r-{call_id}", "call_id": call_id, "asked_at": NOW}
                rec = {"id": f"r-{call_id}", "call_id": call_id, "state": "stored", "name": call_id, "started_at": NOW}
                await tx.execute(sa.insert(recording).values(rec))
                await tx.execute(sa.insert(analysis).values(key | values))

    async def score(self, call_id: str) -> float | None:
        async with self.core.store.read() as tx:
            found: float | None = await tx.scalar(sa.select(call.c.score).where(call.c.id == call_id))
            return found


def _stored(report: Report) -> Report:
    return replace(report, transcript=())
