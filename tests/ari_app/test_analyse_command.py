"""`ringdesk analyse` on human voices: the whole report, as an admin reads it."""

import json
from pathlib import Path

import pytest

from ari_app.demo.asterisk import find_asterisk
from ari_app.demo.conversations import conversations, sounds_folder, write
from ari_app.main import main

EMPTY = "[server]\nport = 8090\n"


@pytest.fixture
async def talk(tmp_path: Path) -> tuple[Path, Path]:
    """The two sides of one conversation."""
    sounds = sounds_folder((await find_asterisk(lambda _: None)).data)
    assert sounds is not None
    agent, customer = tmp_path / "agent.wav", tmp_path / "customer.wav"
    write(conversations(sounds)[0], sounds, agent, customer)
    return agent, customer


def analysed(capsys: pytest.CaptureFixture[str], tmp_path: Path, *arguments: str) -> dict:
    config = tmp_path / "ringdesk.toml"
    config.write_text(EMPTY + f'data_dir = "{tmp_path / "none"}"\n')
    assert main(["analyse", *arguments, "--config", str(config)]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.feature("ANAL-01", "ANAL+13")
def test_report_of_two_files_has_figures_words_and_what_they_say(
    talk: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = analysed(capsys, tmp_path, *map(str, talk), "--model", "tiny.en", "--language", "en")
    agent, customer = report["speakers"]
    assert (agent["side"], customer["side"]) == ("agent", "customer")
    assert agent["talk_s"] > 2 * customer["talk_s"] > 0
    assert report["transcript"][0]["text"].startswith("Thank you for calling")
    assert [hit["name"] for hit in report["trackers"]] == ["Greeting"]
    assert report["sentiment"]["customer"] < 0
    assert report["summary"]["sentences"]


def test_report_without_a_transcript_has_the_figures_of_the_sound(
    talk: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = analysed(capsys, tmp_path, *map(str, talk), "--no-transcript")
    assert report["speakers"][0]["talk_s"] > 20
    assert (report["transcript"], report["sentiment"]) == ([], None)


def test_file_that_is_no_sound_is_refused_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound at all")
    assert main(["analyse", str(broken)]) != 0
    assert "broken.wav" in capsys.readouterr().err


def test_service_that_cannot_be_reached_is_told_on_a_line_of_its_own(
    talk: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "ringdesk.toml"
    config.write_text(EMPTY + '[analysis]\nurl = "http://127.0.0.1:9/v1"\n')
    assert main(["analyse", *map(str, talk), "--engine", "openai", "--config", str(config)]) == 1
    *_, reason = capsys.readouterr().err.splitlines()
    assert reason.startswith("ringdesk analyse: the service at http://127.0.0.1:9/v1/audio/transcriptions cannot be")
