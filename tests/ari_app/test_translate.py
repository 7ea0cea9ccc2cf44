"""AMI events to neutral ones, where recorded traces do not show it."""

import pytest

from ari_app.translate import translate
from screenpop.calls import events as ev

DIAL_END = {"Event": "DialEnd", "DestUniqueid": "1.2", "DestLinkedid": "1.1", "DestChannel": "PJSIP/trunk-2"}


@pytest.mark.parametrize("status", ["CONTINUE", "GOTO", "DONTCALL", "TORTURE"])
def test_dial_that_the_called_side_did_not_take_is_no_failure(status: str) -> None:
    event = translate(DIAL_END | {"DialStatus": status}, 0.0)
    assert isinstance(event, ev.DialEnded)
    assert event.status == "cancelled"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (r"Miles O\'Brien", "Miles O'Brien"),
        (r"Robert\\\"); DROP TABLE customer;-- \'\\\\", "Robert\"); DROP TABLE customer;-- '\\"),
        (r"Tab\there", "Tab here"),
        (r"C:\\new", r"C:\new"),
        ("Ana", "Ana"),
    ],
)
def test_name_is_read_as_its_owner_wrote_it(told: str, name: str) -> None:
    headers = {"Event": "Newchannel", "Uniqueid": "1.1", "Channel": "PJSIP/101-1", "CallerIDName": told}
    event = translate(headers, 0.0)
    assert isinstance(event, ev.LegSeen)
    assert event.leg.caller.name == name


@pytest.mark.parametrize(("kind", "seat"), [("agent_hold", True), ("parking", False)])
def test_agent_who_is_logged_in_waits_in_a_bridge_of_its_own_kind(kind: str, seat: bool) -> None:
    """Parking has a waiting bridge, too, and brings nobody any calls."""
    bridge = {"BridgeUniqueid": "b", "BridgeType": kind, "BridgeTechnology": "holding_bridge"}
    for event in ("BridgeEnter", "BridgeLeave"):
        told = translate({"Event": event, "Uniqueid": "1", "Channel": "PJSIP/101-00000001", **bridge}, at=1.0)
        assert isinstance(told, ev.BridgeEntered | ev.BridgeLeft)
        assert (told.waiting, told.seat) == (True, seat)
