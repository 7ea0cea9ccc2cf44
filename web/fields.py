"""How the caller's card groups its fields, and what it says in one line. The card itself is `templates/card/`."""

from collections.abc import Iterable
from itertools import groupby

from screenpop.calls.dispositions import DEFAULT

GROUPS = {
    "name": "person",
    "category": "person",
    "company": "person",
    "location": "person",
    "responsible": "person",
    "number": "ends",
    "extension": "ends",
    "agent": "ends",
}
"""Fields that stand together in one block where the layout has them side by side; any other is its own block."""

DISPOSITIONS = DEFAULT
"""What an agent can say of a call where no admin has said so; the words are in `ui.disposition`."""


def runs(fields: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The fields in order, those of one group that are neighbours together: (block, its fields)."""
    return [(block, tuple(run)) for block, run in groupby(fields, lambda name: GROUPS.get(name, name))]
