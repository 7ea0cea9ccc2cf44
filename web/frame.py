"""The sections of the rail. A feature adds its own to SECTIONS."""

from collections.abc import Callable
from dataclasses import dataclass

from screenpop.agents.rights import Permission
from screenpop.errors import N_


@dataclass(frozen=True, slots=True)
class Section:
    """A place in the rail. `last`: it stands apart, at the end."""

    name: str
    address: str
    icon: str
    permission: Permission
    key: str
    """The letter that leads there after `g`."""
    last: bool = False
    badge: str = ""
    """What `js/badge.js` counts there."""

    def holds(self, path: str) -> bool:
        """Is the page at `path` one of this section's?"""
        return path == self.address or (self.address != "/" and path.startswith(f"{self.address}/"))


SECTIONS: list[Section] = [
    Section(N_("Home"), "/", "house", Permission.USE_PANEL, "h"),
    Section(N_("Calls"), "/calls", "phone", Permission.USE_PANEL, "l", badge="missed"),
    Section(N_("Customers"), "/customers", "users", Permission.SEE_CUSTOMERS, "c"),
    Section(N_("Board"), "/board", "monitor", Permission.SEE_BOARD, "b"),
    Section(N_("Reports"), "/reports", "chart-no-axes-column", Permission.USE_PANEL, "r"),
    Section(N_("Admin"), "/admin", "sliders-horizontal", Permission.SEE_PBX, "a", last=True),
]


def sections(may: Callable[[Permission], bool]) -> list[Section]:
    """The sections that somebody with these rights sees."""
    return [section for section in SECTIONS if may(section.permission)]
