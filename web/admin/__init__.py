"""What supervisors and admins set: people, extensions, lines, categories, the card, imports, and how the PBX stands."""

from aiohttp import web

from web.admin import categories, extensions, imports, layout, lines, overview, pbx, users


def routes() -> list[web.RouteDef]:
    """Every admin page."""
    return [
        *overview.routes(),
        *pbx.routes(),
        *users.routes(),
        *extensions.routes(),
        *lines.routes(),
        *categories.routes(),
        *layout.routes(),
        *imports.routes(),
    ]
