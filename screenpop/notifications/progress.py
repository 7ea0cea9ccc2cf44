"""How recordings and their analyses go on: told to the open panels of those who see the call."""

import asyncio
import json
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.facts import AnalysisChanged, RecordingChanged
from screenpop.hub import Hub
from screenpop.store.engine import Store
from screenpop.store.tables import call

TOGETHER = 0.25
"""Seconds in which what comes is told at once, and only as it is then."""
MOST = 500
"""So many are told at once; the older ones are left out: who opens their page reads how they stand."""

Key = tuple[str, str]
log = structlog.get_logger(__name__)


class Progress:
    """Listens on the bus and sends to the hub while `run` runs."""

    def __init__(self, bus: Bus, hub: Hub, users: Users, store: Store) -> None:
        self._hub, self._users, self._store = hub, users, store
        self._due: dict[Key, AnalysisChanged | RecordingChanged] = {}
        self._news = asyncio.Event()
        bus.subscribe(AnalysisChanged, lambda fact: self._note("analysis", fact))
        bus.subscribe(RecordingChanged, lambda fact: self._note("recording", fact))

    async def run(self) -> None:
        """Tell what changed; for ever. A failing disk is no reason to stop."""
        while True:
            await self._news.wait()
            await asyncio.sleep(TOGETHER)
            try:
                await self.tell()
            except SQLAlchemyError as error:
                log.error("how a recording goes on could not be told", error=str(error))

    async def tell(self) -> None:
        """Tell what changed since the last time."""
        self._news.clear()
        due, self._due = self._due, {}
        readers = await self._readers({fact.call_id for fact in due.values()})
        for (kind, _), fact in due.items():
            if fact.call_id in readers:
                self._hub.publish(kind, json.dumps(_wire(fact)), readers[fact.call_id])

    def _note(self, kind: str, fact: AnalysisChanged | RecordingChanged) -> None:
        self._due.pop((kind, fact.recording_id), None)
        self._due[kind, fact.recording_id] = fact
        if len(self._due) > MOST:
            self._due.pop(next(iter(self._due)))
        self._news.set()

    async def _readers(self, call_ids: set[str]) -> dict[str, set[str]]:
        """Call -> who sees it: those who see all, and whoever took it or sits where it rang."""
        if not call_ids:
            return {}
        all_seeing = {user.id for user in self._users.all() if user.may(Permission.SEE_ALL_CALLS)}
        c = call.c
        async with self._store.read() as tx:
            rows = (await tx.execute(sa.select(c.id, c.user_id, c.agent).where(c.id.in_(call_ids)))).all()
        return {row.id: all_seeing | self._own(row.user_id, row.agent) for row in rows}

    def _own(self, user_id: str | None, agent: str) -> set[str]:
        return {user_id} if user_id else {user.id for user in self._users.at(agent)}


def _wire(fact: AnalysisChanged | RecordingChanged) -> dict[str, Any]:
    shape: dict[str, Any] = {"call_id": fact.call_id, "recording_id": fact.recording_id, "state": fact.state}
    if isinstance(fact, AnalysisChanged):
        return shape | {"progress": round(fact.progress, 3)}
    return shape | {"paused": fact.paused}
