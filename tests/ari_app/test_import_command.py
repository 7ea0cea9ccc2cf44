"""`ringdesk import customers` and `ringdesk lookup`: what they print and how they end."""

import argparse
import json
from pathlib import Path
from types import ModuleType

import pytest

from ari_app.commands import import_, lookup
from screenpop.errors import BadInput


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'[server]\ndata_dir = "{tmp_path}"\n[site]\ncountry = "DE"\ncompany = "Roof & Co"\n')
    return file


def call(command: ModuleType, config: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return int(command.run(parser.parse_args([*words, "--config", str(config)])))


def test_import_tells_bad_rows_on_stderr_and_sums_up(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name;phone;shoe\nAnna;030 1234567;38\nBernd;call me;44\n")

    codes = [call(import_, config, "customers", str(file), *extra) for extra in (["--dry-run"], ["--strict"], [], [])]

    printed = capsys.readouterr()
    assert codes == [1, 1, 1, 1]
    assert printed.err.splitlines() == ["row 3, phone: “call me” is not a phone number."] * 4
    assert printed.out.splitlines() == [
        "2 rows: 1 new, 0 changed, 0 as they were, 1 bad",
        "columns that were not read: shoe",
        "nothing was written (dry run)",
        "2 rows: 1 new, 0 changed, 0 as they were, 1 bad",
        "columns that were not read: shoe",
        "nothing was written: --strict wants every row good",
        "2 rows: 1 new, 0 changed, 0 as they were, 1 bad",
        "columns that were not read: shoe",
        "2 rows: 0 new, 0 changed, 1 as they were, 1 bad",
        "columns that were not read: shoe",
    ]


def test_import_of_a_file_that_is_not_there_says_so(config: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        call(import_, config, "customers", "nowhere.csv")


@pytest.mark.feature("CALL-04", "CALL-25")
def test_lookup_prints_the_card_of_a_known_and_of_an_unknown_number(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("name,phone\nAnna,030 1234567\n")
    call(import_, config, "customers", str(tmp_path / "people.csv"))
    capsys.readouterr()

    call(lookup, config, "0049 (0)30/1234567")
    known = json.loads(capsys.readouterr().out)
    call(lookup, config, "+380441234567")
    unknown = json.loads(capsys.readouterr().out)

    assert (known["known"], known["customer"]["name"]) == ("known", "Anna")
    assert (unknown["known"], unknown["customer"]) == ("unknown", None)
