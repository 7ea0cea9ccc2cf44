"""Is Ringdesk well attached? Each requirement is one finding, with the remedy in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from screenpop.said import Said

NOTHING = Said()

Level = Literal["OK", "WARN", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """WARN: Ringdesk runs, but something is missing; FAIL: it does not do its job so."""

    level: Level
    what: Said
    text: Said
    remedy: Said = NOTHING

    def line(self) -> str:
        """As `ringdesk check` prints it."""
        remedy = f"\n{'':22}-> {self.remedy}" if self.remedy else ""
        return f"{self.level:4}  {self.what:15} {self.text}{remedy}"


def ok(what: Said, text: Said) -> Finding:
    return Finding("OK", what, text)


def warn(what: Said, text: Said, remedy: Said) -> Finding:
    return Finding("WARN", what, text, remedy)


def fail(what: Said, text: Said, remedy: Said) -> Finding:
    return Finding("FAIL", what, text, remedy)


def failed(findings: Sequence[Finding]) -> bool:
    """Whether any of them is a FAIL."""
    return any(finding.level == "FAIL" for finding in findings)
