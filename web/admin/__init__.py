"""What supervisors and admins set: people, extensions, lines, categories, the card, imports, and how the PBX stands."""

from aiohttp import web

from web.admin import (
    calibration,
    categories,
    extensions,
    imports,
    layout,
    lines,
    overview,
    pbx,
    scorecards,
    trackers,
    users,
)


def routes() -> list[web.RouteDef]:
    """Every admin page."""
    return [
        *overview.routes(),
        *pbx.routes(),
        *users.routes(),
        *extensions.routes(),
        *lines.routes(),
        *trackers.routes(),
        *scorecards.routes(),
        *calibration.routes(),
        *categories.routes(),
        *layout.routes(),
        *imports.routes(),
    ]
