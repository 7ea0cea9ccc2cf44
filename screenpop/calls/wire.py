"""Call facts as JSON-able maps: the one place that knows how a call fact looks outside."""

from dataclasses import fields
from typing import Any

from screenpop.facts import CallFact, CallView, Party

_COMMON = frozenset({"call", "at", "agent"})


def fact_to_map(fact: CallFact) -> dict[str, Any]:
    """`{"fact", "call", "at", "direction", "from": {"number", "name"}, "to": [...], "agent", …}`.

    Times are Unix seconds. `agent` is null where the fact concerns none; what only some facts have (`result`,
    `queue`, `target` …) follows under its own name.
    """
    call = fact.call
    own = {field.name: _plain(getattr(fact, field.name)) for field in fields(fact) if field.name not in _COMMON}
    return {
        "fact": fact.NAME,
        "call": call.id,
        "at": round(fact.at, 6),
        "direction": call.direction,
        "from": party_to_map(call.caller),
        "to": list(call.to),
        "agent": fact.agent or None,
        **_place(call),
        **own,
    }


def _plain(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def party_to_map(party: Party) -> dict[str, str]:
    """`{"number", "name"}`, both "" where withheld."""
    return {"number": party.number, "name": party.name}


def _place(call: CallView) -> dict[str, Any]:
    place = {"line": call.line, "queue": call.queue, "answered_by": call.answered_by}
    return {key: value for key, value in place.items() if value}
