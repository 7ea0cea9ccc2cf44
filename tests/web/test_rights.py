"""Every address says who may use it."""

from aiohttp import web

from web.security import permission_of


async def test_every_handler_declares_a_permission(app: web.Application) -> None:
    undeclared = [
        f"{route.method} {route.resource}"
        for route in app.router.routes()
        if not isinstance(route.resource, web.StaticResource) and permission_of(route.handler) is None
    ]
    assert undeclared == []
