"""What a call was about: the admin's topics that were heard."""

from collections.abc import Iterable, Sequence

from screenpop.analysis.model import TrackerHit
from screenpop.analysis.tracking import Tracker

MOST = 4
EARLY_S = 90.0
_EARLY, _CUSTOMER = 1.0, 0.5
"""Why somebody calls is said early, and by the customer."""


def topics(hits: Iterable[TrackerHit], trackers: Sequence[Tracker]) -> tuple[str, ...]:
    """Names of topics, the one that most speaks for first: it is the reason for the call."""
    names = {each.id: each.name for each in trackers if each.kind == "topic"}
    weights: dict[str, float] = {}
    for hit in hits:
        if hit.tracker_id in names:
            weight = 1 + _EARLY * (hit.start < EARLY_S) + _CUSTOMER * (hit.side == "customer")
            weights[hit.tracker_id] = weights.get(hit.tracker_id, 0.0) + weight
    ranked = sorted(weights, key=lambda each: (-weights[each], names[each]))
    return tuple(names[each] for each in ranked[:MOST])
