"""The layout of the caller's card: which fields, in which order, for all or for a company or a called line."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDictProxy

from screenpop.agents.rights import Permission
from screenpop.cards.layouts import company_scope, line_scope, make_layout
from screenpop.cards.model import FIELDS, Layout, Region
from screenpop.errors import BadInput
from web.admin.sample_card import sample_card, sample_pop
from web.keys import Services, services, user_of
from web.render import reading, render
from web.security import requires

ADDRESS = "/admin/layout"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a layout can be set for. `company` is the one shown on the preview."""

    key: str
    label: str
    company: str
    own: bool = False
    """It has a layout of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in the editor's list."""

    name: str
    label: str
    shown: bool


@requires(Permission.EDIT_LAYOUTS)
async def page(request: web.Request) -> web.StreamResponse:
    """The editor for `?scope=`; "" is the layout for all."""
    house = services(request)
    scope = _scope(house, request.query.get("scope", ""))
    layout = house.layouts.get(scope.key)
    return render(
        request,
        "admin/layout.html",
        scope=scope,
        scopes=_scopes(house),
        layout=layout,
        regions={region: _choices(layout, region) for region in ("head", "body")},
        saved="saved" in request.query,
        **_preview(request, layout, scope),
    )


@requires(Permission.EDIT_LAYOUTS)
async def preview(request: web.Request) -> web.StreamResponse:
    """The card as it would be with the form's fields."""
    form = await request.post()
    scope = _scope(services(request), str(form.get("scope", "")))
    return render(request, "card/card.html", **_preview(request, _layout_of(form), scope))


@requires(Permission.EDIT_LAYOUTS)
async def save(request: web.Request) -> web.StreamResponse:
    """Set the layout of a scope; open cards follow at once."""
    form, house, me = await request.post(), services(request), user_of(request)
    scope, layout = _scope(house, str(form.get("scope", ""))), _layout_of(form)
    await house.layouts.save(scope.key, layout.fields, layout.with_photo, me.id)
    return _back(scope)


@requires(Permission.EDIT_LAYOUTS)
async def reset(request: web.Request) -> web.StreamResponse:
    """Forget the layout of a scope."""
    form, house = await request.post(), services(request)
    scope = _scope(house, str(form.get("scope", "")))
    await house.layouts.reset(scope.key, user_of(request).id)
    return _back(scope)


def _back(scope: Scope) -> web.Response:
    return web.Response(status=303, headers={"Location": f"{ADDRESS}?{urlencode({'scope': scope.key, 'saved': 1})}"})


def _layout_of(form: MultiDictProxy[Any]) -> Layout:
    return make_layout([str(name) for name in form.getall("field", [])], "with_photo" in form)


def _scopes(house: Services) -> list[Scope]:
    """For all, then each company, then each called line."""
    own, lines, site = house.layouts.all(), house.lines.all(), house.config.site.company
    companies = sorted({line.company for line in lines if line.company} | ({site} if site else set()))
    found = [Scope("", "", site, "" in own)]
    found += [Scope(company_scope(name), name, name, company_scope(name) in own) for name in companies]
    for line in lines:
        key, label = line_scope(line.number), f"{line.raw} {line.name}".strip()
        found.append(Scope(key, label, line.company or site, key in own))
    return found


def _scope(house: Services, key: str) -> Scope:
    """The scope of this key. Raises BadInput where there is no such company or line."""
    found = next((scope for scope in _scopes(house) if scope.key == key), None)
    if found is None:
        raise BadInput("There is no such company or line.", "scope")
    return found


def _choices(layout: Layout, region: Region) -> list[Choice]:
    """The region's fields: those that are shown in their order, then the others."""
    shown = layout.in_region(region)
    hidden = [name for name, field in FIELDS.items() if field.region == region and name not in shown]
    return [Choice(name, FIELDS[name].label, name in shown) for name in (*shown, *hidden)]


def _preview(request: web.Request, layout: Layout, scope: Scope) -> dict[str, Any]:
    now = time.time()
    with reading(request):
        card = sample_card(layout, scope.company or "Ringdesk", now)
    return {"pop": sample_pop(now), "card": card, "note": "", "result": ""}


def routes() -> list[web.RouteDef]:
    """The editor."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, save),
        web.post(f"{ADDRESS}/preview", preview),
        web.post(f"{ADDRESS}/reset", reset),
    ]
