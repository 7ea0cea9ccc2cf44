"""The REST client, against an interface that says yes, no, nonsense or nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ari_app.ari import Ari
from ari_app.ari_events import AriEvents
from ari_app.ari_model import Event
from screenpop.config import Ari as AriConfig
from screenpop.errors import PbxAway, PbxRefused
from tests.fakes.ari import FakeAri, fake_ari
from tests.until import until


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAri]:
    async with fake_ari() as fake:
        yield fake


@pytest.fixture
async def ari(pbx: FakeAri) -> AsyncIterator[Ari]:
    async with Ari(AriConfig(url=pbx.url, password="s3cret")) as client:
        yield client


async def test_channels_are_read_and_unknown_fields_let_pass(pbx: FakeAri, ari: Ari):
    pbx.answers["GET /channels"] = [
        {"id": "1.1", "name": "PJSIP/101-1", "caller": {"name": "<b>", "number": "5"}, "new": 1}
    ]
    (channel,) = await ari.channels()
    assert (channel.id, channel.name, channel.caller.name) == ("1.1", "PJSIP/101-1", "<b>")


async def test_originate_sends_its_parameters(pbx: FakeAri, ari: Ari):
    pbx.answers["POST /channels"] = {"id": "1.1"}
    await ari.originate("PJSIP/101", extension="5", context="from-internal")
    assert pbx.asked == ["POST /channels?endpoint=PJSIP/101&extension=5&context=from-internal"]


async def test_recording_with_a_slash_in_its_name_is_quoted(pbx: FakeAri, ari: Ari):
    pbx.answers["GET /recordings/stored/2026%2Fcall%3F/file"] = b"RIFF" * 100_000
    data = [chunk async for chunk in ari.recording("2026/call?")]
    assert b"".join(data) == b"RIFF" * 100_000


async def test_wrong_password_says_where_to_look(pbx: FakeAri):
    async with Ari(AriConfig(url=pbx.url, password="wrong")) as client:
        with pytest.raises(PbxRefused, match=r"refuses the login 'ringdesk': check .* ari\.conf"):
            await client.info()


async def test_refusal_carries_the_words_of_the_pbx(pbx: FakeAri, ari: Ari):
    with pytest.raises(PbxRefused, match=r"ARI says no \(404\): Not here"):
        await ari.hang_up("1.1")


async def test_answer_that_is_something_else_is_refused(pbx: FakeAri, ari: Ari):
    pbx.answers["GET /asterisk/info"] = b"<html>"
    with pytest.raises(PbxRefused, match="something else"):
        await ari.info()


async def test_nobody_there_is_away():
    async with Ari(AriConfig(url="http://127.0.0.1:1")) as client:
        with pytest.raises(PbxAway, match="cannot be reached"):
            await client.info()


async def test_events_come_in_order_and_the_stream_comes_back(pbx: FakeAri, ari: Ari):
    seen: list[Event] = []
    events = AriEvents(ari, "ringdesk", lambda event, at: seen.append(event), retry=(0.01,))
    task = asyncio.create_task(events.run())
    await until(lambda: pbx.sockets)
    await pbx.sockets[0].send_str('{"type": "StasisStart", "channel": {"id": "1.1"}, "args": ["a"]}')
    await pbx.sockets[0].send_str("no json")
    await pbx.sockets[0].send_str('{"type": "NeverHeardOf", "what": {"ever": 1}}')
    await until(lambda: len(seen) == 2)
    await pbx.sockets[0].close()
    await until(lambda: len(pbx.sockets) == 2 and events.up)
    await pbx.sockets[1].send_str('{"type": "StasisEnd"}')
    await until(lambda: len(seen) == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [event.type for event in seen] == ["StasisStart", "NeverHeardOf", "StasisEnd"]
    assert seen[0].channel is not None
    assert (seen[0].channel.id, seen[0].args) == ("1.1", ("a",))
