"""Who may do what: three roles, each with all the rights of the one below it."""

from enum import StrEnum


class Role(StrEnum):
    """What a user is to the house, the least first."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that can be allowed. Its name says what."""

    USE_PANEL = "use_panel"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    MERGE_CUSTOMERS = "merge_customers"
    DELETE_CUSTOMERS = "delete_customers"
    SEE_AUDIT = "see_audit"
    SEE_ALL_CALLS = "see_all_calls"
    SEE_PRESENCE = "see_presence"
    PLACE_DEMO_CALLS = "place_demo_calls"
    IMPORT_CUSTOMERS = "import_customers"
    SEE_PBX = "see_pbx"
    EDIT_CATEGORIES = "edit_categories"
    EDIT_LAYOUTS = "edit_layouts"
    EDIT_LINES = "edit_lines"
    MANAGE_USERS = "manage_users"
    LISTEN_RECORDINGS = "listen_recordings"
    LISTEN_OWN_RECORDINGS = "listen_own_recordings"
    DOWNLOAD_RECORDINGS = "download_recordings"
    SHARE_RECORDINGS = "share_recordings"
    DELETE_RECORDINGS = "delete_recordings"
    HOLD_RECORDINGS = "hold_recordings"
    PAUSE_RECORDINGS = "pause_recordings"
    EDIT_RECORDING_RULES = "edit_recording_rules"
    REVIEW_CALLS = "review_calls"
    EDIT_ANALYSIS = "edit_analysis"
    EXPORT_CALLS = "export_calls"
    SEE_BOARD = "see_board"
    LISTEN_LIVE = "listen_live"
    SEE_REPORTS = "see_reports"
    EDIT_BOARD = "edit_board"


_FROM_ROLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(
        {
            Permission.USE_PANEL,
            Permission.SEE_CUSTOMERS,
            Permission.EDIT_CUSTOMERS,
            Permission.SEE_AUDIT,
            Permission.SEE_PRESENCE,
            Permission.PLACE_DEMO_CALLS,
            Permission.LISTEN_OWN_RECORDINGS,
            Permission.PAUSE_RECORDINGS,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.MERGE_CUSTOMERS,
            Permission.DELETE_CUSTOMERS,
            Permission.SEE_ALL_CALLS,
            Permission.IMPORT_CUSTOMERS,
            Permission.SEE_PBX,
            Permission.LISTEN_RECORDINGS,
            Permission.DOWNLOAD_RECORDINGS,
            Permission.SHARE_RECORDINGS,
            Permission.REVIEW_CALLS,
            Permission.EXPORT_CALLS,
            Permission.SEE_BOARD,
            Permission.LISTEN_LIVE,
            Permission.SEE_REPORTS,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.EDIT_CATEGORIES,
            Permission.EDIT_LAYOUTS,
            Permission.EDIT_LINES,
            Permission.MANAGE_USERS,
            Permission.DELETE_RECORDINGS,
            Permission.HOLD_RECORDINGS,
            Permission.EDIT_RECORDING_RULES,
            Permission.EDIT_ANALYSIS,
            Permission.EDIT_BOARD,
        }
    ),
}
_ORDER = tuple(Role)

RIGHTS: dict[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_FROM_ROLE[lower] for lower in _ORDER[: rank + 1])) for rank, role in enumerate(_ORDER)
}


PERSONAL: tuple[Permission, ...] = (
    Permission.SEE_ALL_CALLS,
    Permission.LISTEN_OWN_RECORDINGS,
    Permission.LISTEN_RECORDINGS,
    Permission.DOWNLOAD_RECORDINGS,
    Permission.SHARE_RECORDINGS,
    Permission.LISTEN_LIVE,
)
"""What an admin may allow or deny one person, whatever the role says."""


def may(role: Role, permission: Permission) -> bool:
    """Does `role` cover `permission`?"""
    return permission in RIGHTS[role]
