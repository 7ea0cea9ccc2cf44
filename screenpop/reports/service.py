"""What can be asked of the reports."""

import asyncio
from collections.abc import Callable

from screenpop.board.level import Target
from screenpop.reports import plans
from screenpop.reports.model import Asked, Report, View
from screenpop.store.engine import Store

AT_ONCE = 2
"""So many reports are counted at a time: the others wait, and the rest of the house keeps its readers."""


class Reports:
    """Counts. Reads only."""

    def __init__(self, store: Store, target: Callable[[], Target]) -> None:
        self._store, self._target = store, target
        self._turn = asyncio.Semaphore(AT_ONCE)

    @property
    def target(self) -> Target:
        """What the service level is measured by, as it is set now."""
        return self._target()

    async def make(self, view: View, asked: Asked) -> Report:
        """One view of the calls asked for, whole."""
        async with self._turn, self._store.read() as tx:
            return await plans.make(tx, view, asked)
