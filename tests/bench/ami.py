"""Events a second through framing, translation and tracker, beside panoramisk with one catch-all pattern.

Both get the same bytes in the same pieces from memory, without a socket. panoramisk frames and dispatches; Ringdesk
also translates and keeps track of the calls.
"""

from collections.abc import Sequence
from functools import partial

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from ari_app.ami_codec import Framer
from ari_app.translate import translate
from screenpop.agents.directory import Directory
from screenpop.calls.tracker import Tracker
from tests.bench.measure import cpu_seconds, runs, side_by_side
from tests.bench.stream import ami_stream
from tests.bench.table import Row

EVENTS = 200_000
EXTENSIONS = "101,102,103,104,105,106"
BUDGET = 20_000


def run(quick: bool) -> list[Row]:
    """Figures are events a second of processor time."""
    pieces, total = ami_stream(2_000 if quick else EVENTS)
    works = (lambda: _whole(pieces), lambda: _framing(pieces), lambda: _panoramisk(pieces, total))
    whole, framing, peer = (total / seconds for seconds in side_by_side(runs(quick), *works))
    row = partial(Row, unit="events/s", better="more", peer="panoramisk, framing and dispatch", peer_value=peer)
    return [
        row(what="framing, translation and tracker", value=whole, budget=BUDGET),
        row(what="framing alone", value=framing),
    ]


def _whole(pieces: Sequence[bytes]) -> float:
    framer, tracker = Framer(), Tracker(Directory.parse(EXTENSIONS))

    def work() -> None:
        for piece in pieces:
            for headers in framer.feed(piece):
                event = translate(headers, 0.0)
                if event is not None:
                    tracker.apply(event)

    return cpu_seconds(work)


def _framing(pieces: Sequence[bytes]) -> float:
    framer = Framer()

    def work() -> None:
        for piece in pieces:
            framer.feed(piece)

    return cpu_seconds(work)


def _panoramisk(pieces: Sequence[bytes], total: int) -> float:
    protocol, seen = AMIProtocol(), [0]

    def on_event(manager: Manager, event: object) -> None:
        seen[0] += 1

    manager = Manager()
    manager.register_event("*", on_event)
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = manager, "utf8"

    def work() -> None:
        for piece in pieces:
            protocol.data_received(piece)

    seconds = cpu_seconds(work)
    assert seen[0] == total, (seen, total)
    return seconds
