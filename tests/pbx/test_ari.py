"""The REST client against a running Asterisk, and against what that Asterisk says of itself in /ari/api-docs."""

import asyncio
import types
import typing
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from ari_app import ari_model
from ari_app.ari import OPERATIONS, Ari
from ari_app.ari_events import AriEvents
from ari_app.ari_model import Event
from ari_app.check_all import check
from ari_app.demo.lab import Lab
from screenpop.config import Agi, Ami, Config, Server
from screenpop.config import Ari as AriConfig
from screenpop.errors import PbxRefused
from tests.until import until

PAGES = ("asterisk", "bridges", "channels", "endpoints", "events", "recordings")
RENAMED = {"CallerId": "CallerID"}
KINDS = {"string": str, "Date": str, "int": int, "long": int, "boolean": bool, "object": dict}


@pytest.fixture
async def ari(asterisk: Lab) -> AsyncIterator[Ari]:
    async with Ari(AriConfig(url=asterisk.ari_url, password=asterisk.access.ari_password)) as client:
        yield client


async def api_docs(lab: Lab) -> dict[str, dict[str, Any]]:
    """Every page of the API's own description."""
    login = aiohttp.encode_basic_auth("ringdesk", lab.access.ari_password)
    async with aiohttp.ClientSession(headers={"Authorization": login}) as client:
        pages = {}
        for page in PAGES:
            async with client.get(f"{lab.ari_url}/ari/api-docs/{page}.json") as answer:
                pages[page] = await answer.json(content_type=None)
        return pages


def described_operations(pages: dict[str, dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    """Method and path, with the query parameters."""
    return {
        (operation["httpMethod"], api["path"]): {
            parameter["name"] for parameter in operation.get("parameters", ()) if parameter["paramType"] == "query"
        }
        for page in pages.values()
        for api in page["apis"]
        for operation in api["operations"]
    }


def structs() -> Iterator[type[msgspec.Struct]]:
    for item in vars(ari_model).values():
        if isinstance(item, type) and issubclass(item, msgspec.Struct) and item.__module__ == ari_model.__name__:
            yield item


def expected(kind: str) -> object:
    """What our type must be for a type of the description."""
    if kind.startswith("List["):
        return types.GenericAlias(tuple, (expected(kind[5:-1]), ...))
    ours = {RENAMED.get(struct.__name__, struct.__name__): struct for struct in structs()}
    return KINDS.get(kind) or ours[kind]


def without_none(kind: object) -> object:
    if isinstance(kind, types.UnionType):
        (kind,) = (part for part in typing.get_args(kind) if part is not type(None))
    return dict if typing.get_origin(kind) is dict else kind


async def test_every_operation_used_is_one_that_asterisk_describes(asterisk: Lab) -> None:
    described = described_operations(await api_docs(asterisk))
    assert [op for op in OPERATIONS if (op.method, op.path) not in described] == []
    assert [op for op in OPERATIONS if not set(op.query) <= described[op.method, op.path]] == []


async def test_every_field_read_is_one_that_asterisk_describes(asterisk: Lab) -> None:
    pages = await api_docs(asterisk)
    models = {name: model["properties"] for page in pages.values() for name, model in page["models"].items()}
    events = {key: value for model in pages["events"]["models"].values() for key, value in model["properties"].items()}
    wrong = []
    for struct in structs():
        described = events if struct is Event else models[RENAMED.get(struct.__name__, struct.__name__)]
        for field in msgspec.structs.fields(struct):
            if field.name not in described:
                wrong.append(f"{struct.__name__}.{field.name} is not described")
            elif struct is not Event and without_none(field.type) != expected(described[field.name]["type"]):
                wrong.append(f"{struct.__name__}.{field.name} is {described[field.name]['type']}")
    assert wrong == []


async def test_everything_that_only_reads_is_answered(ari: Ari) -> None:
    assert int((await ari.info()).system.version.partition(".")[0]) >= 18
    assert (await ari.ping()).ping == "pong"
    assert {"app_queue.so", "chan_pjsip.so"} <= {module.name for module in await ari.modules()}
    assert "101" in {endpoint.resource for endpoint in await ari.endpoints()}
    assert (await ari.channels(), await ari.bridges(), await ari.stored_recordings()) == ([], [], [])


async def test_recording_in_a_subfolder_is_listed_and_fetched(asterisk: Lab, ari: Ari) -> None:
    folder: Path = asterisk.recordings_folder / "2026"
    await asyncio.to_thread(folder.mkdir, parents=True)
    await asyncio.to_thread((folder / "one.wav").write_bytes, b"RIFF" + bytes(100_000))
    (recording,) = await ari.stored_recordings()
    data = b"".join([chunk async for chunk in ari.recording(recording.name)])
    assert (recording.name, recording.format, len(data)) == ("2026/one", "wav", 100_004)


async def test_channel_is_made_told_and_hung_up(ari: Ari) -> None:
    seen: list[Event] = []
    events = AriEvents(ari, "ringdesk-test", lambda event, at: seen.append(event))
    task = asyncio.create_task(events.run())
    await until(lambda: events.up)
    channel = await ari.create_channel("Local/nobody@nowhere", "ringdesk-test")
    await ari.hang_up(channel.id)
    await until(lambda: any(event.type == "ChannelDestroyed" and event.channel for event in seen))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    created = [event.channel.id for event in seen if event.type == "ChannelCreated" and event.channel]
    assert channel.id in created


async def test_event_stream_comes_back_after_asterisk_was_killed(asterisk: Lab, ari: Ari) -> None:
    events = AriEvents(ari, "ringdesk-test", lambda event, at: None)
    task = asyncio.create_task(events.run())
    await until(lambda: events.up)
    await asterisk.kill()
    await until(lambda: not events.up)
    await asterisk.start()
    await until(lambda: events.up)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_no_of_asterisk_is_told_in_its_words(ari: Ari) -> None:
    with pytest.raises(PbxRefused, match=r"\(404\): Channel not found"):
        await ari.hang_up("1.1")


async def test_lab_is_a_good_attachment(asterisk: Lab, tmp_path: Path) -> None:
    config = Config(
        ami=Ami(port=asterisk.ami_port, secret=asterisk.access.ami_secret),
        ari=AriConfig(url=asterisk.ari_url, password=asterisk.access.ari_password),
        agi=Agi(port=asterisk.agi_port),
        server=Server(data_dir=str(tmp_path)),
    )
    findings = await check(config, None, asterisk.folder / "etc" / "manager.conf")
    assert [finding for finding in findings if finding.level != "OK" and finding.what != "Panel port"] == []
