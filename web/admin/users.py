"""People who may sign in: added, changed, deactivated; a new password; where they sit."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.rights import PERSONAL, Permission, Role
from screenpop.agents.rights import may as role_may
from screenpop.agents.users import clean_extensions
from screenpop.errors import BadInput, NotAllowed
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

MENDABLE = (*REFUSALS, NotAllowed)
NEW = ("name", "login", "role", "extensions", "password")
ROLES = tuple(Role)
ADDRESS = "/admin/users"
STATES = {"1": True, "0": False}
"""What the form says of one right; anything else is what the role says."""


@requires(Permission.MANAGE_USERS)
async def everybody(request: web.Request) -> web.StreamResponse:
    """The list; those who were deactivated stand at its end."""
    house = services(request)
    people = sorted(house.users.all(), key=lambda user: (not user.active, user.name.casefold()))
    presence = {user.id: house.presences.of(user) for user in people}
    return render(request, "admin/users.html", people=people, presence=presence)


@requires(Permission.MANAGE_USERS)
async def new_form(request: web.Request) -> web.StreamResponse:
    """The empty form."""
    return _new_form(request, {"role": "agent"}, {})


@requires(Permission.MANAGE_USERS)
async def add(request: web.Request) -> web.StreamResponse:
    """Add a user."""
    form = await read_form(request)
    given = {name: form.get(name, "") for name in NEW if name != "extensions"}
    try:
        await services(request).users.add(**given, extensions=_seats(form), actor=user_of(request).id)
    except MENDABLE as error:
        return _new_form(request, form, errors_of(request, error, NEW), status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.MANAGE_USERS)
async def edit_form(request: web.Request) -> web.StreamResponse:
    """One user."""
    user = _asked(request)
    return await _edit_form(request, user, _form_of(user), {})


@requires(Permission.MANAGE_USERS)
async def edit(request: web.Request) -> web.StreamResponse:
    """Write name, role, state and extensions. Nobody lowers himself, and the last admin stays one."""
    users, user, form = services(request).users, _asked(request), await read_form(request)
    role, active = form.get("role", ""), form.get("active") == "1"
    try:
        _keep_own_rights(user_of(request), user, role, active)
        me, seats = user_of(request).id, clean_extensions(_seats(form))
        await users.change(
            user.id, name=form.get("name", ""), role=role, active=active, team=form.get("team"), actor=me
        )
        if (rights := _rights(form)) is not None:
            await users.entitle(user.id, rights, me)
        if seats != user.extensions:
            await users.sit(user.id, seats, me)
    except MENDABLE as error:
        errors = errors_of(request, error, ("name", "role", "extensions", "team"))
        return await _edit_form(request, user, form, errors, status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.MANAGE_USERS)
async def set_active(request: web.Request) -> web.StreamResponse:
    """Deactivate a user, who is signed out at once, or let him in again: `active` is 1 or nothing."""
    user, form = _asked(request), await read_form(request)
    active = form.get("active") == "1"
    _keep_own_rights(user_of(request), user, user.role, active)
    await services(request).users.change(user.id, active=active, actor=user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.MANAGE_USERS)
async def set_password(request: web.Request) -> web.StreamResponse:
    """Set a new password; every session of the user ends."""
    user, form = _asked(request), await read_form(request)
    try:
        await services(request).users.set_password(user.id, form.get("password", ""), user_of(request).id)
    except BadInput as error:
        errors = errors_of(request, error, ("password",))
        return await _edit_form(request, user, _form_of(user), errors, status_for(error))
    raise back_to(ADDRESS)


def _keep_own_rights(me: User, user: User, role: str, active: bool) -> None:
    """Raise where somebody would lock himself out."""
    if user.id != me.id:
        return
    if not active:
        raise BadInput("You cannot deactivate yourself.", "active")
    if role in ROLES and ROLES.index(Role(role)) < ROLES.index(me.role):
        raise BadInput("You cannot lower your own role: another admin can.", "role")


def _seats(form: Mapping[str, str]) -> list[str]:
    return form.get("extensions", "").replace(",", " ").split()


def _form_of(user: User) -> dict[str, str]:
    """The user as the form has him."""
    form = {"name": user.name, "role": str(user.role), "extensions": " ".join(user.extensions), "team": user.team}
    rights = {f"right_{permission}": "1" if allowed else "0" for permission, allowed in user.rights.items()}
    return form | rights | ({"active": "1"} if user.active else {})


def _rights(form: Mapping[str, str]) -> dict[str, bool] | None:
    """What the form says of this person's rights; None where it does not speak of them."""
    said = {str(permission): form[f"right_{permission}"] for permission in PERSONAL if f"right_{permission}" in form}
    return {name: STATES[value] for name, value in said.items() if value in STATES} if said else None


def _asked(request: web.Request) -> User:
    return services(request).users.of(request.match_info["id"])


def _new_form(request: web.Request, form: Mapping[str, str], errors: Errors, status: int = 200) -> web.Response:
    return render(request, "admin/user_new.html", status=status, form=form, errors=errors, roles=ROLES)


async def _edit_form(
    request: web.Request, user: User, form: Mapping[str, str], errors: Errors, status: int = 200
) -> web.Response:
    users = services(request).users
    names = {each.id: each.name for each in users.all()}
    context: dict[str, Any] = {
        "form": form,
        "errors": errors,
        "roles": ROLES,
        "history": await users.history(user.id),
        "names": names,
        "rights": [(str(permission), role_may(user.role, permission)) for permission in PERSONAL],
        "teams": sorted({each.team for each in users.all() if each.team}, key=str.casefold),
    }
    return render(request, "admin/user.html", status=status, person=user, **context)


def routes() -> list[web.RouteDef]:
    """Users."""
    return [
        web.get(ADDRESS, everybody),
        web.get(f"{ADDRESS}/new", new_form),
        web.post(f"{ADDRESS}/new", add),
        web.get(f"{ADDRESS}/{{id}}", edit_form),
        web.post(f"{ADDRESS}/{{id}}", edit),
        web.post(f"{ADDRESS}/{{id}}/active", set_active),
        web.post(f"{ADDRESS}/{{id}}/password", set_password),
    ]
