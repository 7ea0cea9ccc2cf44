"""What `ringdesk check` asks the manager interface: there, let in, new enough, allowed, unfiltered, on time."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ari_app.ami import AmiConnection, Headers, LoginRefused, connect
from ari_app.check import Finding, fail, ok, warn
from ari_app.manager_conf import Section, classes, held_back, section_from_getconfig, section_of
from ari_app.translate import EVENT_NAMES
from screenpop.config import Ami
from screenpop.errors import N_, PbxError, PbxRefused
from screenpop.said import said

OLDEST = 18
NEWEST = 23
VITAL = frozenset({"Newchannel", "Newstate", "DialBegin", "DialEnd", "Hangup", "BridgeEnter", "BridgeLeave"})
"""Events without which no card pops up, or none goes away."""
RECORDING = frozenset({"MixMonitorStart", "MixMonitorStop", "MixMonitorMute", "UserEvent"})
WANTED = EVENT_NAMES | RECORDING | {"FullyBooted", "OriginateResponse"}
READ = {
    "call": said("no call is seen"),
    "agent": said("cards of queue calls come late"),
    "system": said("a restart is seen late"),
    "user": said("the feature code cannot pause recordings"),
}
ACTIONS = {
    "CoreShowChannels": ("reporting", said("Ringdesk does not attach, as it cannot see which calls are up"), fail),
    "Originate": ("originate", said("numbers cannot be clicked to be dialled"), warn),
    "Hangup": ("call", said("calls cannot be ended from the card"), warn),
    "MixMonitorMute": ("call", said("recordings cannot be paused"), warn),
}
COMPARE = said("compare the read and eventfilter lines on the PBX with asterisk-conf/manager.conf")
AMI, LOGIN, ASTERISK = said("AMI"), said("AMI login"), said("Asterisk")
READING, WRITING = said("AMI may read"), said("AMI may write")
FILTER, RECORDS, CLOCK = said("Event filter"), said("Recording"), said("Clock")
CLOCK_SECONDS = 2.0
AHEAD = N_("the PBX's is %(seconds)s s ahead: times of calls are wrong")
BEHIND = N_("the PBX's is %(seconds)s s behind: times of calls are wrong")
MANAGER_CONF = Path("/etc/asterisk/manager.conf")


@dataclass
class Session:
    """A login for the time of the check, and the events that came."""

    connection: AmiConnection
    events: list[Headers] = field(default_factory=list)

    def has_seen(self, event: str, text: str = "") -> bool:
        """Whether an event of that name came, of a channel whose name holds `text`."""
        return any(headers["Event"] == event and text in headers.get("Channel", "") for headers in self.events)


@asynccontextmanager
async def session(config: Ami) -> AsyncIterator[Session]:
    """Log in. Raises PbxAway, LoginRefused."""
    events: list[Headers] = []
    connection = await connect(config.host, config.port, events.append)
    try:
        await connection.login(config.username, config.secret)
        yield Session(connection, events)
    finally:
        connection.close()


def refusal(config: Ami, error: PbxError) -> Finding:
    """Why there is no session."""
    if isinstance(error, LoginRefused):
        return fail(
            LOGIN,
            said("the PBX refuses “%(user)s” (%(why)s)", user=config.username, why=error),
            said("compare ami.username and ami.secret with manager.conf, and look at its permit, deny and acl lines"),
        )
    reason = str(error).partition(";")[0]  # what it goes on to advise is the remedy
    return fail(
        AMI,
        said("no manager interface at %(place)s: %(why)s", place=_place(config), why=reason),
        said("is Asterisk running, is manager.conf enabled, and do its bindaddr and port fit ami.host and ami.port?"),
    )


def _place(config: Ami) -> str:
    return f"{config.host}:{config.port}"


async def check_session(config: Ami, pbx: Session, manager_conf: Path = MANAGER_CONF) -> list[Finding]:
    """Everything about a login that works."""
    commands = await _asked(pbx, {"Action": "ListCommands"})
    section = await _section(config, pbx, commands, manager_conf)
    return [
        ok(AMI, said("the PBX answers at %(place)s", place=_place(config))),
        ok(LOGIN, said("logged in as “%(user)s”", user=config.username)),
        _version(await _asked(pbx, {"Action": "CoreSettings"})),
        *(_may(action, commands) for action in ACTIONS),
        _may_record(commands),
        *_reads(section),
        await _clock(pbx),
    ]


async def _asked(pbx: Session, fields: Mapping[str, str]) -> Headers:
    """The response, or nothing where the login may not ask."""
    try:
        return await pbx.connection.action(fields)
    except PbxRefused:
        return {}


def _version(settings: Headers) -> Finding:
    version = settings.get("AsteriskVersion", "")
    number = re.search(r"(\d+)\.", version)
    if not number:
        text = said("its version cannot be told (“%(version)s”)", version=version)
        return warn(ASTERISK, text, said("give the login write = reporting"))
    if int(number[1]) < OLDEST:
        remedy = said("Ringdesk needs Asterisk %(oldest)s or later", oldest=OLDEST)
        return fail(ASTERISK, said("version %(version)s is too old", version=version), remedy)
    if int(number[1]) > NEWEST:
        text = said("version %(version)s is newer than what was tried", version=version)
        return warn(ASTERISK, text, said("tell us how it goes"))
    return ok(ASTERISK, said("version %(version)s", version=version))


def _may(action: str, commands: Headers) -> Finding:
    needed, harm, level = ACTIONS[action]
    if action in commands:
        return ok(WRITING, said("%(action)s is allowed", action=action))
    text = said("%(action)s is not allowed: %(harm)s", action=action, harm=harm)
    return level(WRITING, text, said("add %(right)s to the write line in manager.conf", right=needed))


def _may_record(commands: Headers) -> Finding:
    """Starting recordings needs the class system, which can do much more: doing without it is good, too."""
    if "MixMonitor" in commands:
        return ok(RECORDS, said("Ringdesk itself may start recordings (MixMonitor), and the dialplan may"))
    text = said("the dialplan's include starts recordings; for Ringdesk to do so write = system is needed")
    return ok(RECORDS, text)


async def _section(config: Ami, pbx: Session, commands: Headers, manager_conf: Path) -> Section | None:
    """The login's own section of manager.conf, where somebody lets us read it."""
    if "GetConfig" in commands:
        fields = {"Action": "GetConfig", "Filename": "manager.conf", "Category": config.username}
        return section_from_getconfig(await _asked(pbx, fields)) or None
    if config.host not in {"127.0.0.1", "::1", "localhost"}:
        return None
    try:
        return section_of(await asyncio.to_thread(manager_conf.read_text, errors="replace"), config.username)
    except OSError:
        return None


