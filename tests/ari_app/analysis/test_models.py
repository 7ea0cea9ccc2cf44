"""A model is loaded only if it is what was published, and never fetched unasked."""

from pathlib import Path

import pytest

from ari_app.analysis import models
from ari_app.analysis.engines import engine_names, make_engine
from ari_app.analysis.models import find_model
from screenpop.config import Analysis
from screenpop.errors import BadConfiguration

pytestmark = pytest.mark.feature("ANAL-01")


def test_installed_model_is_the_published_one() -> None:
    found = find_model("tiny.en")
    assert (found.name, Path(found.place).name, found.files) == ("tiny.en", "model", {})


def test_model_in_two_parts_is_joined() -> None:
    found = find_model("base")
    assert len(found.files["model.bin"]) > 130_000_000
    assert sorted(found.files) == ["config.json", "model.bin", "tokenizer.json", "vocabulary.txt"]


def test_no_name_means_the_best_that_is_installed() -> None:
    assert find_model("").name == "base"


def test_model_that_is_not_the_published_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"something else")
    monkeypatch.setattr(models, "_files_of", lambda carried: [tmp_path / "model.bin"])
    with pytest.raises(BadConfiguration, match=r"not the published model tiny\.en"):
        find_model("tiny.en")


def test_model_that_is_not_here_is_not_fetched_unless_allowed() -> None:
    with pytest.raises(BadConfiguration, match=r"analysis\.download"):
        find_model("large-v3")
    assert find_model("large-v3", download=True).place == "large-v3"


def test_folder_without_a_model_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"no model\.bin"):
        find_model(str(tmp_path))


def test_folder_without_a_tokenizer_is_refused_since_that_would_be_fetched(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(BadConfiguration, match=r"no tokenizer\.json"):
        find_model(str(tmp_path))


@pytest.mark.parametrize("damaged", ["model.bin", "config.json", "tokenizer.json"])
def test_damaged_model_is_refused_in_one_line(tmp_path: Path, damaged: str) -> None:
    whole = Path(find_model("tiny.en").place)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).symlink_to(whole / name)
    (tmp_path / damaged).unlink()
    (tmp_path / damaged).write_bytes(b"{junk")
    with pytest.raises(BadConfiguration, match="cannot be loaded") as caught:
        make_engine(Analysis(model=str(tmp_path)))
    assert "\n" not in str(caught.value)


def test_house_without_a_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_files_of", lambda carried: [])
    with pytest.raises(BadConfiguration, match="no speech model is installed"):
        make_engine(Analysis())


def test_engines_are_chosen_by_name() -> None:
    assert engine_names()[:4] == ("none", "faster-whisper", "vosk", "openai")
    assert make_engine(Analysis(engine="none")) is None
    with pytest.raises(BadConfiguration, match="no engine 'whisperer'"):
        make_engine(Analysis(engine="whisperer"))


def test_engine_that_is_not_installed_says_so() -> None:
    with pytest.raises(BadConfiguration, match="pip install vosk"):
        make_engine(Analysis(engine="vosk", model="/nowhere"))
    with pytest.raises(BadConfiguration, match=r"analysis\.url is empty"):
        make_engine(Analysis(engine="openai"))
