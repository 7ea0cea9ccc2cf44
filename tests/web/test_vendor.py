"""Vendored files are what their packages hold, unchanged, and every one is accounted for."""

import hashlib
import json
from pathlib import Path

import pytest

from web.look import STATIC

FOLDERS = (STATIC / "vendor", Path(__file__).parents[1] / "browser" / "vendor")


def listed(folder: Path) -> dict[str, str]:
    packages = json.loads((folder / "VENDOR.json").read_text(encoding="utf-8"))["packages"]
    return {
        (Path(package["folder"]) / name).as_posix(): digest
        for package in packages
        for name, digest in package["files"].items()
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=("web", "tests"))
def test_vendored_files_have_the_checksums_of_their_packages(folder: Path) -> None:
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "VENDOR.json"
    }
    assert found == listed(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=("web", "tests"))
def test_vendored_packages_name_version_and_licence(folder: Path) -> None:
    for package in json.loads((folder / "VENDOR.json").read_text(encoding="utf-8"))["packages"]:
        assert all(package[key] for key in ("name", "version", "licence", "source", "folder"))
