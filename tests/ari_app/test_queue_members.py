"""Members of queues as AMI tells of them."""

import pytest

from ari_app.queue_members import queue_member, queues_listed
from screenpop.facts import QueueMemberChanged

MEMBER = {"Queue": "support", "Interface": "PJSIP/101", "Status": "1", "Paused": "0"}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("0", "available"),
        ("1", "available"),
        ("2", "busy"),
        ("6", "busy"),
        ("8", "busy"),
        ("5", "away"),
        ("", "available"),
    ],
)
def test_state_is_that_of_the_device(status: str, state: str) -> None:
    told = queue_member({"Event": "QueueMemberStatus", **MEMBER, "Status": status})
    assert told is not None
    assert told.state == state


def test_pause_and_removal_are_told_with_the_device_behind_a_local_channel() -> None:
    local = {**MEMBER, "Interface": "Local/101@from-queue/n", "StateInterface": "PJSIP/101"}
    paused = {"Event": "QueueMemberPause", **local, "Paused": "1", "PausedReason": "lunch"}
    assert queue_member(paused) == QueueMemberChanged(queue="support", device="PJSIP/101", paused=True, reason="lunch")
    gone = queue_member({"Event": "QueueMemberRemoved", **local})
    assert gone is not None
    assert (gone.device, gone.gone) == ("PJSIP/101", True)


def test_other_messages_say_nothing() -> None:
    assert queue_member({"Event": "Newchannel"}) is None
    assert queue_member({"Event": "QueueMemberStatus", "Queue": "support"}) is None


def test_list_has_queues_without_members_too() -> None:
    listed = queues_listed(
        [
            {"Event": "QueueParams", "Queue": "support"},
            {"Event": "QueueMember", "Queue": "support", "Location": "PJSIP/101", "Status": "5", "Paused": "0"},
            {"Event": "QueueEntry", "Queue": "support", "Uniqueid": "1"},
            {"Event": "QueueParams", "Queue": "night"},
        ]
    )
    assert listed.queues == ("support", "night")
    assert [(each.device, each.state) for each in listed.members] == [("PJSIP/101", "away")]
