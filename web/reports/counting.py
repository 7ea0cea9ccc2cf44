"""Reports that are being counted. One that takes long is asked for twice, by the page and by what the page fetches
after it: it is counted once."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from aiohttp import web

from screenpop.agents.model import User
from screenpop.reports.model import Report
from web.reports.asking import Question

KEPT = 30.0
"""Seconds for which a report waits for the page that began it."""


class Counting:
    """What is being counted, or was and is not fetched yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[Hashable, asyncio.Future[Report]] = {}
        self._until: dict[Hashable, float] = {}

    def of(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Report]]) -> "asyncio.Future[Report]":
        """The report of this key: the one that is under way, else a new one."""
        self._forget_old()
        if key not in self._begun:
            self._begun[key] = making = asyncio.ensure_future(make())
            making.add_done_callback(lambda _: self._done(key))
        return self._begun[key]

    def shown(self, key: Hashable) -> None:
        """Whoever asks next wants a fresh one."""
        self._begun.pop(key, None)
        self._until.pop(key, None)

    async def end(self) -> None:
        """Give up what is being counted."""
        begun = list(self._begun.values())
        for each in begun:
            each.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    def _done(self, key: Hashable) -> None:
        making = self._begun.get(key)
        if making and making.done() and not making.cancelled() and making.exception() is None:
            self._until[key] = self._clock() + KEPT
        elif making and making.done():
            self.shown(key)

    def _forget_old(self) -> None:
        now = self._clock()
        for key in [key for key, until in self._until.items() if until < now]:
            self.shown(key)


COUNTING = web.AppKey("counted reports", Counting)


def key_of(me: User, asking: Question) -> Hashable:
    """What makes two questions the same: the calls, and who may see which of them."""
    asked = asking.asked
    seen = (me.id, me.extensions, asking.sees_all, asked.hears)
    return (*seen, asking.view, asked.period, asked.search, asked.target, asked.compare)
