"""`ringdesk user`: the first users of a site, from a terminal or a script."""

import io
from pathlib import Path

import pytest

from ari_app.main import main


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "ringdesk.toml"
    path.write_text(f'[server]\ndata_dir = "{tmp_path / "data"}"\n')
    return str(path)


def ringdesk(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["user", *words])


def test_user_added_is_listed(config: str, monkeypatch, capsys) -> None:
    added = ringdesk(
        monkeypatch, "add", "anna", "--name", "Anna Berg", "--role", "admin", "--extension", "101",
        "--config", config, typed="correct horse\n",
    )  # fmt: skip
    assert (added, capsys.readouterr().out) == (0, "added anna (admin)\n")
    assert ringdesk(monkeypatch, "list", "--config", config) == 0
    assert capsys.readouterr().out.split() == ["anna", "admin", "active", "101", "Anna", "Berg"]


def test_password_is_set(config: str, monkeypatch, capsys) -> None:
    ringdesk(monkeypatch, "add", "anna", "--config", config, typed="correct horse\n")
    assert ringdesk(monkeypatch, "passwd", "ANNA", "--config", config, typed="another horse\n") == 0
    assert "the password of anna is set" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "anna"), "short\n", "at least 8"),
        (("add", "an na"), "correct horse\n", "A login has"),
        (("passwd", "nobody"), "correct horse\n", "no user 'nobody'"),
    ],
)
def test_what_cannot_be_is_said(config: str, monkeypatch, capsys, words, typed, said) -> None:
    assert ringdesk(monkeypatch, *words, "--config", config, typed=typed) == 1
    assert said in capsys.readouterr().err
