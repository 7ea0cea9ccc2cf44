"""Which Asterisk is run: the installed one where it is new enough, else one of our own."""

from pathlib import Path

import pytest

from ari_app.demo import asterisk
from ari_app.demo.asterisk import cache_folder, find_asterisk, need
from screenpop.errors import RingdeskError


def install(folder: Path, name: str, output: str, code: int = 0) -> None:
    """A program that prints `output`."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{output}'\nexit {code}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(asterisk, "MORE_PATH", "")
    monkeypatch.setenv("RINGDESK_LAB", str(tmp_path / "lab"))
    return tmp_path / "bin"


@pytest.mark.parametrize("version", ["18.0.0", "22.10.1~dfsg", "certified/20.7-cert2", "23.1.0"])
async def test_installed_asterisk_is_used_when_new_enough(path: Path, version: str) -> None:
    install(path, "asterisk", f"Asterisk {version}")
    found = await find_asterisk()
    assert found == asterisk.Asterisk((str(path / "asterisk"),), version)


@pytest.mark.parametrize("version", ["16.28.0", "13.1", ""])
async def test_old_asterisk_is_left_alone_and_the_missing_package_named(path: Path, version: str) -> None:
    install(path, "asterisk", f"Asterisk {version}")
    with pytest.raises(RingdeskError, match=r"(?s)no Asterisk of version 18.*apt-get install mmdebstrap"):
        await find_asterisk()


async def test_failed_unpacking_says_why_and_leaves_nothing(path: Path, tmp_path: Path) -> None:
    said: list[str] = []
    install(path, "mmdebstrap", "I: running apt-get update...\nE: no network", code=25)
    with pytest.raises(RingdeskError, match="E: no network"):
        await find_asterisk(said.append)
    assert said[-1].strip() == "running apt-get update..."
    assert not (tmp_path / "lab/asterisk").exists()


def test_cache_is_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGDESK_LAB", "/somewhere/else")
    assert cache_folder() == Path("/somewhere/else")


def test_missing_tool_is_named_with_its_package(path: Path) -> None:
    with pytest.raises(RingdeskError, match="sipp is not there: it plays phones"):
        need("sipp", "sip-tester", "plays phones")
