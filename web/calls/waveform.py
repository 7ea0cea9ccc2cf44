"""What the player draws: the outline of both sides, and the marks on it."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from screenpop.analysis.model import Report
from screenpop.calls.sheet import Part

INTERRUPTION_SECONDS = 0.2
"""An interruption that is shorter is not marked."""


def outline(part: Part) -> str:
    """Both sides' levels (0 to 255, the agent's first, then as many of the customer) as base64; "" for none."""
    return base64.b64encode(part.peaks).decode()


def marks(part: Part) -> str:
    """What is marked on the waveform, as JSON: `kind`, `at`, `end`, and `side` and `text` where it has them."""
    found = list(_of_part(part))
    if part.finding.report:
        found += _of_report(part.finding.report)
    return json.dumps(sorted(found, key=lambda mark: mark["at"]), ensure_ascii=False)


def gaps(part: Part) -> str:
    """Only what was left out, as JSON like that of `marks`."""
    return json.dumps(list(_of_part(part)))


def speech(part: Part) -> str:
    """When somebody speaks, as JSON: pairs of seconds, in order; "" where that is not known."""
    report = part.finding.report
    return json.dumps([[round(turn.start, 2), round(turn.end, 2)] for turn in report.turns]) if report else ""


def _of_part(part: Part) -> Iterator[dict[str, Any]]:
    for gap in part.gaps:
        yield {"kind": "gap", "at": gap.start, "end": gap.end}


def _of_report(report: Report) -> Iterator[dict[str, Any]]:
    for hold in report.holds:
        yield {"kind": "hold", "at": hold.start, "end": hold.end}
    for each in report.interrupted:
        if each.seconds >= INTERRUPTION_SECONDS:
            yield {"kind": "interruption", "at": each.at, "end": each.at + each.seconds, "side": each.by}
    if report.longest_silence:
        yield {"kind": "silence", "at": report.longest_silence.start, "end": report.longest_silence.end}
    for hit in report.trackers:
        mark = {"kind": "tracker", "at": hit.start, "end": hit.end, "side": hit.side, "text": f"{hit.name}: {hit.text}"}
        yield mark | ({"alert": True} if hit.alert else {})
