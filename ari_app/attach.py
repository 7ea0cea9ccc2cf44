"""The core attached to a PBX: AMI events through translation and tracker onto the bus."""

import time
from collections.abc import Callable, Iterable

from ari_app.ami import Headers
from ari_app.link import AmiLink
from ari_app.listen import listener_left, listeners_listed
from ari_app.queue_members import queue_member, queues_listed
from ari_app.translate import legs_listed, snapshot, translate
from screenpop.calls.tracker import Tracker
from screenpop.core import Core
from screenpop.facts import CallFact, ExtensionsChanged, PbxLinkChanged
from screenpop.pbx import Troubles


class Attachment:
    """Owns link and tracker. Facts reach the bus in the order in which the PBX told them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._directory = core.extensions.directory()
        self.tracker = Tracker(self._directory, core.config.site.trunks)
        self.link = AmiLink(
            core.config.ami, self._on_event, self._on_snapshot, core.bus.publish, on_listed=self._on_listed
        )
        self.after: list[Callable[[Headers, float], None]] = [self._tell_the_rest]
        """Get each event of the PBX after the tracker had it."""
        core.bus.subscribe(ExtensionsChanged, self._extensions_changed)

    @property
    def state(self) -> PbxLinkChanged:
        """How the link stands."""
        return self.link.state

    @property
    def troubles(self) -> Troubles:
        """What went wrong with events since the service began."""
        return Troubles(self.tracker.failures, self.link.dropped, self.tracker.placeholders)

    def retry_now(self) -> None:
        """Do not wait for the next try to attach."""
        self.link.retry_now()

    async def run(self) -> None:
        """Attach and stay attached, for ever."""
        await self.link.run()

    def _on_event(self, headers: Headers, at: float) -> None:
        event = translate(headers, at)
        if event is not None:
            self._publish(self.tracker.apply(event))
        for listener in self.after:
            listener(headers, at)

    def _tell_the_rest(self, headers: Headers, at: float) -> None:
        """What concerns no call: the members of queues, and who listens in."""
        for fact in (queue_member(headers), listener_left(headers)):
            if fact is not None:
                self._core.bus.publish(fact)

    def _on_snapshot(self, channels: list[Headers], bridged: list[Headers], queues: list[Headers], at: float) -> None:
        self._publish(self.tracker.apply(snapshot(channels, bridged, queues, at)))
        self._core.bus.publish(queues_listed(queues))
        self._core.bus.publish(listeners_listed(channels, self.tracker.part_at, at))

    def _on_listed(self, channels: list[Headers], at: float) -> None:
        self._publish(self.tracker.apply(legs_listed(channels, at)))
        self._core.bus.publish(listeners_listed(channels, self.tracker.part_at, at))

    def _extensions_changed(self, _: ExtensionsChanged) -> None:
        directory = self._core.extensions.directory()
        if directory != self._directory:
            self._directory = directory
            self._publish(self.tracker.set_directory(directory, time.time()))

    def _publish(self, facts: Iterable[CallFact]) -> None:
        for fact in facts:
            self._core.bus.publish(fact)
