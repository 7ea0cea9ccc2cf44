"""The recordings that are being made, by the channels that are recorded."""

from ari_app.recording.live import Live
from screenpop.calls.tracker import Tracker
from screenpop.facts import CallView


class Lives:
    """`tracker` knows which calls are up, and under which linkedids."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._by_leg: dict[str, Live] = {}

    def put(self, live: Live) -> None:
        """It has begun."""
        self._by_leg[live.leg_id] = live

    def drop(self, live: Live) -> None:
        """It is over."""
        self._by_leg.pop(live.leg_id, None)

    def move(self, live: Live, leg_id: str, channel: str) -> None:
        """It is this channel that is recorded: another one's monitor was taken for ours. Nothing where it is over."""
        if self._by_leg.get(live.leg_id) is live:
            self.drop(live)
            live.leg_id, live.channel = leg_id, channel
            self.put(live)

    def at(self, leg_id: str) -> Live | None:
        """That of a channel."""
        return self._by_leg.get(leg_id)

    def of(self, call_id: str) -> list[Live]:
        """Those of a call, by the id that they have it under."""
        return [live for live in self._by_leg.values() if live.call_id == call_id]

    def find(self, linkedid: str) -> list[Live]:
        """Those of the call that is up under this linkedid."""
        return self.of(self.call_id(linkedid))

    def named(self, name: str) -> Live | None:
        """That with this name."""
        return next((live for live in self._by_leg.values() if live.name == name), None)

    def knows(self, recording_id: str) -> bool:
        """Is it one of them?"""
        return any(live.id == recording_id for live in self._by_leg.values())

    def call_id(self, linkedid: str) -> str:
        """The call that is up under this linkedid, or under the id it had before it became part of another."""
        return self._tracker.call_id_of(linkedid) or linkedid

    def view(self, linkedid: str) -> CallView | None:
        """That call as it stands."""
        return self._tracker.view(self.call_id(linkedid))
