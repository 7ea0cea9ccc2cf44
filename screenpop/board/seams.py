"""What the board needs of the rest of the core."""

from dataclasses import dataclass

from screenpop.agents.extensions import Extensions
from screenpop.agents.people import People
from screenpop.agents.presence import Presences
from screenpop.agents.users import Users
from screenpop.board.names import OtherSides
from screenpop.board.settings import BoardSettings
from screenpop.bus import Bus
from screenpop.calls.queue_members import QueueMembers
from screenpop.hub import Hub
from screenpop.lines import Lines
from screenpop.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """Handed down by the core."""

    bus: Bus
    hub: Hub
    store: Store
    users: Users
    extensions: Extensions
    people: People
    presences: Presences
    learnt: QueueMembers
    lines: Lines
    settings: BoardSettings
    others: OtherSides
