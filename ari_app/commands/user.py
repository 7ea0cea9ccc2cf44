"""Add a user, set a password, or list the users. Passwords are asked for, or read from standard input.

A running service notices within a few seconds: who was added can sign in, whose password was set is signed out.
"""

import argparse
import asyncio
import getpass
import sys

from ari_app.commands.options import add_config, read_config
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.agents.rights import Role
from screenpop.agents.users import WRITTEN_OUTSIDE, Users
from screenpop.bus import Bus
from screenpop.core import store_url
from screenpop.errors import BadInput, NotFound
from screenpop.store.engine import Store
from screenpop.store.outside import set_mark

SUMMARY = "add users, set passwords, list users"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk user`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a user")
    add.add_argument("login")
    add.add_argument("--name", default="", help="the name that others see; else the login")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.AGENT.value)
    add.add_argument("--extension", action="append", default=[], metavar="NUMBER", help="may be repeated")
    passwd = actions.add_parser("passwd", help="set a password; every session of the user ends")
    passwd.add_argument("login")
    listing = actions.add_parser("list", help="list the users")
    for action in (add, passwd, listing):
        add_config(action)


def run(arguments: argparse.Namespace) -> int:
    """Do one of the three."""
    url = store_url(read_config(arguments))
    return asyncio.run(_run(arguments, url))


async def _run(arguments: argparse.Namespace, url: str) -> int:
    await migrate(url)
    store = Store.open(url)
    try:
        users = Users(store, Bus(), Passwords())
        await users.load()
        await _ACTIONS[arguments.action](arguments, users)
        if arguments.action != "list":
            await set_mark(store, WRITTEN_OUTSIDE)
    finally:
        await store.close()
    return 0


async def _add(arguments: argparse.Namespace, users: Users) -> None:
    name = arguments.name or arguments.login
    user = await users.add(arguments.login, name, arguments.role, _password(), arguments.extension)
    print(f"added {user.login} ({user.role.value})")


async def _passwd(arguments: argparse.Namespace, users: Users) -> None:
    user = users.by_login(arguments.login)
    if user is None:
        raise NotFound(f"there is no user {arguments.login!r}")
    await users.set_password(user.id, _password())
    print(f"the password of {user.login} is set")


async def _list(arguments: argparse.Namespace, users: Users) -> None:
    for user in users.all():
        seats = ",".join(user.extensions) or "-"
        print(f"{user.login:20} {user.role.value:10} {'active' if user.active else 'off':6} {seats:12} {user.name}")


def _password() -> str:
    """Asked twice on a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise BadInput("the two passwords differ")
    return first


_ACTIONS = {"add": _add, "passwd": _passwd, "list": _list}
