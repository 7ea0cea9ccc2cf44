"""docs/reports.md says what every figure means, in the very words of the panel."""

from pathlib import Path

import pytest

from screenpop.calls.values import VALUES
from screenpop.reports.groups import GROUPS
from screenpop.reports.measures import MEASURES, Measure

TEXT = (Path(__file__).parents[3] / "docs" / "reports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.key)
def test_figure_is_defined_in_the_documentation(measure: Measure) -> None:
    assert f"| {measure.label} | {measure.meaning} |" in TEXT


@pytest.mark.parametrize("key", [each.key for each in MEASURES.values() if each.how != "other"])
def test_figure_is_made_of_groups_and_values_that_there_are(key: str) -> None:
    measure = MEASURES[key]
    assert measure.of in GROUPS
    assert measure.what in ({"": GROUPS, "share": GROUPS}.get(measure.how) or {**VALUES, "": None})
