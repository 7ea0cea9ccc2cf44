"""What "service level" means here: of the callers who waited in a queue, how many were answered soon enough.

service level = answered within `answer_within` / (answered + gave up), those left out who gave up before
`short_abandon` seconds: they had dialled wrongly, or heard the announcement and knew enough. Who was sent on to
elsewhere counts neither way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

LeftBecause = Literal["answered", "abandoned", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Both in seconds."""

    answer_within: int = 20
    short_abandon: int = 5


class Visit(NamedTuple):
    """One caller's stay in a queue, over by now; `waited` in seconds."""

    reason: LeftBecause
    waited: float


@dataclass(frozen=True, slots=True)
class Level:
    """Callers who left a queue. `abandoned` counts all who gave up, `short` those of them who are left out."""

    answered: int = 0
    within: int = 0
    abandoned: int = 0
    short: int = 0

    def __add__(self, other: "Level") -> "Level":
        """Both together."""
        return Level(
            self.answered + other.answered,
            self.within + other.within,
            self.abandoned + other.abandoned,
            self.short + other.short,
        )

    @property
    def counted(self) -> int:
        """The callers that the service level speaks of: its sample."""
        return self.answered + self.abandoned - self.short

    @property
    def share(self) -> float | None:
        """The service level, 0 to 1; None where nobody is counted."""
        return self.within / self.counted if self.counted else None


def level_of(visits: Iterable[Visit], target: Target) -> Level:
    """What these visits come to."""
    answered = within = abandoned = short = 0
    for reason, waited in visits:
        if reason == "answered":
            answered += 1
            within += waited <= target.answer_within
        elif reason == "abandoned":
            abandoned += 1
            short += waited < target.short_abandon
    return Level(answered, within, abandoned, short)
