"""The event bus: facts are published, listeners take the types they care about.

Listeners are plain functions and run inline, in the order of their subscription, the card's before all others; one
that fails is logged and skipped, so that it cannot harm the others. Work that must wait belongs in a task of the
listener's own.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

F = TypeVar("F")
Listener = Callable[[Any], None]
log = structlog.get_logger(__name__)


class Bus:
    """Carries facts (frozen dataclasses, named in the past tense) from who knows to who cares."""

    def __init__(self) -> None:
        self._listeners: defaultdict[type, list[Listener]] = defaultdict(list)

    def subscribe(
        self, fact_type: type[F], listener: Callable[[F], None], *, first: bool = False
    ) -> Callable[[], None]:
        """Call `listener` for every fact of `fact_type` or of a subclass; returns what ends that.

        `first`: before those of this type that are there already.
        """
        at = 0 if first else len(self._listeners[fact_type])
        self._listeners[fact_type].insert(at, listener)
        return lambda: self._listeners[fact_type].remove(listener)

    def publish(self, fact: object) -> None:
        """Hand `fact` to each listener; a listener's error is logged and goes no further."""
        for fact_type in type(fact).__mro__:
            for listener in tuple(self._listeners.get(fact_type, ())):
                try:
                    listener(fact)
                except Exception:
                    log.exception("listener failed", fact=type(fact).__name__, listener=repr(listener))
