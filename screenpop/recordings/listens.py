"""Who heard what: each listener of a recording is written down once for each visit of its page."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from screenpop import audit
from screenpop.audit import AuditEntry
from screenpop.store.engine import Store

SAME_VISIT = 3600.0
"""Seconds: who comes back later with the same visit listens again."""
MOST_VISITS = 10_000
RECORDING = "recording"
"""The kind of object in the audit."""
HEARD = ("listen", "download", "share", "open_share", "revoke_share")
"""What is done to a recording by those who hear it, in words of the audit."""

Visit = tuple[str, str, str]


class Listens:
    """Writes the audit of recordings. A browser asks for a file in many pieces: those of one visit are one row."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._visits: OrderedDict[Visit, float] = OrderedDict()

    async def listened(self, actor: str, recording_id: str, visit: str) -> bool:
        """Write down that `actor` hears the recording, unless this visit is known; was it written?"""
        key, now = (actor, recording_id, visit[:32]), self._clock()
        if now - self._visits.get(key, float("-inf")) < SAME_VISIT:
            return False
        self._visits[key] = now
        self._visits.move_to_end(key)
        try:
            await self.did(actor, "listen", recording_id)
        except BaseException:
            self._visits.pop(key, None)
            raise
        self._forget(now)
        return True

    async def did(self, actor: str, action: str, recording_id: str) -> None:
        """Write down that `actor` did `action` to the recording."""
        async with self._store.begin() as tx:
            await audit.record(tx, actor, action, RECORDING, recording_id, {})

    async def of(self, recording_ids: Collection[str]) -> list[AuditEntry]:
        """Who heard, took or gave away these recordings, the latest first."""
        async with self._store.read() as tx:
            entries = await audit.entries(tx, RECORDING, tuple(recording_ids))
        return [entry for entry in entries if entry.action in HEARD]

    def _forget(self, now: float) -> None:
        while self._visits and (len(self._visits) > MOST_VISITS or self._is_old(now)):
            self._visits.popitem(last=False)

    def _is_old(self, now: float) -> bool:
        return now - next(iter(self._visits.values())) >= SAME_VISIT
