"""Where recordings are kept: a folder, and a store that speaks S3 (a real server, moto's)."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

from ari_app.demo.ports import free_ports
from screenpop.config import Config, Recordings, Server
from screenpop.errors import NotFound, RingdeskError
from screenpop.recordings import archive as archives
from screenpop.recordings.archive import Archive, FolderArchive, S3Archive, open_archive

pytestmark = [pytest.mark.feature("CALL-32")]
KEY = "2026/05/04/1700000000.12.opus"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 server that runs as long as these tests, with a bucket `calls`."""
    (port,) = free_ports(1)
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 120
            while not _made_bucket(address):
                assert process.poll() is None, "the S3 server did not start"
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield address
        finally:
            process.kill()  # else the block would wait for it


def _made_bucket(address: str) -> bool:
    request = urllib.request.Request(f"{address}/calls", method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def config(folder: Path, endpoint: str) -> Config:
    settings = Recordings(archive="s3://calls/kept/here", s3_endpoint=endpoint, s3_key="key", s3_secret="secret")
    return Config(server=Server(data_dir=str(folder)), recordings=settings)


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    if request.param == "folder":
        return open_archive(Config(server=Server(data_dir=str(tmp_path))))
    return open_archive(config(tmp_path, request.getfixturevalue("endpoint")))


def put(archive: Archive, key: str, data: bytes) -> None:
    made = archive.workshop / "made"
    made.write_bytes(data)
    archive.put(made, key)
    assert not made.exists()


def test_file_is_put_fetched_and_removed(archive: Archive) -> None:
    put(archive, KEY, b"sound" * 100_000)
    assert archive.fetch(KEY).read_bytes() == b"sound" * 100_000
    put(archive, KEY, b"anew")  # a second try of the same recording
    archive.remove(KEY)
    with pytest.raises(NotFound):
        archive.fetch(KEY)
    archive.remove(KEY)


@pytest.mark.parametrize("key", ["", "../x", "a/../../x", "/etc/passwd", "a//b", "a\0b", "a b", "ä"])
def test_key_cannot_lead_out_of_the_archive(archive: Archive, key: str) -> None:
    with pytest.raises(NotFound):
        archive.fetch(key)
    with pytest.raises(NotFound):
        archive.remove(key)


def test_what_was_heard_is_kept_for_a_while_within_a_bound(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "CACHE_BYTES", 2500)
    archive = open_archive(config(tmp_path, endpoint))
    for number in range(4):
        put(archive, f"c/{number}.opus", bytes([number]) * 1000)
    for number in range(4):
        fetched = archive.fetch(f"c/{number}.opus")
        os.utime(fetched, (number + 1, number + 1))
    cached = sorted(path.name for path in (tmp_path / "recordings-cache").rglob("*.opus"))
    assert cached == ["2.opus", "3.opus"]
    assert archive.fetch("c/0.opus").read_bytes() == bytes(1000)


def test_what_is_deleted_while_it_is_fetched_does_not_stay_in_the_cache(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(config(tmp_path, endpoint))
    put(archive, KEY, b"sound")
    right = archives._make_room

    def meanwhile(cache: Path, allowed: int) -> None:
        archive.remove(KEY)
        right(cache, allowed)

    monkeypatch.setattr(archives, "_make_room", meanwhile)
    with pytest.raises(NotFound):
        archive.fetch(KEY)
    assert not [path for path in (tmp_path / "recordings-cache").rglob("*") if path.is_file()]


def test_file_goes_and_comes_in_pieces(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow line must carry each of them within the time limit, not all."""
    monkeypatch.setattr(archives, "CHUNK", 1_000_000)
    archive, data = open_archive(config(tmp_path, endpoint)), os.urandom(6_500_000)
    put(archive, KEY, data)
    assert archive.fetch(KEY).read_bytes() == data


def test_workshop_loses_what_a_killed_process_left(tmp_path: Path) -> None:
    for name, age in (("old.opus", 7 * 3600), ("new.opus", 60), ("collect.lock", 7 * 3600)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    archives.clear_workshop(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"new.opus", "collect.lock"}


def test_store_that_is_away_is_told_in_words(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    archive = open_archive(config(tmp_path, f"http://127.0.0.1:{port}"))
    assert isinstance(archive, S3Archive)
    with pytest.raises(RingdeskError, match="The store cannot be reached"):
        archive.fetch(KEY)
    made = archive.workshop / "made"
    made.write_bytes(b"x")
    with pytest.raises(RingdeskError, match="The store cannot be reached"):
        archive.put(made, KEY)
    assert made.exists()


def test_other_users_of_the_machine_cannot_look_in(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive")
    put(archive, KEY, b"x")
    assert (tmp_path / "archive").stat().st_mode & 0o077 == 0
