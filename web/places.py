"""The admin's pages: what they are called, what they are for, and who sees them."""

from collections.abc import Callable
from dataclasses import dataclass

from screenpop.agents.rights import Permission
from screenpop.errors import N_


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the admin's section."""

    name: str
    about: str
    address: str
    icon: str
    permission: Permission


PLACES = (
    Place(N_("PBX"), N_("Is Ringdesk attached, and what is missing"), "/admin/pbx", "server", Permission.SEE_PBX),
    Place(
        N_("Users"),
        N_("Who may sign in, with which role and extension"),
        "/admin/users",
        "users",
        Permission.MANAGE_USERS,
    ),
    Place(N_("Extensions"), N_("Which phones belong to whom"), "/admin/extensions", "phone", Permission.MANAGE_USERS),
    Place(
        N_("Lines"),
        N_("Which company a called number stands for"),
        "/admin/lines",
        "building-2",
        Permission.EDIT_LINES,
    ),
    Place(
        N_("Recordings"),
        N_("Which calls are recorded, how long recordings are kept, what went wrong"),
        "/admin/recordings",
        "mic",
        Permission.EDIT_RECORDING_RULES,
    ),
    Place(
        N_("Categories"),
        N_("The kinds of customers, their colours and flags"),
        "/admin/categories",
        "tag",
        Permission.EDIT_CATEGORIES,
    ),
    Place(
        N_("Call results"),
        N_("What agents can say of a call"),
        "/admin/results",
        "check",
        Permission.EDIT_CATEGORIES,
    ),
    Place(
        N_("Caller's card"),
        N_("What the card shows, in which order"),
        "/admin/layout",
        "layout-template",
        Permission.EDIT_LAYOUTS,
    ),
    Place(
        N_("Analysis"),
        N_("What is made of recordings, what failed, and making it anew"),
        "/admin/analysis",
        "activity",
        Permission.EDIT_ANALYSIS,
    ),
    Place(
        N_("Trackers"),
        N_("The words that are listened for in every call"),
        "/admin/trackers",
        "ear",
        Permission.EDIT_ANALYSIS,
    ),
    Place(
        N_("Score cards"),
        N_("By which questions calls are reviewed"),
        "/admin/scorecards",
        "flag",
        Permission.EDIT_ANALYSIS,
    ),
    Place(
        N_("Calibration"),
        N_("Where reviewers judge the same call differently"),
        "/admin/calibration",
        "users",
        Permission.REVIEW_CALLS,
    ),
    Place(
        N_("Board"),
        N_("What service level means, and whether agents see who listens"),
        "/admin/board",
        "monitor",
        Permission.EDIT_BOARD,
    ),
    Place(N_("Import"), N_("Customers from a CSV file"), "/admin/import", "upload", Permission.IMPORT_CUSTOMERS),
    Place(N_("Site"), N_("What the configuration file says"), "/admin/site", "info", Permission.SEE_PBX),
)


def admin_places(may: Callable[[Permission], bool]) -> list[Place]:
    """The pages that somebody with these rights sees."""
    return [place for place in PLACES if may(place.permission)]
