"""What a section of manager.conf lets a login see."""

from pathlib import Path

import pytest

from ari_app.check_ami import ACTIONS, READ, WANTED
from ari_app.manager_conf import classes, held_back, section_from_getconfig, section_of

TEXT = """
[general]
enabled = yes
[ringdesk](secure) ; the desk
secret = x;y
read = system, Call,agent
eventfilter => ^Event: Hangup
eventfilter = ^Event: DialBegin ; cards
[other]
read = all
"""


def test_section_is_read_with_repeated_keys_and_comments():
    section = section_of(TEXT, "ringdesk")
    assert section == {
        "secret": ["x"],
        "read": ["system, Call,agent"],
        "eventfilter": ["^Event: Hangup", "^Event: DialBegin"],
    }
    assert classes(section, "read") == {"system", "call", "agent"}


def test_section_that_is_not_there_is_none():
    assert section_of(TEXT, "nobody") is None


def test_section_is_read_from_getconfig():
    response = {"Response": "Success", "Category-000000": "ringdesk", "Line-000000-000000": "read=call"}
    assert section_from_getconfig(response) == {"read": ["call"]}


FILTERS = {
    (): (),
    ("^Event: Hangup",): ("DialBegin",),
    ("^Event: (Hangup|DialBegin)",): (),
    ("!^Event: Hangup",): ("Hangup",),
    ("Event: .*", "!Event: Dial"): ("DialBegin",),
    ("(",): ("DialBegin", "Hangup"),
}


@pytest.mark.parametrize(("filters", "missing"), FILTERS.items())
def test_event_filter_keeps_back(filters: tuple[str, ...], missing: tuple[str, ...]):
    assert held_back({"eventfilter": filters}, ["Hangup", "DialBegin"]) == missing


def test_advanced_event_filter_names_its_event():
    section = {"eventfilter(action(include),name(Hangup))": [""], "eventfilter(action(exclude),name(DialBegin))": [""]}
    assert held_back(section, ["Hangup", "HangupRequest", "DialBegin"]) == ("DialBegin", "HangupRequest")


def test_sample_configuration_gives_what_is_needed():
    sample = Path(__file__).parents[2] / "asterisk-conf" / "manager.conf"
    section = section_of(sample.read_text(), "ringdesk")
    assert section is not None
    assert held_back(section, WANTED) == ()
    assert set(READ) <= classes(section, "read")
    assert {needed for needed, _, _ in ACTIONS.values()} <= classes(section, "write")
