"""Blind reviews: which scores a reviewer is not to know before he has finished a review of his own."""

import sqlalchemy as sa

from screenpop.calls.search import Search
from screenpop.quality.model import SYSTEM
from screenpop.store.tables import call, review

_C = review.c


def is_hidden_from(reviewer: str) -> sa.ColumnElement[bool]:
    """Calls that others have finished a review of, and `reviewer` has not."""
    finished = sa.select(_C.id).where(_C.call_id == call.c.id, _C.reviewer != SYSTEM, _C.done_at.is_not(None))
    own, others = finished.where(_C.reviewer == reviewer), finished.where(_C.reviewer != reviewer)
    return sa.and_(others.correlate(call).exists(), ~own.correlate(call).exists())


def tells_scores(search: Search) -> bool:
    """Would the calls that this finds, or their order, say what score they have?"""
    return bool(search.min_score) or search.max_score is not None or search.sorted_by == "score"
