"""The sample configuration in asterisk-conf/ is what the demo's Asterisk really runs with."""

import re
from pathlib import Path

import pytest

from ari_app.demo.lab import EVENTS, TEMPLATES
from ari_app.manager_conf import classes, held_back, section_of
from ari_app.translate import EVENT_NAMES

SAMPLES = Path(__file__).parents[3] / "asterisk-conf"


@pytest.fixture
def section() -> dict[str, list[str]]:
    found = section_of((SAMPLES / "manager.conf").read_text(), "ringdesk")
    assert found is not None
    return {key: list(values) for key, values in found.items()}


def test_manager_sample_lets_through_every_event_that_is_read(section: dict[str, list[str]]) -> None:
    assert held_back(section, EVENT_NAMES) == ()


def test_manager_sample_has_the_events_of_the_lab(section: dict[str, list[str]]) -> None:
    assert sorted(section["eventfilter"]) == sorted(f"^Event: {name}" for name in EVENTS)


def test_manager_sample_has_the_rights_of_the_lab(section: dict[str, list[str]]) -> None:
    lab = section_of((TEMPLATES / "manager.conf.j2").read_text(), "ringdesk")
    assert lab is not None
    for key in ("read", "write", "deny", "permit"):
        assert section[key] == list(lab[key]), key


def test_manager_sample_cannot_run_programs(section: dict[str, list[str]]) -> None:
    assert not classes(section, "write") & {"system", "command", "config", "all"}


def test_no_sample_has_a_working_secret() -> None:
    for file in SAMPLES.glob("*.conf"):
        secrets = re.findall(r"^(?:secret|password)\s*=\s*(\S+)", file.read_text(), re.M)
        assert set(secrets) <= {"CHANGE-ME"}, file.name
