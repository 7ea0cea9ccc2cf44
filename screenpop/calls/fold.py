"""What facts do to the stories of calls. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from screenpop.calls.history import History, entry_of
from screenpop.facts import CallFact, CallMerged


@dataclass(slots=True)
class Told:
    """What facts did."""

    latest: dict[str, CallFact] = field(default_factory=dict)
    """The calls that were told of and are still calls of their own, with what was told of them last."""
    since: dict[str, float] = field(default_factory=dict)
    """When each was told of first."""
    merges: list[tuple[str, str]] = field(default_factory=list)
    """(kept, gone), in order; `kept` is a call that is still one of its own in the end."""


def named(facts: Iterable[CallFact]) -> set[str]:
    """The ids of all calls that these facts are about."""
    found = set()
    for fact in facts:
        found.add(fact.call.id)
        if isinstance(fact, CallMerged):
            found.add(fact.gone)
    return found


def fold(histories: dict[str, History], facts: Iterable[CallFact]) -> Told:
    """Take the facts into the stories; there is one for each call named."""
    told = Told()
    for fact in facts:
        id_, history = fact.call.id, histories[fact.call.id]
        history.reopen()
        if isinstance(fact, CallMerged):
            history.take_over(histories[fact.gone])
            told.merges = [*_passed_on(told.merges, fact.gone, id_), (id_, fact.gone)]
            told.latest.pop(fact.gone, None)
        history.note(fact.call, fact.at)
        history.take(entry_of(fact))
        told.latest[id_] = fact
        told.since.setdefault(id_, fact.at)
    return told


def _passed_on(merges: Iterable[tuple[str, str]], gone: str, to: str) -> list[tuple[str, str]]:
    """What `gone` had taken in goes with it: its own row may never have been written."""
    return [(to if kept == gone else kept, other) for kept, other in merges]
