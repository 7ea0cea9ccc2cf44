"""Clocks and figures."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

RUNS = 5


def runs(quick: bool) -> int:
    """How many runs a median is taken of."""
    return 1 if quick else RUNS


@contextmanager
def without_gc() -> Iterator[None]:
    """Collect before and not during: the collector would blame one run for another one's garbage."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cpu_seconds(work: Callable[[], object]) -> float:
    """The processor time of `work`: on a shared machine it is steadier than the wall clock."""
    with without_gc():
        start = time.process_time()
        work()
        return time.process_time() - start


def side_by_side(count: int, *works: Callable[[], float]) -> list[float]:
    """The median of each of `works`, run in turns so that a slow moment of the machine hits all."""
    figures = [[work() for work in works] for _ in range(count)]
    return [statistics.median(column) for column in zip(*figures, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them (0 to 1) lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
