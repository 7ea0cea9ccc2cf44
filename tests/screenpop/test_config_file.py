"""The configuration file: what it may say, and the words for what it may not."""

import re
from operator import attrgetter
from pathlib import Path

import msgspec
import pytest

from screenpop.config import Ami, Config
from screenpop.config_file import find, known_keys, load
from screenpop.errors import BadConfiguration

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ringdesk.toml"


def test_file_sets_keys_and_the_rest_keeps_its_defaults(file: Path):
    file.write_text('[ami]\nhost = "pbx.example.com"\n[[extensions]]\nnumber = "102"\ndevices = ["SIP/150010002"]\n')
    config = load(file, {})
    assert config.ami == Ami(host="pbx.example.com")
    assert [(e.number, e.devices) for e in config.extensions] == [("102", ("SIP/150010002",))]


def test_environment_wins_over_the_file(file: Path):
    file.write_text('[ami]\nsecret = "old"\nport = 5038\n')
    environ = {
        "RINGDESK_AMI__SECRET": "new",
        "RINGDESK_AMI__PORT": "5039",
        "RINGDESK_ARI__ENABLED": "false",
        "RINGDESK_SITE__TRUNKS": "PJSIP/a, PJSIP/b",
        "RINGDESK_CONFIG": "ignored here",
        "HOME": "/root",
    }
    config = load(file, environ)
    assert (config.ami.secret, config.ami.port, config.ari.enabled) == ("new", 5039, False)
    assert config.site.trunks == ("PJSIP/a", "PJSIP/b")


def test_no_file_gives_the_defaults():
    assert load(None, {}) == Config()


BAD_FILES = {
    '[ami]\nusrname = "x"': "unknown key ami.usrname; did you mean ami.username?",
    '[amy]\nhost = "x"': "unknown key amy; did you mean ami?",
    "zzzzzz = 1": "unknown key zzzzzz",
    "[[extensions]]\nnumbr = '1'": "unknown key extensions.numbr; did you mean extensions.number?",
    '[ami]\nport = "5038"': "ami.port: expected a whole number, got text",
    "[ari]\nenabled = 1": "ari.enabled: expected true or false, got a whole number",
    "ami = 5": "ami: expected a table, got a whole number",
    "[site]\ntrunks = [1]": "site.trunks[0]: expected text, got a whole number",
    "[server]\nport = 70000": "server.port cannot be 70000: a port is a number from 1 to 65535",
    "[agi]\nport = 8090": "agi.port cannot be 8090: the panel listens there (server.port)",
    "[site]\ncountry = 'XX'": "site.country cannot be 'XX': write the ISO 3166 code of a country in capitals",
    "[site]\ntimezone = 'Europe'": "site.timezone cannot be 'Europe': write a name of the time zone database",
    "[agi]\nallow = ['everyone']": "agi.allow cannot be ('everyone',): write addresses or networks",
    "[ari]\nurl = 'pbx'": "ari.url cannot be 'pbx': an address begins with http",
    "[[extensions]]\nnumber = '1'\n[[extensions]]\nnumber = '1'": "extensions.number '1' is empty or given twice",
    "[[extensions]]\nnumber = '1'\ndevices = ['x']": "extensions.devices of 1: write devices with their technology",
}


@pytest.mark.parametrize(("text", "words"), BAD_FILES.items())
def test_bad_file_is_refused_with_the_key_in_words(file: Path, text: str, words: str):
    file.write_text(text)
    with pytest.raises(BadConfiguration, match=f"^{re.escape(words)}"):
        load(file, {})


BAD_VARIABLES = {
    ("RINGDESK_AMI__USRNAME", "x"): "RINGDESK_AMI__USRNAME: unknown key ami.usrname; did you mean ami.username?",
    ("RINGDESK_AMI__PORT", "many"): "RINGDESK_AMI__PORT: expected a whole number, got text",
    ("RINGDESK_NOWHERE__AT_ALL", "x"): "RINGDESK_NOWHERE__AT_ALL: unknown key nowhere.at_all",
    ("RINGDESK_EXTENSIONS__NUMBER", "1"): "RINGDESK_EXTENSIONS__NUMBER: extensions can only be set in the file",
}


@pytest.mark.parametrize(("variable", "words"), BAD_VARIABLES.items())
def test_bad_variable_is_refused_with_its_name(variable: tuple[str, str], words: str):
    with pytest.raises(BadConfiguration, match=f"^{re.escape(words)}"):
        load(None, dict([variable]))


def test_file_that_is_no_toml_names_the_line(file: Path):
    file.write_text("[ami]\nhost = \n")
    with pytest.raises(BadConfiguration, match=r"is not TOML.*line 2"):
        load(file, {})


def test_file_that_is_no_text_is_refused(file: Path):
    file.write_bytes(b'[site]\ncompany = "\xff"\n')
    with pytest.raises(BadConfiguration, match="not UTF-8 text: byte 18"):
        load(file, {})


def test_named_file_is_the_only_place_searched(file: Path):
    with pytest.raises(BadConfiguration, match=re.escape(f"no configuration at {file}: `ringdesk init` writes one")):
        find(str(file), {"RINGDESK_CONFIG": "/also/there"})


def test_places_are_searched_in_order(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = tmp_path / "other.toml"
    file.touch()
    other.touch()
    monkeypatch.chdir(tmp_path)
    assert find(str(other), {"RINGDESK_CONFIG": str(file)}) == other
    assert find("", {"RINGDESK_CONFIG": str(other)}) == other
    assert find("", {}) == Path("ringdesk.toml")


def test_every_key_has_a_line_with_its_default_in_the_documentation():
    lines = {
        cells[1]: cells[2] for cells in (line.split("|") for line in DOCS.read_text().splitlines()) if len(cells) > 3
    }
    documented = {key.strip(" `"): default.strip(" `") for key, default in lines.items() if "`" in key}
    sections = {field.name for field in msgspec.structs.fields(Config)}
    keys = [key for key in known_keys() if key not in sections]
    assert sorted(documented) == sorted(keys)
    plain = [key for key in keys if not key.startswith("extensions.")]
    assert {key: documented[key] for key in plain} == {
        key: msgspec.json.encode(attrgetter(key)(Config())).decode().replace('","', '", "') for key in plain
    }
