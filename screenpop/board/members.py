"""Who works in which queue right now: as the PBX says, else as calls have shown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from screenpop.facts import QueueMemberChanged, QueuesListed

COUNTED = ("available", "busy", "paused")


class Members:
    """The members of all queues. `extension_of` says whose a device of the PBX is, "" where nobody's."""

    def __init__(self, extension_of: Callable[[str], str]) -> None:
        self._extension_of = extension_of
        self._queues: set[str] = set()
        self._members: dict[tuple[str, str], QueueMemberChanged] = {}

    @property
    def queues(self) -> frozenset[str]:
        """The queues that the PBX named."""
        return frozenset(self._queues)

    def listed(self, fact: QueuesListed) -> None:
        """All of them anew."""
        self._queues = set(fact.queues)
        self._members = {(each.queue, each.device): each for each in fact.members}

    def changed(self, fact: QueueMemberChanged) -> None:
        """One of them is another, or gone."""
        self._queues.add(fact.queue)
        if fact.gone:
            self._members.pop((fact.queue, fact.device), None)
        else:
            self._members[fact.queue, fact.device] = fact

    def counts(self, queue: str) -> dict[str, int]:
        """`members`, and how many of them are `available`, `busy`, `paused`; the rest cannot be reached."""
        found = [each for (name, _), each in self._members.items() if name == queue]
        states = Counter("paused" if each.paused else each.state for each in found)
        return {"members": len(found)} | {state: states[state] for state in COUNTED}

    def by_extension(self) -> Mapping[str, Sequence[QueueMemberChanged]]:
        """In which queues each extension works, as what."""
        found: defaultdict[str, list[QueueMemberChanged]] = defaultdict(list)
        for each in self._members.values():
            found[self._extension_of(each.device)].append(each)
        return found


def queues_of(members: Collection[QueueMemberChanged]) -> tuple[tuple[str, ...], int]:
    """The queues in which these are, and in how many of them they are paused."""
    queues = tuple(sorted({each.queue for each in members}))
    return queues, len({each.queue for each in members if each.paused})
