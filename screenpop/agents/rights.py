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


_FROM_ROLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(
        {
            Permission.USE_PANEL,
            Permission.SEE_CUSTOMERS,
            Permission.EDIT_CUSTOMERS,
            Permission.SEE_AUDIT,
            Permission.SEE_PRESENCE,
            Permission.PLACE_DEMO_CALLS,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.MERGE_CUSTOMERS,
            Permission.DELETE_CUSTOMERS,
            Permission.SEE_ALL_CALLS,
            Permission.IMPORT_CUSTOMERS,
            Permission.SEE_PBX,
        }
    ),
    Role.ADMIN: frozenset(
        {Permission.EDIT_CATEGORIES, Permission.EDIT_LAYOUTS, Permission.EDIT_LINES, Permission.MANAGE_USERS}
    ),
}
_ORDER = tuple(Role)

RIGHTS: dict[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_FROM_ROLE[lower] for lower in _ORDER[: rank + 1])) for rank, role in enumerate(_ORDER)
}


def may(role: Role, permission: Permission) -> bool:
    """Does `role` cover `permission`?"""
    return permission in RIGHTS[role]
