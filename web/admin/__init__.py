"""What supervisors and admins set: people, extensions, lines, categories, the card, imports, and how the PBX stands."""

from aiohttp import web

from web.admin import (
    analysis,
    board,
    calibration,
    categories,
    extensions,
    imports,
    layout,
    lines,
    overview,
    pbx,
    recording_keep,
    recording_rules,
    recordings,
    results,
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
        *recordings.routes(),
        *recording_rules.routes(),
        *recording_keep.routes(),
        *analysis.routes(),
        *trackers.routes(),
        *scorecards.routes(),
        *calibration.routes(),
        *categories.routes(),
        *results.routes(),
        *layout.routes(),
        *board.routes(),
        *imports.routes(),
    ]