def _reads(section: Section | None) -> list[Finding]:
    if section is None:
        text = said("what it may, and its event filter, cannot be looked at from here")
        return [warn(READING, text, COMPARE)]
    read = classes(section, "read")
    missing = [] if read & {"all", "-1"} else [name for name in READ if name not in read]
    findings = [_may_not_read(name) for name in missing] or [ok(READING, said("call, agent, system and user"))]
    return [*findings, _filter(held_back(section, WANTED))]


def _may_not_read(name: str) -> Finding:
    level = fail if name == "call" else warn
    text = said("not %(right)s: %(harm)s", right=name, harm=READ[name])
    return level(READING, text, said("add %(right)s to the read line in manager.conf", right=name))


def _filter(missing: tuple[str, ...]) -> Finding:
    if not missing:
        return ok(FILTER, said("every event that is needed passes"))
    lines = ", ".join(f"eventfilter = ^Event: {name}" for name in missing)
    level = fail if VITAL & set(missing) else warn
    text = said("it keeps back %(events)s", events=", ".join(missing))
    return level(FILTER, text, said("add to manager.conf: %(lines)s", lines=lines))


async def _clock(pbx: Session) -> Finding:
    """The PBX's clock against ours, to the accuracy of half a round trip."""
    before = time.time()
    pong = await _asked(pbx, {"Action": "Ping"})
    try:
        difference = float(pong.get("Timestamp", "")) - (before + time.time()) / 2
    except ValueError:
        return warn(CLOCK, said("the PBX does not tell its time"), said("keep both machines on NTP"))
    if abs(difference) <= CLOCK_SECONDS:
        return ok(CLOCK, said("the PBX's differs by %(seconds)s s", seconds=f"{abs(difference):.1f}"))
    text = AHEAD if difference > 0 else BEHIND
    return warn(CLOCK, said(text, seconds=f"{abs(difference):.0f}"), said("set both by NTP"))
