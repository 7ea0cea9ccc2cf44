"""Ask the few questions that matter, try the connection, write a commented ringdesk.toml and make the first admin.

Every question can be answered by an option; with --yes nothing is asked, and what is not given keeps its default.
An admin's password that is not given is made up and printed once. An existing file is only replaced with --force.
"""

import argparse
import asyncio
import getpass
import os
import secrets
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from ari_app.check import failed
from ari_app.check_all import check_pbx
from ari_app.config_text import config_text
from ari_app.migrate import migrate
from ari_app.questions import PBX, QUESTIONS, SITE, Ask, ask_all, config_of
from screenpop.agents.model import check_password, clean_login
from screenpop.agents.passwords import Passwords
from screenpop.agents.rights import Role
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.config import Config
from screenpop.core import store_url
from screenpop.errors import BadInput, Conflict, RingdeskError
from screenpop.store.engine import Store

SUMMARY = "ask, try the connection, write the configuration and make the first admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk init`."""
    parser.add_argument("--config", default="ringdesk.toml", metavar="FILE", help="the file to write: %(default)s")
    parser.add_argument("--force", action="store_true", help="replace the file where it is there already")
    parser.add_argument("--yes", action="store_true", help="ask nothing: take the options and the defaults")
    for question in QUESTIONS:
        parser.add_argument(question.option, metavar="TEXT", help=question.words)
    parser.add_argument("--admin-login", metavar="LOGIN", help="login of the first admin: admin")
    parser.add_argument("--admin-password", metavar="TEXT", help="better in the environment, RINGDESK_ADMIN_PASSWORD")


def run(arguments: argparse.Namespace, ask: Ask | None = None) -> int:
    """Do it all; nothing is written before every question is answered. `ask` stands in for the terminal."""
    path = Path(arguments.config)
    if path.exists() and not arguments.force:
        raise Conflict(f"{path} is there already: look at it, or replace it with --force")
    answers = _given(arguments)
    if arguments.yes:
        _try(config_of(answers))
    else:
        _ask_everything(answers, ask or _ask)
    login, password, told = _admin(arguments, None if arguments.yes else ask or _ask)
    config = config_of(answers)
    _make_folder(Path(config.server.data_dir))
    _write(path, config_text(config))
    print(f"\nwrote {path}")
    print(asyncio.run(_make_admin(config, login, password, told)))
    print(f"Next: `ringdesk check --config {path}`, then `ringdesk run --config {path}`.")
    return 0


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    """The answers that the options give, and what this machine knows better than the defaults."""
    options = {q.key: getattr(arguments, q.name) for q in QUESTIONS if getattr(arguments, q.name) is not None}
    return {"site.timezone": _local_timezone(), "server.data_dir": _data_dir()} | options


def _ask_everything(answers: dict[str, str], ask: Ask) -> None:
    """The PBX first, until it can be reached or the person goes on regardless."""
    try:
        while True:
            ask_all(PBX, answers, ask, print)
            if _try(config_of(answers)) or ask("Change these answers? [Y/n] ", False).lower().startswith("n"):
                break
        ask_all(SITE, answers, ask, print)
    except EOFError:
        raise RingdeskError("stopped before the end; nothing was written") from None


def _try(config: Config) -> bool:
    """Try the PBX and show what is wrong; whether all is well enough."""
    findings = asyncio.run(check_pbx(config))
    for finding in findings:
        if finding.level != "OK" and (config.ari.enabled or finding.what != "ARI"):
            print(finding.line())
    if not failed(findings):
        print("the PBX can be reached and lets us in")
    return not failed(findings)


def _admin(arguments: argparse.Namespace, ask: Ask | None) -> tuple[str, str, bool]:
    """Login and password of the first admin, and whether the password is to be told."""
    login = arguments.admin_login or (ask and ask("Login of the first admin [admin]: ", False)) or "admin"
    given = arguments.admin_password or os.environ.get("RINGDESK_ADMIN_PASSWORD", "")
    if not given and ask:
        given = _asked_password(ask)
    password = check_password(given) if given else secrets.token_urlsafe(12)
    return clean_login(login), password, not given


def _asked_password(ask: Ask) -> str:
    """One that is good enough, or "" to have one made up."""
    while typed := ask("Password (empty: one is made up): ", True):
        try:
            return check_password(typed)
        except BadInput as error:
            print(f"  {error}")
    return ""


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RingdeskError(f"{folder} cannot be made: {error.strerror}; give another --server-data-dir") from error


def _write(path: Path, text: str) -> None:
    """Put the file there whole, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        raise RingdeskError(f"{path} cannot be written: {error.strerror}") from error


async def _make_admin(config: Config, login: str, password: str, told: bool) -> str:
    """Migrate, and add the admin unless there is one; returns what to tell."""
    url = store_url(config)
    await migrate(url)
    store = Store.open(url)
    try:
        users = Users(store, Bus(), Passwords())
        await users.load()
        if any(user.role is Role.ADMIN for user in users.all()):
            return "the database has an admin already: nobody was added"
        await users.add(login, login.capitalize(), Role.ADMIN.value, password)
    finally:
        await store.close()
    return f"made the admin {login}" + (f" with the password {password} (shown only now)" if told else "")


def _ask(prompt: str, secret: bool) -> str:
    """From the terminal; where the answers are piped in, secrets are read from there like the rest."""
    return (getpass.getpass(prompt) if secret and sys.stdin.isatty() else input(prompt)).strip()


def _local_timezone() -> str:
    """The time zone of this machine, UTC where it does not say."""
    parts = os.path.realpath("/etc/localtime").partition("zoneinfo/")
    name = os.environ.get("TZ") or parts[2]
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError):
        return "UTC"


def _data_dir() -> str:
    return "/var/lib/ringdesk" if os.geteuid() == 0 else str(Path.home() / ".local" / "share" / "ringdesk")
