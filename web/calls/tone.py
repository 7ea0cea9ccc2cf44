"""The tone of a conversation as a small drawing, and in words."""

from dataclasses import dataclass

from screenpop.analysis.model import SIDES, Report, Side
from screenpop.calls.search_sql import BAD, GOOD

WIDTH, HEIGHT = 300, 72
EDGE = 6


@dataclass(frozen=True, slots=True)
class Curve:
    """The tone of one side: its points in the drawing, and as (second, value)."""

    side: Side
    points: str
    dots: tuple[tuple[float, float], ...]
    moods: tuple[tuple[float, float], ...]


def curves(report: Report) -> list[Curve]:
    """The course of the tone for each side that has one."""
    if report.sentiment is None or not report.duration:
        return []
    found = []
    for side in SIDES:
        moods = tuple((mood.at, mood.value) for mood in report.sentiment.course if mood.side == side)
        dots = tuple((_x(at, report.duration), _y(value)) for at, value in moods)
        if dots:
            found.append(Curve(side, " ".join(f"{x:g},{y:g}" for x, y in dots), dots, moods))
    return found


def kind(value: float | None) -> str:
    """good, bad, neutral; "" for none."""
    if value is None:
        return ""
    return "good" if value >= GOOD else "bad" if value <= BAD else "neutral"


def _x(at: float, seconds: float) -> float:
    return round(EDGE + min(at / seconds, 1) * (WIDTH - 2 * EDGE), 1)


def _y(value: float) -> float:
    return round(EDGE + (1 - value) / 2 * (HEIGHT - 2 * EDGE), 1)
