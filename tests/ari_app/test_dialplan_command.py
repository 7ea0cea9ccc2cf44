from pathlib import Path

import pytest

from ari_app.main import main


def test_dialplan_prints_the_include_for_this_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "ringdesk.toml"
    config.write_text("[agi]\nport = 4574\n")
    assert main(["dialplan", "lookup", "--host", "192.0.2.7", "--config", str(config)]) == 0
    printed = capsys.readouterr().out
    assert "[ringdesk-lookup]" in printed
    assert "agi://192.0.2.7:4574/lookup" in printed


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out
    for word in ["init", "run", "check", "replay", "lookup", "user", "import", "migrate", "dialplan", "demo"]:
        assert f"\n    {word} " in listed
