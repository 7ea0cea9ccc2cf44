"""What `ringdesk check` says of a good attachment, and of each thing that can be wrong with it."""

import argparse
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from ari_app.check_all import Check, check
from ari_app.check_ami import ACTIONS, READING, WANTED
from ari_app.check_ari import MODULES, PROBE
from ari_app.commands import check as command
from ari_app.demo import ports
from screenpop.config import Agi, Ami, Ari, Config, Demo, Recordings, Server, Site
from screenpop.errors import BadConfiguration
from screenpop.pbx import PbxCheck
from tests.fakes.ami import FakeAmi
from tests.fakes.ari import FakeAri, fake_ari


def invoke(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


CHANNEL = f"Local/{PROBE}@{PROBE}-00000000;1"


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    async with FakeAmi(commands=[*ACTIONS, "GetConfig"]) as fake:
        fake.manager_conf = ["read=all", *(f"eventfilter=^Event: {name}" for name in WANTED)]
        yield fake


@pytest.fixture
async def ari(pbx: FakeAmi) -> AsyncIterator[FakeAri]:
    def create() -> dict[str, str]:
        for event in ("Newchannel", "Hangup"):
            pbx.event(event, Channel=CHANNEL)
        return {"id": "1.1", "name": CHANNEL}

    async with fake_ari() as fake:
        fake.answers = {
            "GET /asterisk/info": {"system": {"version": "22.10.1"}},
            "GET /asterisk/modules": [{"name": f"{m}.so", "status": "Running"} for m in [*MODULES, "chan_pjsip"]],
            "POST /channels/create": create,
            "DELETE /channels/1.1": {},
        }
        yield fake


@pytest.fixture
def free_ports() -> list[int]:
    return list(ports.free_ports(2))


@pytest.fixture
def config(pbx: FakeAmi, ari: FakeAri, tmp_path: Path, free_ports: list[int]) -> Config:
    return Config(
        ami=Ami(port=pbx.port, secret="s3cret"),
        ari=Ari(url=ari.url, password="s3cret"),
        server=Server(data_dir=str(tmp_path), port=free_ports[0]),
        agi=Agi(port=free_ports[1]),
        recordings=Recordings(folder=str(tmp_path)),
    )


async def complaints(config: Config, path: Path | None = None) -> list[tuple[str, str, str]]:
    """Level, subject and text with remedy of what is not OK; a complaint without a remedy is none."""
    found = [finding for finding in await check(config, path, Path("/nowhere")) if finding.level != "OK"]
    assert all(finding.remedy for finding in found)
    return [(finding.level, finding.what, f"{finding.text}: {finding.remedy}") for finding in found]


async def the_complaint(config: Config, path: Path | None = None) -> tuple[str, str, str]:
    (complaint,) = await complaints(config, path)
    return complaint


async def test_good_attachment_has_no_complaint(config: Config):
    assert await complaints(config) == []


async def test_panel_gets_the_same_findings(config: Config):
    panel: PbxCheck = Check(config)
    assert [(found.level, found.what) for found in await panel.look() if found.level == "FAIL"] == []


async def test_pbx_away_is_one_line_and_the_rest_is_still_looked_at(pbx: FakeAmi, config: Config):
    port = pbx.port
    away = msgspec.structs.replace(config, ami=Ami(port=1))
    level, what, text = await the_complaint(away)
    assert (level, what) == ("FAIL", "AMI")
    assert "is Asterisk running" in text
    assert pbx.port == port


async def test_wrong_secret_says_where_to_look(config: Config):
    level, what, text = await the_complaint(msgspec.structs.replace(config, ami=Ami(port=config.ami.port, secret="no")))
    assert (level, what) == ("FAIL", "AMI login")
    assert "compare ami.username and ami.secret with manager.conf" in text


@pytest.mark.parametrize(
    ("version", "level"), [("16.30.0", "FAIL"), ("18.0.0", ""), ("25.1.0", "WARN"), ("GIT", "WARN")]
)
async def test_version_of_the_pbx(pbx: FakeAmi, config: Config, version: str, level: str):
    pbx.version = version
    assert [(found[0], found[1]) for found in await complaints(config)] == ([(level, "Asterisk")] if level else [])


@pytest.mark.parametrize(("action", "level"), [("CoreShowChannels", "FAIL"), ("Originate", "WARN"), ("Hangup", "WARN")])
async def test_missing_write_permission_names_the_class(pbx: FakeAmi, config: Config, action: str, level: str):
    pbx.commands.remove(action)
    found = await the_complaint(config)
    assert found[:2] == (level, "AMI may write")
    assert f"add {ACTIONS[action][0]} to the write line" in found[2]


async def test_missing_read_permission_names_the_class(pbx: FakeAmi, config: Config):
    pbx.manager_conf[0] = "read=system,agent,user"
    assert await the_complaint(config) == (
        "FAIL",
        "AMI may read",
        "not call: no call is seen: add call to the read line in manager.conf",
    )


async def test_event_filter_that_keeps_back_what_is_needed_names_the_line(pbx: FakeAmi, config: Config):
    pbx.manager_conf.remove("eventfilter=^Event: DialBegin")
    level, what, text = await the_complaint(config)
    assert (level, what) == ("FAIL", "Event filter")
    assert text.endswith("add to manager.conf: eventfilter = ^Event: DialBegin")


async def test_local_manager_conf_is_read_where_the_login_may_not_ask(pbx: FakeAmi, config: Config, tmp_path: Path):
    pbx.commands.remove("GetConfig")
    file = tmp_path / "manager.conf"
    file.write_text("[ringdesk]\nread = all\neventfilter = ^Event: Hangup\n")
    found = [finding for finding in await check(config, None, file) if finding.what == "Event filter"]
    assert [finding.level for finding in found] == ["FAIL"]


async def test_demo_says_where_the_manager_conf_of_its_pbx_is(pbx: FakeAmi, config: Config, tmp_path: Path):
    pbx.commands.remove("GetConfig")
    file = tmp_path / "manager.conf"
    file.write_text("[ringdesk]\nread = system,call,agent\n")
    demo = msgspec.structs.replace(config, demo=Demo(enabled=True, folder=str(tmp_path), manager_conf=str(file)))
    found = [(finding.level, str(finding.text)) for finding in await Check(demo).look() if finding.what == READING]
    assert found == [("WARN", "not user: the feature code cannot pause recordings")]


async def test_what_cannot_be_looked_at_is_not_called_good(pbx: FakeAmi, config: Config):
    pbx.commands.remove("GetConfig")
    level, what, text = await the_complaint(config)
    assert (level, what) == ("WARN", "AMI may read")
    assert "compare the read and eventfilter lines" in text


async def test_events_that_do_not_come_are_noticed_by_trying(ari: FakeAri, config: Config):
    ari.answers["POST /channels/create"] = {"id": "1.1"}
    level, what, text = await the_complaint(config)
    assert (level, what) == ("FAIL", "Events")
    assert "Newchannel, Hangup of a channel did not come" in text


async def test_clock_that_is_off_says_by_how_much(pbx: FakeAmi, config: Config):
    pbx.clock_ahead = -90.0
    level, what, text = await the_complaint(config)
    assert (level, what) == ("WARN", "Clock")
    assert "90 s behind" in text


async def test_module_that_is_not_loaded_says_what_is_lost(ari: FakeAri, config: Config):
    del ari.answers["GET /asterisk/modules"][1]
    level, what, text = await the_complaint(config)
    assert (level, what) == ("WARN", "Modules")
    assert "app_queue is not loaded: there are no queues" in text


async def test_ari_password_and_address(config: Config):
    wrong = msgspec.structs.replace(config, ari=Ari(url=config.ari.url, password="no"))
    away = msgspec.structs.replace(config, ari=Ari(url="http://127.0.0.1:1"))
    assert (await the_complaint(wrong))[:2] == ("FAIL", "ARI")
    assert "http.conf" in (await the_complaint(away))[2]


async def test_taken_port_is_told(config: Config):
    with socket.create_server(("127.0.0.1", config.agi.port)):
        level, what, text = await the_complaint(config)
    assert (level, what) == ("FAIL", "AGI port")
    assert "another program listens there" in text


async def test_folders_that_cannot_be_used_are_told(config: Config, tmp_path: Path):
    gone = str(tmp_path / "gone")
    bad = msgspec.structs.replace(
        config,
        server=Server(data_dir=gone, port=config.server.port),
        recordings=Recordings(folder=gone),
        site=Site(country="XX"),
    )
    assert [found[:2] for found in await complaints(bad)] == [
        ("FAIL", "Country"),
        ("FAIL", "Data folder"),
        ("FAIL", "Recordings"),
    ]


async def test_configuration_that_others_can_read_is_told(config: Config, tmp_path: Path):
    file = tmp_path / "ringdesk.toml"
    file.touch(mode=0o644)
    assert (await the_complaint(config, file))[2].endswith(f"chmod 600 {file}")


def test_command_prints_json_and_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "ringdesk.toml"
    file.write_text("[ami]\nport = 1\n[ari]\nenabled = false\n")
    assert invoke("--json", "--config", str(file)) == 1
    printed = json.loads(capsys.readouterr().out)
    assert {"level": "FAIL", "what": "AMI"}.items() <= next(item for item in printed if item["what"] == "AMI").items()


def test_command_names_an_unknown_key(tmp_path: Path):
    file = tmp_path / "ringdesk.toml"
    file.write_text('[ami]\nusrname = "x"\n')
    with pytest.raises(BadConfiguration, match=re.escape("unknown key ami.usrname; did you mean ami.username?")):
        invoke("--config", str(file))


def test_command_prints_a_line_and_its_remedy_for_each_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'[ami]\nport = 1\n[server]\ndata_dir = "{tmp_path}"\n')
    file.chmod(0o644)
    assert invoke("--config", str(file)) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"WARN  Configuration   {file} can be read by others, and holds passwords\n")
    assert f"-> chmod 600 {file}\n" in printed


async def test_archive_that_cannot_be_used_is_told(config: Config, tmp_path: Path):
    folder, plenty = str(tmp_path), 10**9
    full = msgspec.structs.replace(config, recordings=Recordings(folder=folder, min_free_mb=plenty))
    assert [found[:2] for found in await complaints(full)] == [("WARN", "Archive")]
    (port,) = ports.free_ports(1)
    away = Recordings(folder=folder, archive="s3://calls/kept", s3_endpoint=f"http://127.0.0.1:{port}", s3_key="k")
    level, what, text = await the_complaint(msgspec.structs.replace(config, recordings=away))
    assert (level, what) == ("FAIL", "Archive")
    assert "The store cannot be reached" in text


async def test_check_says_who_may_start_recordings(config: Config, pbx: FakeAmi):
    async def said() -> str:
        found = await check(config, None, Path("/nowhere"))
        return next(finding.text for finding in found if finding.what == "Recording")

    assert "the dialplan's include starts" in await said()
    pbx.commands.append("MixMonitor")
    assert "Ringdesk itself may start" in await said()
