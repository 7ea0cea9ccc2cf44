"""The link to the PBX, against a manager interface that misbehaves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from ari_app.ami import Headers, connect
from ari_app.link import AmiLink, Timing
from screenpop.config import Ami
from screenpop.errors import PbxAway, PbxRefused
from screenpop.facts import PbxLinkChanged
from tests.fakes.ami import FakeAmi
from tests.until import until

QUICK = Timing(
    connect=30.0, answer=30.0, boot=0.1, ping_every=0.05, ping_deadline=30.0, retry=(0.01,), refused=(0.05, 60.0)
)
IMPATIENT = replace(QUICK, answer=0.4, ping_deadline=0.3)
"""For a PBX that does not answer; on a busy machine also one that does is left now and then."""


@dataclass
class Seen:
    """What the link handed on, in order."""

    log: list[str] = field(default_factory=list)
    states: list[PbxLinkChanged] = field(default_factory=list)
    channels: list[Headers] = field(default_factory=list)
    bridged: list[Headers] = field(default_factory=list)
    queue_entries: list[Headers] = field(default_factory=list)
    on_event: Callable[[Headers], None] = lambda headers: None

    def event(self, headers: Headers, at: float) -> None:
        self.log.append(headers["Event"])
        self.on_event(headers)

    def snapshot(self, channels: list[Headers], bridged: list[Headers], entries: list[Headers], at: float) -> None:
        self.log.append("snapshot")
        self.channels, self.bridged, self.queue_entries = channels, bridged, entries

    @property
    def last(self) -> str:
        return self.states[-1].state if self.states else ""


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as fake:
        yield fake


@asynccontextmanager
async def linked(
    pbx: FakeAmi, seen: Seen, timing: Timing = QUICK, secret: str = "s3cret", queue_limit: int = 10_000
) -> AsyncIterator[AmiLink]:
    config = Ami(port=pbx.port, secret=secret)
    link = AmiLink(config, seen.event, seen.snapshot, seen.states.append, timing, queue_limit=queue_limit)
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_dead_link_is_noticed_within_fifteen_seconds_and_tried_again_within_five():
    usual = Timing()
    assert usual.ping_every + usual.ping_deadline <= 15
    assert max(usual.retry) + usual.boot <= 5


@pytest.mark.feature("CALL-01")
async def test_link_attaches_reads_what_is_up_then_hands_on_events(pbx: FakeAmi):
    seen = Seen()
    pbx.channels = [{"Channel": "PJSIP/101-1"}]
    pbx.bridges = {"b1": [{"Channel": "PJSIP/101-1"}]}
    pbx.queue_entries = [{"Queue": "support", "Position": "1"}]
    async with linked(pbx, seen) as link:
        await until(lambda: link.state.up)
        pbx.event("Newchannel", Channel="PJSIP/102-1")
        await until(lambda: "Newchannel" in seen.log)
    assert [state.state for state in seen.states] == ["connecting", "starting", "up"]
    assert link.state.version == "22.10.1"
    assert [channel["Channel"] for channel in seen.channels] == ["PJSIP/101-1"]
    assert [(member["BridgeUniqueid"], member["Channel"]) for member in seen.bridged] == [("b1", "PJSIP/101-1")]
    assert [entry["Queue"] for entry in seen.queue_entries] == ["support"]
    assert seen.log == ["snapshot", "Newchannel"]


async def test_link_lists_the_channels_now_and_then(pbx: FakeAmi):
    seen, lists = Seen(), list[list[Headers]]()
    pbx.channels = [{"Channel": "PJSIP/101-1"}]
    timing = replace(QUICK, list_every=0.05)
    link = AmiLink(
        Ami(port=pbx.port, secret="s3cret"),
        seen.event,
        seen.snapshot,
        seen.states.append,
        timing,
        on_listed=lambda channels, at: lists.append(channels),
    )
    task = asyncio.create_task(link.run())
    try:
        await until(lambda: len(lists) > 1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [[channel["Channel"] for channel in one] for one in lists[:2]] == [["PJSIP/101-1"]] * 2
    assert seen.log == ["snapshot"]


async def test_link_never_sends_the_secret_where_a_challenge_is_known(pbx: FakeAmi):
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)
    assert all("s3cret" not in headers.values() for headers in pbx.actions)


async def test_link_logs_in_plainly_without_a_challenge(pbx: FakeAmi):
    pbx.refused["Challenge"] = "Must specify AuthType"
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)
    assert pbx.asked("Login")[0]["Secret"] == "s3cret"


async def test_events_during_the_snapshot_come_after_it(pbx: FakeAmi):
    seen = Seen()
    pbx.before_list = lambda: pbx.event("Hangup", Channel="PJSIP/101-1")
    async with linked(pbx, seen):
        await until(lambda: seen.last == "up" and len(seen.log) == 2)
    assert seen.log == ["snapshot", "Hangup"]


async def test_link_waits_for_the_pbx_to_be_fully_booted(pbx: FakeAmi):
    seen = Seen()
    pbx.booted = False
    async with linked(pbx, seen, Timing(retry=(0.01,), boot=30.0)) as link:
        await until(lambda: seen.last == "starting")
        assert pbx.asked("CoreShowChannels") == []
        pbx.event("FullyBooted")
        await until(lambda: link.state.up)


async def test_link_goes_on_where_the_login_is_never_told_of_the_boot(pbx: FakeAmi):
    pbx.booted = False
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)


async def test_link_reads_everything_afresh_when_the_boot_ends_late(pbx: FakeAmi):
    seen = Seen()
    pbx.booted = False
    async with linked(pbx, seen) as link:
        await until(lambda: link.state.up)
        pbx.booted = True
        pbx.event("FullyBooted")
        await until(lambda: seen.log.count("snapshot") == 2)
        await until(lambda: link.state.up)


async def test_wrong_password_is_shown_as_what_it_is_and_not_repeated_often(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen, secret="wrong"):
        await until(lambda: len(pbx.asked("Login")) == 2)
        await until(lambda: seen.last == "refused")
        with pytest.raises(TimeoutError):
            await until(lambda: len(pbx.asked("Login")) == 3, within=0.15)
    assert "refuses the login 'ringdesk' (Authentication failed)" in seen.states[-1].reason


async def test_refused_link_tries_again_at_once_when_told_to(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen, Timing(refused=(60.0,)), secret="wrong") as link:
        await until(lambda: seen.last == "refused")
        pbx.secret = "wrong"
        link.retry_now()
        await until(lambda: link.state.up)


async def test_missing_permission_names_the_line_to_change(pbx: FakeAmi):
    seen = Seen()
    pbx.refused["CoreShowChannels"] = "Permission denied"
    async with linked(pbx, seen):
        await until(lambda: seen.last == "refused")
    assert "add reporting to its write line" in seen.states[-1].reason


async def test_link_attaches_when_the_pbx_comes_up_later(pbx: FakeAmi):
    seen = Seen()
    await pbx.stop()
    async with linked(pbx, seen) as link:
        await until(lambda: seen.last == "away")
        assert "nothing listens there; is Asterisk running" in seen.states[-1].reason
        await pbx.start()
        await until(lambda: link.state.up)


async def test_host_that_is_not_known_is_told():
    with pytest.raises(PbxAway, match="there is no such host"):
        await connect("no-such-host.invalid", 5038, lambda _: None)


async def test_link_comes_back_after_the_pbx_was_killed(pbx: FakeAmi):
    seen = Seen()
    pbx.channels = [{"Channel": "PJSIP/101-1"}]
    async with linked(pbx, seen) as link:
        await until(lambda: link.state.up)
        await pbx.stop()
        await until(lambda: seen.last == "away")
        pbx.channels = []
        await pbx.start()
        await until(lambda: link.state.up)
    assert seen.log == ["snapshot", "snapshot"]
    assert seen.channels == []


async def test_frozen_pbx_is_noticed_and_left_and_found_again(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen, IMPATIENT) as link:
        await until(lambda: link.state.up)
        pbx.frozen = True
        await until(lambda: seen.last == "frozen")
        with pytest.raises(PbxAway, match="does not answer"):
            await link.action({"Action": "Ping"})
        pbx.frozen = False
        await until(lambda: link.state.up)


async def test_what_is_no_manager_interface_is_called_so(pbx: FakeAmi):
    seen = Seen()
    pbx.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    pbx.silent = {"Challenge"}
    async with linked(pbx, seen, IMPATIENT):
        await until(lambda: seen.last == "away")
    assert "not an Asterisk manager interface" in seen.states[-1].reason


async def test_link_survives_garbage_and_a_message_of_ten_megabytes(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen, Timing(retry=(0.01,))) as link:
        await until(lambda: link.state.up)
        pbx.send(b"\xff\xfe\x00garbage: \xff\r\n\r\n" + b"Event: Huge\r\nX: " + b"x" * 10_000_000 + b"\r\n\r\n")
        pbx.event("Hangup", CallerIDName="<script>")
        await until(lambda: "Hangup" in seen.log)
    assert seen.log == ["snapshot", "Hangup"]


async def test_failing_handler_costs_one_event(pbx: FakeAmi):
    def fail_on_first(headers: Headers) -> None:
        if headers["Event"] == "First":
            raise RuntimeError

    seen = Seen(on_event=fail_on_first)
    async with linked(pbx, seen) as link:
        await until(lambda: link.state.up)
        pbx.event("First")
        pbx.event("Second")
        await until(lambda: "Second" in seen.log)
        assert link.state.up


async def test_too_many_events_mean_a_fresh_snapshot_not_a_silent_loss(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen, queue_limit=50) as link:
        await until(lambda: link.state.up)
        pbx.send(b"Event: Newexten\r\n\r\n" * 100)
        await until(lambda: seen.log.count("snapshot") == 2)
        await until(lambda: link.state.up)
    assert any("faster than they could be handled" in state.reason for state in seen.states)


async def test_connection_broken_in_the_middle_of_a_message(pbx: FakeAmi):
    seen = Seen()
    async with linked(pbx, seen) as link:
        await until(lambda: link.state.up)
        pbx.send(b"Event: Hangup\r\nChan")
        pbx.drop()
        await until(lambda: seen.log.count("snapshot") == 2)
        await until(lambda: link.state.up)
        pbx.event("Newchannel")
        await until(lambda: seen.log[-1] == "Newchannel")
    assert "Hangup" not in seen.log


async def test_action_that_is_refused_says_what_the_pbx_said(pbx: FakeAmi):
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)
        pbx.refused["Hangup"] = "No such channel"
        with pytest.raises(PbxRefused, match="No such channel"):
            await link.action({"Action": "Hangup", "Channel": "PJSIP/9-9"})


async def test_action_under_way_when_the_link_breaks_does_not_hang(pbx: FakeAmi):
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)
        pbx.silent = {"Hangup"}
        asking = asyncio.create_task(link.action({"Action": "Hangup"}))
        await until(lambda: pbx.asked("Hangup"))
        pbx.drop()
        with pytest.raises(PbxAway):
            await asking


async def test_two_actions_get_their_own_answers(pbx: FakeAmi):
    async with linked(pbx, Seen()) as link:
        await until(lambda: link.state.up)
        version, pong = await asyncio.gather(link.action({"Action": "CoreSettings"}), link.action({"Action": "Ping"}))
    assert (version["AsteriskVersion"], pong["Ping"]) == ("22.10.1", "Pong")


async def test_secret_is_never_logged(
    pbx: FakeAmi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    async with linked(pbx, Seen(), secret="hunter2"):
        await until(lambda: len(pbx.asked("Login")) == 1)
    assert "hunter2" not in caplog.text + capsys.readouterr().out
