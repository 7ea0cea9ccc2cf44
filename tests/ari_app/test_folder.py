"""One service on a data folder at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.folder import held
from screenpop.errors import BadConfiguration

HOLD = """
import sys, time
from ari_app.folder import held
with held(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_folder_is_one_services_until_that_ends_even_by_kill_9(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    with subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BadConfiguration, match=f"another Ringdesk runs on the data folder {folder}"), held(folder):
            pass
        other.kill()
    for _ in range(2):
        with held(folder):
            assert Path(folder).stat().st_mode & 0o777 == 0o700


def test_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "data")
    with pytest.raises(BadConfiguration, match="cannot be used: Not a directory"), held(folder):
        pass
