"""The configuration as it is written: every key explained, and read back as it was."""

from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ari_app.config_text import COMMENTS, config_text
from screenpop.config import Agi, Ami, Config, Demo, Extension, Site
from screenpop.config_file import known_keys, load

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(secret=TEXTS, company=TEXTS, networks=st.sampled_from([(), ("10.0.0.0/8",)]), number=TEXTS.filter(bool))
def test_what_is_written_is_read_back(
    tmp_path: Path, secret: str, company: str, networks: tuple[str, ...], number: str
):
    config = Config(
        ami=Ami(secret=secret),
        site=Site(company=company),
        agi=Agi(allow=networks),
        extensions=(Extension(number=number, devices=("PJSIP/102-web",)),),
        demo=Demo(enabled=True),
    )
    file = tmp_path / "ringdesk.toml"
    file.write_text(config_text(config), encoding="utf-8", newline="")
    assert load(file, {}) == config


def test_defaults_are_written_as_comments(tmp_path: Path):
    file = tmp_path / "ringdesk.toml"
    file.write_text(config_text(Config()))
    assert "# port = 5038\n" in file.read_text()
    assert load(file, {}) == Config()


def test_every_key_has_a_comment():
    sections = {field.name for field in msgspec.structs.fields(Config)}
    assert {key for key in known_keys() if not key.startswith("extensions")} == COMMENTS.keys()
    assert sections - {"extensions"} <= COMMENTS.keys()
