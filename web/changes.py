"""Changes that were asked for run to their end, also where the browser has gone meanwhile.

Cut off just when the store commits, a change would be written, and what is kept in memory would not know of it.
"""

import asyncio
from collections.abc import Awaitable

from aiohttp import web

FINISH_SECONDS = 3.0


class Changes:
    """Those under way."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Future[web.StreamResponse]] = set()

    async def carry_through(self, change: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        """The answer of `change`, which goes on should the one who waits here be cancelled."""
        task = asyncio.ensure_future(change)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Let all come to their end; one that takes long, an import, is cut off between two batches."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)
            for change in late:
                change.cancel()
            await asyncio.gather(*late, return_exceptions=True)


CHANGES = web.AppKey("changes", Changes)
