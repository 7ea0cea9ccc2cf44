"""Fills the store of the demo: the sample company's customers, its categories, its lines and the people's logins."""

import asyncio
import secrets
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ari_app.demo.asterisk import Say
from ari_app.demo.past import Studio, load_past
from ari_app.demo.people import AGENTS, LINES, QUEUES
from ari_app.demo.portraits import portrait
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.customers.categories import Categories
from screenpop.customers.model import SYSTEM, Flag, NewCustomer, NewOrder
from screenpop.customers.service import Customers
from screenpop.lines import Lines
from screenpop.numbers import Numbers
from screenpop.recordings.policy import Policy, Rule
from screenpop.recordings.settings import RecordingSettings
from screenpop.store.engine import Store, default_url

COUNTRY = "GB"
CATEGORIES: Mapping[str, tuple[str, str, Flag]] = {
    "ordinary": ("Ordinary", "#64748b", "ordinary"),
    "vip": ("VIP", "#7c3aed", "important"),
    "problem": ("Problem", "#dc2626", "problem"),
}
RECORDED = Policy(rules=(Rule(record=False, direction="internal"),), otherwise=True)
"""All calls but those among colleagues."""
PEOPLE = (
    ("admin", "Alex Admin", "admin", ()),
    ("supervisor", "Sam Supervisor", "supervisor", ()),
    *((agent.extension, agent.name, "agent", (agent.extension,)) for agent in AGENTS),
)
Logins = list[dict[str, str]]


async def fill(data_dir: Path, known: Logins, say: Say, studio: Studio | None = None) -> Logins:
    """Migrate the store in `data_dir`, and load the company where there is none yet; returns the logins.

    `known` are the logins that an earlier run made, with their passwords; with a `studio` there is something to hear.
    """
    url = default_url(data_dir)
    await migrate(url)
    store, bus = Store.open(url), Bus()
    try:
        users = Users(store, bus, Passwords())
        logins = await _make_logins(users, known)
        sits = {extension: user.id for user in users.all() for extension in user.extensions}
        await _load_company(Company(store, bus, data_dir / "photos", sits), say)
        await load_past(store, Numbers(COUNTRY), users, data_dir, studio, say)
        return logins
    finally:
        await store.close()


async def _make_logins(users: Users, known: Logins) -> Logins:
    """Everybody has a login, with the password that `known` says or a fresh one."""
    await users.load()
    passwords = {login["login"]: login["password"] for login in known}
    logins = []
    for login, name, role, extensions in PEOPLE:
        password = passwords.get(login) or secrets.token_hex(5)
        user = users.by_login(login)
        if user is None:
            made = await users.add(login, name, role, password, extensions)
            await users.change(made.id, team=_team(extensions))
        elif login not in passwords:
            await users.set_password(user.id, password)
        logins.append({"login": login, "password": password, "role": role, "name": name})
    return logins


def _team(extensions: Collection[str]) -> str:
    """Whom reports put a person with: the queue of the phone."""
    return next((queue.name.capitalize() for queue in QUEUES.values() if set(extensions) & set(queue.members)), "")


class Company:
    """The services that the sample company is loaded through; `sits` is who sits at which extension."""

    def __init__(self, store: Store, bus: Bus, photos: Path, sits: Mapping[str, str]) -> None:
        numbers = Numbers(COUNTRY)
        self.customers = Customers(store, numbers, bus, photos)
        self.categories = Categories(store, bus)
        self.lines = Lines(store, numbers, bus)
        self.recording = RecordingSettings(store, bus)
        self.sits = sits
        self.loaded = photos.with_name("sample.loaded")
        """Is there once everything was loaded, so that what a person removes later stays away."""


async def _load_company(company: Company, say: Say) -> None:
    if company.loaded.exists():
        return
    entries = await asyncio.to_thread(_read)
    say(f"Loading the sample company, {len(entries)} customers …")
    there = {row.name for row in (await company.customers.search(limit=500)).rows}
    categories = await _make_categories(company.categories)
    for number, name, owner in LINES:
        await company.lines.put(number, name, owner, SYSTEM)
    await company.recording.set_policy(RECORDED, SYSTEM)
    for entry in (entry for entry in entries if entry["name"] not in there):
        await _add(company, entry, categories)
    await asyncio.to_thread(company.loaded.touch)


async def _make_categories(categories: Categories) -> Mapping[str, str]:
    """The id of each category of the sample, made where the store has none of that name yet."""
    there = {category.name: category.id for category in await categories.all()}
    ids = {}
    for key, (name, colour, flag) in CATEGORIES.items():
        ids[key] = there.get(name) or (await categories.create(name, colour, flag, SYSTEM)).id
    return ids


async def _add(company: Company, entry: Mapping[str, Any], categories: Mapping[str, str]) -> None:
    texts = {key: entry.get(key, "") for key in ("name", "company", "note", "city", "country", "timezone")}
    new = NewCustomer(
        **texts,
        category=categories[entry["category"]],
        responsible=company.sits.get(entry["responsible"], ""),
        numbers=tuple((number, "") for number in entry["numbers"]),
        mails=tuple(entry["mails"]),
    )
    made = await company.customers.create(new, SYSTEM)
    if entry["portrait"]:
        await company.customers.set_photo(made.id, await asyncio.to_thread(portrait, entry["portrait"]), SYSTEM)
    for order in entry.get("orders", ()):
        await company.customers.add_order(made.id, _order(*order), SYSTEM)


def _order(
    number: str, title: str, stage: str, responsible: str, amount: int, paid: int, currency: str, is_open: bool
) -> NewOrder:
    who = _name_of(responsible)
    return NewOrder(
        number=number,
        title=title,
        stage=stage,
        responsible=who,
        amount=amount,
        paid=paid,
        currency=currency,
        open=is_open,
    )


def _name_of(extension: str) -> str:
    return next((agent.name for agent in AGENTS if agent.extension == extension), extension)


def _read() -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "sample.toml").read_text(encoding="utf-8")
    customers: list[dict[str, Any]] = tomllib.loads(text)["customer"]
    return customers
