"""The figures of reports once more, the slow way: from rows in Python, by their definitions and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median
from typing import Any

from screenpop.board.level import Target

Row = dict[str, Any]
Found = tuple[float | None, int]


def figures(rows: Sequence[Row], target: Target) -> dict[str, Found]:
    """(value, sample size) of every measure that is counted from the log."""
    incoming = [row for row in rows if row["direction"] == "incoming"]
    ended = [row for row in incoming if row["result"]]
    answered = [row for row in incoming if row["result"] == "answered"]
    abandoned = [row for row in incoming if row["result"] == "abandoned"]
    talked = [row for row in rows if row["result"] == "answered"]
    queued = [row for row in incoming if row["queue"]]
    counted = [row for row in queued if row["result"] == "answered"]
    counted += [row for row in queued if row["result"] == "abandoned" and row["wait_seconds"] >= target.short_abandon]
    in_time = [row for row in queued if row["result"] == "answered" and row["wait_seconds"] <= target.answer_within]
    waits = [_wait(row) for row in answered]
    rings = [row["ring_seconds"] for row in answered if row["ring_seconds"] > 0]
    talks = [max(0.0, row["talk_seconds"] - row["hold_seconds"]) for row in talked]
    identified = [
        max(0.0, (row["identified_at"] - row["answered_at"]).total_seconds())
        for row in incoming
        if row["answered_at"] and row["identified_at"]
    ]
    held = [row for row in talked if row["holds"]]
    responded = [row for row in incoming if row["result"] == "answered" or row["called_back"]]
    return {
        **{
            name: _count(row for row in rows if row["direction"] == name)
            for name in ("incoming", "outgoing", "internal")
        },
        "all": _count(rows),
        "answered": _count(answered),
        "missed": _count(row for row in incoming if row["result"] == "missed"),
        "abandoned": _count(abandoned),
        "talked": _count(talked),
        "recorded": _count(row for row in rows if row["recorded"]),
        "answer_rate": _share(answered, ended),
        "response_rate": _share(responded, ended),
        "service_level": _share(in_time, counted),
        "good_share": _share([wait for wait in waits if wait <= 40], waits),
        "slow_share": _share([wait for wait in waits if wait > 120], waits),
        "wait_mean": _mean(waits),
        "wait_median": _ranked(waits, median),
        "wait_p90": _ranked(waits, _ninth),
        "patience": _mean([_wait(row) for row in abandoned]),
        "ring_mean": _mean(rings),
        "ring_median": _ranked(rings, median),
        "ring_p90": _ranked(rings, _ninth),
        "talk_sum": (sum(talks), len(talks)),
        "talk_mean": _mean(talks),
        "talk_median": _ranked(talks, median),
        "talk_p90": _ranked(talks, _ninth),
        "handle_mean": _mean([row["talk_seconds"] for row in talked]),
        "hold_share": _share(held, talked),
        "hold_mean": _mean([row["hold_seconds"] for row in held]),
        "transfer_share": _share([row for row in talked if row["transfers"]], talked),
        "identified": _mean(identified),
        "score": _mean(_known(rows, "score")),
        "tone": _mean(_known(rows, "sentiment")),
        "talk_share": _mean(_known(rows, "talk_share")),
    }


def _wait(row: Row) -> float:
    return float(max(row["wait_seconds"], row["ring_seconds"]))


def _known(rows: Sequence[Row], name: str) -> list[float]:
    return [row[name] for row in rows if row[name] is not None]


def _count(rows: Iterable[Row]) -> Found:
    n = sum(1 for _ in rows)
    return n, n


def _share(part: Sequence[Any], whole: Sequence[Any]) -> Found:
    return (len(part) / len(whole) if whole else None), len(whole)


def _mean(values: Sequence[float]) -> Found:
    return (mean(values) if values else None), len(values)


def _ranked(values: Sequence[float], rank: Callable[[Sequence[float]], float]) -> Found:
    return (rank(values) if values else None), len(values)


def _ninth(values: Sequence[float]) -> float:
    """Nearest rank: the smallest value that nine of ten do not exceed."""
    ordered = sorted(values)
    return next(value for at, value in enumerate(ordered, 1) if at * 10 >= len(ordered) * 9)
