"""Acting on calls: what is sent to the PBX, and the words for what it would not do."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ari_app.control import AmiControl
from ari_app.link import AmiLink
from screenpop.agents.directory import Directory
from screenpop.config import Ami
from screenpop.errors import PbxAway, PbxRefused
from screenpop.pbx import PbxControl
from tests.fakes.ami import FakeAmi
from tests.until import until

CHANNELS = {("call", "101"): ("PJSIP/101-1", "PJSIP/101-2")}


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as fake:
        yield fake


@pytest.fixture
async def link(pbx: FakeAmi) -> AsyncIterator[AmiLink]:
    made = AmiLink(Ami(port=pbx.port, secret="s3cret"), lambda *_: None, lambda *_: None, lambda _: None)
    task = asyncio.create_task(made.run())
    await until(lambda: made.state.up)
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def control(link: AmiLink) -> PbxControl:
    directory = Directory({"101": (), "102": ("SIP/150010002", "PJSIP/102-web")})
    return AmiControl(link, lambda: directory, lambda call, extension: CHANNELS.get((call, extension), ()), "agents")


async def test_originate_rings_the_agent_then_dials(pbx: FakeAmi, control: PbxControl):
    await control.originate("101", "+44 1632 960001", "Ann")
    (asked,) = pbx.asked("Originate")
    assert {key: asked[key] for key in ("Channel", "Context", "Exten", "CallerID", "Async")} == {
        "Channel": "PJSIP/101",
        "Context": "agents",
        "Exten": "+441632960001",
        "CallerID": '"Ann" <+441632960001>',
        "Async": "true",
    }


async def test_originate_uses_the_first_device_named(pbx: FakeAmi, control: PbxControl):
    await control.originate("102", "5")
    assert pbx.asked("Originate")[0]["Channel"] == "SIP/150010002"


async def test_hostile_name_and_number_add_nothing(pbx: FakeAmi, control: PbxControl):
    await control.originate("101", "5\r\nApplication: System,6", 'x"\r\nVariable: A=1\r\n<9>')
    (asked,) = pbx.asked("Originate")
    assert (asked["Exten"], asked["CallerID"]) == ("56", '"x   Variable: A=1   9 " <56>')
    assert not {"Variable", "Application"} & asked.keys()


async def test_number_without_digits_is_refused(pbx: FakeAmi, control: PbxControl):
    with pytest.raises(PbxRefused, match="cannot be dialled"):
        await control.originate("101", "anonymous")
    assert pbx.asked("Originate") == []


@pytest.mark.parametrize(
    ("reason", "words"), [("3", "101 did not answer"), ("5", "101 is busy"), ("99", "did not take")]
)
async def test_failed_originate_says_why(pbx: FakeAmi, control: PbxControl, reason: str, words: str):
    pbx.originate_reason = reason
    with pytest.raises(PbxRefused, match=words):
        await control.originate("101", "5")


async def test_unknown_extension_is_refused(control: PbxControl):
    with pytest.raises(PbxRefused, match="103 is no extension of an agent"):
        await control.originate("103", "5")


async def test_hang_up_ends_each_channel_of_the_extension(pbx: FakeAmi, control: PbxControl):
    await control.hang_up("call", "101")
    assert sorted(asked["Channel"] for asked in pbx.asked("Hangup")) == ["PJSIP/101-1", "PJSIP/101-2"]


async def test_hang_up_of_a_call_that_is_over_is_refused(control: PbxControl):
    with pytest.raises(PbxRefused, match="no part in this call any more"):
        await control.hang_up("call", "102")


async def test_control_without_a_link_says_why(pbx: FakeAmi, link: AmiLink, control: PbxControl):
    await pbx.stop()
    await until(lambda: not link.state.up)
    with pytest.raises(PbxAway, match="no link to the PBX"):
        await control.originate("101", "5")
    await pbx.start()
