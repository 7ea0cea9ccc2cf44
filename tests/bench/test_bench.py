"""The benches run, and their page says what they found. How fast is never tested."""

import pytest

from tests.bench.apart import run_here
from tests.bench.table import Row, number, page

QUICK = ("ami", "hub", "lookup", "call_log")
"""Those that start no other process; the others are started by `make bench`."""


@pytest.mark.parametrize("name", QUICK)
def test_bench_runs(name: str) -> None:
    rows = run_here(name, quick=True)
    assert rows
    assert all(row.value > 0 for row in rows)


@pytest.mark.parametrize(
    ("better", "value", "ratio", "within"), [("more", 50.0, 2.0, True), ("less", 50.0, 0.5, False)]
)
def test_ratio_and_budget_follow_what_is_better(better: str, value: float, ratio: float, within: bool) -> None:
    row = Row(what="x", value=value, unit="ms", better=better, peer="y", peer_value=25.0, budget=40.0)  # type: ignore[arg-type]
    assert (row.ratio, row.within_budget) == (ratio, within)


def test_page_names_peer_budget_and_machine() -> None:
    row = Row(what="lookups", value=1234.5, unit="a second", better="more", peer="other", peer_value=500, budget=2000)
    text = page({"AGI": [row]}, {"Python": "3.11"})
    assert "| Python | 3.11 |" in text
    assert "| lookups | 1,234 a second | other: 500 a second | 2.47 × | at least 2,000 a second: **missed** |" in text


@pytest.mark.parametrize(("value", "shown"), [(0.01234, "0.0123"), (12.345, "12.3"), (123456.0, "123,456")])
def test_figures_have_three_digits_that_count(value: float, shown: str) -> None:
    assert number(value) == shown
