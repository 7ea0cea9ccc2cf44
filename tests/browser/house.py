"""A panel of its own for the browser: the real core, store and pages, and calls made by hand on the bus.

What these tests look at is the screen, so no PBX is needed; `test_pop.py` has the real one.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp.test_utils import TestServer

from ari_app.compose import make_services
from ari_app.migrate import migrate
from screenpop.agents.passwords import Passwords
from screenpop.config import Config, Server, Site
from screenpop.core import Core, make_pops, opened, store_url
from screenpop.customers.model import NewCustomer, NewOrder
from screenpop.facts import CallAnswered, CallEnded, CallRang, CallView, Party, PbxLinkChanged, Result
from screenpop.pbx import PbxControl
from tests.noon import place_at_noon
from web.app import build_app
from web.card import CardRenderer
from web.render import build_environment

PASSWORD = "correct horse"
KNOWN = "+442079460001"
STRANGER = "+4915112345678"


@dataclass
class Link:
    """The link to the PBX, as a test wants it."""

    state: PbxLinkChanged = field(default_factory=lambda: PbxLinkChanged(up=True, state="up", version="22.0.0"))


@dataclass
class House:
    """A running panel. Calls are made by `ring`, `answer` and `end`."""

    core: Core
    url: str
    link: Link
    views: dict[str, CallView] = field(default_factory=dict)

    def ring(self, call: str, number: str = KNOWN, agent: str = "101", name: str = "") -> None:
        caller, now = Party(number, name), time.time()
        view = CallView(
            id=call, direction="incoming", caller=caller, to=(agent,), remote=caller, started_at=now, agents=(agent,)
        )
        self.views[call] = view
        self.core.bus.publish(CallRang(call=view, at=now, agent=agent))

    def answer(self, call: str, agent: str = "101") -> None:
        now = time.time()
        self.views[call] = replace(self.views[call], answered_at=now, answered_by=agent, talking=(agent,))
        self.core.bus.publish(CallAnswered(call=self.views[call], at=now, agent=agent))

    def end(self, call: str, result: Result = "answered") -> None:
        now = time.time()
        self.views[call] = replace(self.views[call], ended_at=now, agents=())
        self.core.bus.publish(CallEnded(call=self.views[call], at=now, result=result))

    def pbx(self, state: PbxLinkChanged) -> None:
        self.link.state = state
        self.core.bus.publish(state)


@asynccontextmanager
async def open_house(folder: Path, control: PbxControl | None = None) -> AsyncIterator[House]:
    """A panel with agents 101 and 102, an admin, and one customer with an order. `control` places calls."""
    config = Config(
        server=Server(data_dir=str(folder)), site=Site(company="Brightwater", country="GB", timezone=place_at_noon())
    )
    await migrate(store_url(config))
    async with opened(config, Passwords(cost=1, memory_kib=64)) as core:
        await _fill(core)
        link = Link()
        pops = make_pops(
            core, CardRenderer(build_environment(), config, core.people.name_at, core.work.dispositions.all)
        )
        app = await asyncio.to_thread(build_app, replace(make_services(core, link, pops), control=control))
        loops = [asyncio.create_task(loop) for loop in (core.calls.run(), core.index.run(core.store))]
        server = TestServer(app, handler_cancellation=True)
        await server.start_server()
        try:
            yield House(core, f"http://127.0.0.1:{server.port}", link)
        finally:
            core.hub.close()
            await server.close()
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


async def _fill(core: Core) -> None:
    for login, role, seats in (("101", "agent", ["101"]), ("102", "agent", ["102"]), ("admin", "admin", ["109"])):
        await core.users.add(login, f"Agent {login}", role, PASSWORD, seats)
    ada = await core.customers.create(
        NewCustomer(name="Ada Lovelace", company="Analytical Engines", note="Speak clearly.", city="London",
                    country="GB", timezone="Europe/London", numbers=((KNOWN, ""),)),
        "system",
    )  # fmt: skip
    order = NewOrder(number="1042", title="Brass wheels", stage="In transit", amount=124_000, paid=0, currency="GBP")
    await core.customers.add_order(ada.id, order, "system")
