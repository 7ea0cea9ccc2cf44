"""What the panel's handlers work with: one typed key for each."""

from dataclasses import dataclass

import jinja2
from aiohttp import web

from screenpop.agents.model import User
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.config import Config
from screenpop.errors import NotAllowed
from screenpop.hub import Hub
from screenpop.pbx import PbxState
from web.sessions import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the panel needs of the house, handed down by the composition root."""

    config: Config
    bus: Bus
    hub: Hub
    users: Users
    sessions: Sessions
    pbx: PbxState


SERVICES = web.AppKey("services", Services)
TEMPLATES = web.AppKey("templates", jinja2.Environment)
USER = web.RequestKey("user", User)
SESSION = web.RequestKey("session", Session)


def services(request: web.Request) -> Services:
    """The services of the application that `request` came to."""
    return request.app[SERVICES]


def user_of(request: web.Request) -> User:
    """Who is signed in. Raises NotAllowed where nobody is."""
    if USER not in request:
        raise NotAllowed("Sign in first.")
    return request[USER]
