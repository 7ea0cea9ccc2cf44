"""The names that were given out for recordings which have not begun, and the monitors that are none of ours. Pure."""

from collections import OrderedDict
from typing import TypeVar

T = TypeVar("T")
MOST = 2000
"""Names, calls and channels that are remembered; the oldest is forgotten first."""


class Expected:
    """By call: what is to begin. By channel: how many others write. The PBX names only the channel, for both."""

    def __init__(self) -> None:
        self._stems: OrderedDict[str, str] = OrderedDict()
        self._others: OrderedDict[str, int] = OrderedDict()

    def put(self, call_id: str, stem: str) -> None:
        """A recording of this call is to begin under this name."""
        self._stems[call_id] = stem
        trim(self._stems)

    def of(self, call_id: str) -> str:
        """The name of the recording of this call that is to begin; "" for none."""
        return self._stems.get(call_id, "")

    def drop(self, call_id: str) -> None:
        """It will not begin."""
        self._stems.pop(call_id, None)

    def has_begun(self, stem: str) -> None:
        """The recording of this name has begun."""
        self._stems = OrderedDict((call_id, each) for call_id, each in self._stems.items() if each != stem)

    def move(self, kept: str, gone: str) -> None:
        """The call `gone` turned out to be part of `kept`."""
        stem = self._stems.pop(gone, "")
        if stem and kept not in self._stems:
            self.put(kept, stem)

    def other_began(self, leg_id: str) -> None:
        """Somebody else records this channel as well."""
        self._others[leg_id] = self._others.get(leg_id, 0) + 1
        trim(self._others)

    def other_ended(self, leg_id: str) -> bool:
        """A monitor of this channel has ended: was it one of the others, as far as can be told?"""
        left = self._others.pop(leg_id, 0)
        if left > 1:
            self._others[leg_id] = left - 1
        return left > 0

    def forget(self, leg_id: str) -> None:
        """This channel is over."""
        self._others.pop(leg_id, None)


def trim(memory: OrderedDict[str, T]) -> None:
    """Forget the oldest where there are too many."""
    if len(memory) > MOST:
        memory.popitem(last=False)


def remember(memory: OrderedDict[str, None], key: str) -> None:
    """Put it in."""
    memory[key] = None
    trim(memory)
