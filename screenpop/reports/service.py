"""What can be asked of the reports."""

import asyncio
from collections.abc import Callable

from screenpop.board.level import Target
from screenpop.errors import N_, BadInput
from screenpop.reports import plans
from screenpop.reports.model import Asked, Report, View
from screenpop.store.engine import Store
from screenpop.store.limit import TooSlow, time_limit

AT_ONCE = 2
"""So many reports are counted at a time: the others wait, and the rest of the house keeps its readers."""
PATIENCE = 60.0
"""Seconds that one may take."""
BY_THE_WAY = 0.5
"""Seconds for what stands on a page about something else."""
_TOO_SLOW = N_("This search takes too long. Choose a shorter period.")


class Reports:
    """Counts. Reads only."""

    def __init__(self, store: Store, target: Callable[[], Target]) -> None:
        self._store, self._target = store, target
        self._turn = asyncio.Semaphore(AT_ONCE)

    @property
    def target(self) -> Target:
        """What the service level is measured by, as it is set now."""
        return self._target()

    async def small(self, view: View, asked: Asked) -> Report | None:
        """The same of few calls, at once; None where they are too many to be counted by the way."""
        async with self._store.read() as tx:
            try:
                async with time_limit(tx, BY_THE_WAY):
                    return await plans.make(tx, view, asked)
            except TooSlow:
                return None

    async def make(self, view: View, asked: Asked) -> Report:
        """One view of the calls asked for, whole. Raises BadInput where that takes too long."""
        async with self._turn, self._store.read() as tx:
            try:
                async with time_limit(tx, PATIENCE):
                    return await plans.make(tx, view, asked)
            except TooSlow:
                raise BadInput(_TOO_SLOW, "from") from None
