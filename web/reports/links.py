"""From a figure to its calls: addresses of the call log."""

from urllib.parse import parse_qs, urlencode

from screenpop.calls.search import KNOWN, to_query
from screenpop.reports.asking import filters_of
from screenpop.reports.groups import GROUPS, Link
from screenpop.reports.measures import Measure
from screenpop.reports.model import Asked

CALL_LOG = "/calls"


def call_log(asked: Asked, *links: Link) -> str:
    """The call log with those calls of a report that all the `links` are true of; "" where no address says that."""
    pairs: dict[str, list[str]] = {
        "from": [asked.period.first.isoformat()],
        "to": [asked.period.last.isoformat()],
        **parse_qs(to_query(filters_of(asked.search))),
    }
    for link in links:
        if link is None or not all(_narrow(pairs, name, value) for name, value in link.items()):
            return ""
    return f"{CALL_LOG}?{urlencode(pairs, doseq=True)}"


def _narrow(pairs: dict[str, list[str]], name: str, value: str | tuple[str, ...]) -> bool:
    """Let `name` be `value`, too; False where the report is about others."""
    values = [value] if isinstance(value, str) else list(value)
    given = pairs.get(name)
    if given and name not in ("from", "to"):
        values = [each for each in values if each in given]
    pairs[name] = values
    return bool(values)


def counted(measure: Measure) -> Link:
    """The calls that a figure is counted from."""
    if measure.of == "tracker":
        return {}  # its row says which
    group = GROUPS.get(measure.of)
    if group is None or group.link is None or measure.value not in KNOWN:
        return group.link if group else None
    return {**group.link, "known": measure.value}
