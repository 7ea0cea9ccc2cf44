"""Who listens in is known for as long as the PBX has them: through a lost link and a start of Ringdesk."""

import asyncio
import time
from dataclasses import replace

import pytest

from screenpop.core import Core
from screenpop.errors import PbxAway
from screenpop.facts import CallAnswered, CallMerged, CallView, ListenerChanged, ListenersListed, Party
from screenpop.pbx import Ear
from tests.until import until

pytestmark = pytest.mark.feature("RATE-07")
HEARD = ListenerChanged(listener_id="1", call_id="c1", agent="101", user_id="", how="listen", at=1.0)


class Ears:
    """A PBX whose link is lost while the supervisor's phone rings."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.lost = asyncio.Event()

    async def join_in(self, listener_id: str, extension: str, call_id: str, agent: str, how: Ear) -> None:
        self.asked.append(listener_id)
        await self.lost.wait()
        raise PbxAway("The link is lost.")


def talk(core: Core, call_id: str = "c1") -> CallView:
    caller = Party("+442079460001")
    view = CallView(
        id=call_id, direction="incoming", caller=caller, remote=caller, to=("101",), agents=("101",),
        talking=("101",), started_at=time.time(), answered_at=time.time(),
    )  # fmt: skip
    core.bus.publish(CallAnswered(call=view, at=time.time(), agent="101"))
    return view


def listed(*hearing: ListenerChanged) -> ListenersListed:
    return ListenersListed(listener_ids=frozenset(each.listener_id for each in hearing), hearing=hearing)


async def test_listener_whom_the_pbx_names_is_known_until_it_names_him_no_more(core: Core) -> None:
    told = list[ListenerChanged]()
    core.bus.subscribe(ListenerChanged, told.append)
    for _ in range(2):
        core.bus.publish(listed(HEARD))
        assert core.listeners.heard("c1", "101")
    assert told == [HEARD]
    core.bus.publish(listed())
    assert not core.listeners.heard("c1", "101")
    assert [(each.listener_id, each.gone) for each in told] == [("1", False), ("1", True)]


async def test_listener_follows_the_call_into_which_his_was_merged(core: Core) -> None:
    core.bus.publish(listed(HEARD))
    core.bus.publish(CallMerged(call=talk(core, "c2"), at=time.time(), gone="c1"))
    assert (core.listeners.heard("c1", "101"), core.listeners.heard("c2", "101")) == (False, True)


async def test_who_took_up_the_phone_while_the_link_was_lost_is_known_as_soon_as_it_is_back(core: Core) -> None:
    talk(core)
    sue = core.users.by_login("sue")
    assert sue
    ears = Ears()
    joining = asyncio.create_task(core.listeners.join(ears, sue, "c1", "101", "listen"))
    await until(lambda: ears.asked)
    core.bus.publish(listed(replace(HEARD, listener_id=ears.asked[0])))
    assert not core.listeners.heard("c1", "101")
    ears.lost.set()
    with pytest.raises(PbxAway):
        await joining
    core.bus.publish(listed(replace(HEARD, listener_id=ears.asked[0])))
    assert core.listeners.heard("c1", "101")
