"""The columns of the call log, and which of them a person wants to see."""

from collections.abc import Iterable
from typing import Final

from screenpop.agents.model import User

PREFERENCE: Final = "call_columns"
COLUMNS: Final = (
    *("time", "direction", "party", "called", "queue", "agent", "result", "ring", "wait", "talk", "hold"),
    *("recording", "sentiment", "score", "tags", "follow_up", "notes"),
)
ALWAYS: Final = ("time", "party")
USUAL: Final = (
    *("time", "direction", "party", "called", "agent", "result", "talk", "recording", "sentiment", "score", "notes"),
)


def shown(user: User) -> tuple[str, ...]:
    """What this person sees."""
    wanted = user.prefs.get(PREFERENCE)
    return chosen(wanted) if isinstance(wanted, list) else USUAL


def chosen(names: Iterable[object]) -> tuple[str, ...]:
    """Those of the names that are columns, in their order."""
    wanted = {*names, *ALWAYS}
    return tuple(name for name in COLUMNS if name in wanted)
