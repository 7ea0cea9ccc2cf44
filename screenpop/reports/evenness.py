"""How evenly work is spread. Pure."""

from collections.abc import Sequence


def evenness(parts: Sequence[float]) -> float | None:
    """1 where everybody has the same, 0 where one of many has all; None for fewer than two people, or no work.

    One less the Gini coefficient, corrected for small groups (Deltas 2003): n / (n - 1) times it, so that one of two
    having all comes to 0, too.
    """
    n, total = len(parts), sum(parts)
    if n < 2 or total <= 0:
        return None
    ranked = sum(rank * part for rank, part in enumerate(sorted(parts), 1))
    gini = (2 * ranked) / (n * total) - (n + 1) / n
    return min(1.0, max(0.0, 1 - gini * n / (n - 1)))
