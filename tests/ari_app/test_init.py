"""`ringdesk init`: asked or not, it leaves a configuration that works and one admin, or nothing at all."""

import argparse
import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ari_app.commands import init
from ari_app.questions import QUESTIONS
from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.config_file import load
from screenpop.core import store_url
from screenpop.errors import BadConfiguration, Conflict, RingdeskError
from screenpop.store.engine import Store
from tests.fakes.ami import FakeAmi

PASSWORD = "correct horse"


@pytest.fixture
def pbx() -> Iterator[FakeAmi]:
    """A manager interface in a loop of its own: the command runs one itself."""
    fake, loop = FakeAmi(commands=["CoreShowChannels", "Originate", "Hangup"]), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.start(), loop).result(5)
    yield fake
    asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ringdesk.toml"


def invoke(*words: str, ask: Callable[[str, bool], str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    init.add_arguments(parser)
    return init.run(parser.parse_args(words), ask)


def quietly(file: Path, pbx: FakeAmi, *more: str) -> tuple[str, ...]:
    """The options that answer what has no usable default here."""
    ami = ("--ami-port", str(pbx.port), "--ami-secret", "s3cret")
    return ("--config", str(file), "--yes", *ami, "--server-data-dir", str(file.parent / "data"), *more)


def admins_of(file: Path, password: str) -> list[str]:
    async def read() -> list[str]:
        store = Store.open(store_url(load(file, {})))
        users = Users(store, Bus(), Passwords())
        await users.load()
        known = [user.login for user in users.all() if await users.verify(user.login, password)]
        await store.close()
        return known

    return asyncio.run(read())


def test_options_answer_everything(pbx: FakeAmi, file: Path, capsys: pytest.CaptureFixture[str]):
    more = (
        "--site-country",
        "DE",
        "--site-company",
        "Ada & Söhne",
        "--admin-login",
        "ada",
        "--admin-password",
        PASSWORD,
    )
    assert invoke(*quietly(file, pbx, *more)) == 0
    config = load(file, {})
    assert (config.ami.port, config.ami.secret) == (pbx.port, "s3cret")
    assert (config.site.country, config.site.company, config.ari.enabled) == ("DE", "Ada & Söhne", False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert admins_of(file, PASSWORD) == ["ada"]
    assert PASSWORD not in capsys.readouterr().out


def test_password_that_is_not_given_is_made_up_and_told_once(
    pbx: FakeAmi, file: Path, capsys: pytest.CaptureFixture[str]
):
    invoke(*quietly(file, pbx))
    told = capsys.readouterr().out.partition("made the admin admin with the password ")[2].split()[0]
    assert admins_of(file, told) == ["admin"]


def test_existing_file_is_kept_unless_forced(pbx: FakeAmi, file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text("# mine")
    with pytest.raises(Conflict, match="is there already"):
        invoke(*quietly(file, pbx))
    assert file.read_text() == "# mine"
    invoke(*quietly(file, pbx, "--force", "--admin-password", PASSWORD))
    invoke(*quietly(file, pbx, "--force", "--admin-login", "second", "--admin-password", PASSWORD))
    assert "has an admin already" in capsys.readouterr().out
    assert admins_of(file, PASSWORD) == ["admin"]


def test_answers_are_asked_again_until_they_can_be(pbx: FakeAmi, file: Path, capsys: pytest.CaptureFixture[str]):
    pbx_with_a_wrong_port_then_a_wrong_secret = ["", "many", str(pbx.port), "", "wrong", "", "", ""]
    pbx_again = ["y", "", "", "", "s3cret", "", "", ""]
    site = ["Ada Ltd", "XX", "gb", "UTC", str(file.parent / "data"), "", ""]
    admin = ["", "short", PASSWORD]
    typed = iter([*pbx_with_a_wrong_port_then_a_wrong_secret, *pbx_again, *site, *admin])
    asked: list[str] = []

    def ask(prompt: str, secret: bool) -> str:
        asked.append(prompt)
        return next(typed)

    assert invoke("--config", str(file), ask=ask) == 0
    printed = capsys.readouterr().out
    assert "ami.port: expected a whole number" in printed
    assert "site.country cannot be 'XX'" in printed
    assert "FAIL  AMI login" in printed
    assert "the PBX can be reached and lets us in" in printed
    assert not any("wrong" in prompt or "s3cret" in prompt for prompt in asked)
    assert load(file, {}).ami.secret == "s3cret"
    assert admins_of(file, PASSWORD) == ["admin"]


def test_answers_may_be_piped_in_secrets_too(
    pbx: FakeAmi, file: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
):
    answers = ["", str(pbx.port), "", "s3cret", "", "", "", "Ada Ltd", "", "UTC", str(file.parent / "data"), "", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*answers, "boss", PASSWORD, ""])))
    assert invoke("--config", str(file)) == 0
    assert load(file, {}).ami.secret == "s3cret"
    assert admins_of(file, PASSWORD) == ["boss"]
    assert not [warning for warning in recwarn if "echo" in str(warning.message)]


def test_stopping_in_the_middle_leaves_nothing(file: Path):
    def ask(prompt: str, secret: bool) -> str:
        raise EOFError

    with pytest.raises(RingdeskError, match="nothing was written"):
        invoke("--config", str(file), ask=ask)
    assert list(file.parent.iterdir()) == []


def test_option_that_makes_no_sense_leaves_nothing(pbx: FakeAmi, file: Path):
    with pytest.raises(BadConfiguration, match=r"site\.country cannot be 'XX'"):
        invoke(*quietly(file, pbx, "--site-country", "XX"))
    assert list(file.parent.iterdir()) == []


def test_pbx_that_is_away_is_told_and_the_file_written_all_the_same(file: Path, capsys: pytest.CaptureFixture[str]):
    data = str(file.parent / "data")
    assert invoke("--config", str(file), "--yes", "--ami-port", "1", "--server-data-dir", data) == 0
    printed = capsys.readouterr().out
    assert ("FAIL  AMI " in printed, printed.count("is Asterisk running")) == (True, 1)
    assert load(file, {}).ami.port == 1


def test_folder_that_cannot_be_made_says_what_to_do(pbx: FakeAmi, file: Path):
    (file.parent / "data").touch()
    with pytest.raises(RingdeskError, match=r"cannot be made: .*; give another --server-data-dir"):
        invoke(*quietly(file, pbx))
    assert not file.exists()


def test_every_question_has_an_option_of_its_own():
    assert len({question.option for question in QUESTIONS}) == len(QUESTIONS)
