"""Holds come from the call's events."""

import pytest

from screenpop.analysis.events import holds_of
from screenpop.calls.history import Entry


@pytest.mark.feature("ANAL+07")
def test_holds_are_cut_to_the_recording() -> None:
    story = [
        Entry(at=90, kind="held", agent="101"),
        Entry(at=105, kind="unheld", agent="101"),
        Entry(at=110, kind="held", agent="101"),
        Entry(at=112, kind="transferred", agent="101"),
        Entry(at=118, kind="held", agent="102"),
        Entry(at=140, kind="ended"),
    ]
    assert holds_of(story, 100.0, 30.0) == [(0.0, 5.0), (10.0, 12.0), (18.0, 30.0)]


@pytest.mark.feature("ANAL+07")
def test_hold_without_an_end_lasts_to_the_end() -> None:
    assert holds_of([Entry(at=110, kind="held", agent="101")], 100.0, 30.0) == [(10.0, 30.0)]
