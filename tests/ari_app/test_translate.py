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
