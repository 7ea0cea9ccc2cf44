"""What a call's story says of its recording. Pure."""

from collections.abc import Iterable

from screenpop.analysis.figures import Spans, joined
from screenpop.calls.history import Entry

_BEGINS = "held"
_ENDS = frozenset({"unheld", "left", "transferred", "ended"})


def holds_of(story: Iterable[Entry], began: float, seconds: float) -> Spans:
    """When the call was on hold, in seconds from the begin of a recording that began at `began` (Unix seconds)."""
    since: dict[str, float] = {}
    found: Spans = []
    for entry in story:
        if entry.kind == _BEGINS:
            since.setdefault(entry.agent, entry.at)
        elif entry.kind in _ENDS:
            over = list(since) if entry.kind == "ended" else [entry.agent]
            found += [(since.pop(agent), entry.at) for agent in over if agent in since]
    found += [(start, began + seconds) for start in since.values()]
    cut = ((max(start - began, 0.0), min(end - began, seconds)) for start, end in found)
    return joined((round(start, 3), round(end, 3)) for start, end in cut if end > start)
