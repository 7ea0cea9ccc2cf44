"""Records calls: answers the dialplan, starts and pauses on the PBX, and keeps the row of each recording.

The PBX never says the name of a recording's file, so the name is chosen here before it starts. It says nothing either
when a recorded channel is hung up: the end of the channel is the end of the recording.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import structlog

from ari_app.ami import Headers
from ari_app.link import AmiLink
from ari_app.recording.live import Live
from ari_app.recording.rows import Rows
from screenpop.bus import Bus
from screenpop.calls.events import Leg
from screenpop.calls.tracker import Tracker
from screenpop.errors import PbxError, PbxRefused
from screenpop.facts import CallAnswered, CallEnded, CallMerged, CallNoted, CallView
from screenpop.ids import new_id
from screenpop.recordings.asking import Question, Start
from screenpop.recordings.choice import Chooser
from screenpop.recordings.names import MOST_PARTS, Side, make_name, name_of_stem, parse_name

NO_CHANNEL = "Ringdesk/none"
FORGET_SECONDS = 0.1
"""Between two parts of a recording: without a monitor on the channel the PBX forgets the packets of the first agent."""
MOST_EXPECTED = 2000
"""Names that were given out and not used yet; the oldest is forgotten first."""
OPTIONS = "bSi(RINGDESK_MIXMONITOR)"
"""Only while connected; both files keep the same time; its id is kept on the channel, to stop this one and no other."""
NO_NAME = "a call cannot be recorded: its id cannot stand in a file's name"
NOT_RECORDED = "This call is not recorded."
WISH, ANSWER = "RingdeskPause", "RINGDESK_PAUSED"
"""Of dialplan/record.conf.j2: the event by which the feature code asks, and the variable it looks at for 0 or 1."""
WISH_SECONDS = 0.8
"""The dialplan waits for one second: a wish that is older was told to have failed, and is not fulfilled any more."""

log = structlog.get_logger(__name__)


class Recorder:
    """RecordingDesk for the dialplan, PbxRecorder for the panel. `rows` writes what happens, in order."""

    def __init__(
        self,
        link: AmiLink,
        tracker: Tracker,
        chooser: Chooser,
        rows: Rows,
        bus: Bus,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._link, self._tracker, self._chooser, self._rows, self._clock = link, tracker, chooser, rows, clock
        self._expected: OrderedDict[str, str] = OrderedDict()
        self._by_leg: dict[str, Live] = {}
        self._tried: OrderedDict[str, None] = OrderedDict()
        self._refused: OrderedDict[str, None] = OrderedDict()
        self._ahead = 0.0
        self._events: dict[str, Callable[[Headers, float], None]] = {
            "MixMonitorStart": self._started,
            "MixMonitorStop": self._stopped_early,
            "MixMonitorMute": self._muted,
            "BridgeEnter": self._connected,
            "BridgeLeave": self._parted,
            "Hangup": self._stopped,
            "UserEvent": self._wished,
        }
        bus.subscribe(CallAnswered, self._answered)
        bus.subscribe(CallNoted, self._identified)
        bus.subscribe(CallEnded, self._ended)
        bus.subscribe(CallMerged, self._merged)

    def take(self, headers: Headers, at: float) -> None:
        """An event of the PBX."""
        handler = self._events.get(headers.get("Event", ""))
        if handler is not None:
            moment = _moment(headers, at)
            self._ahead = moment - at
            handler(headers, moment)

    # ------------------------------------------------------------ the dialplan asks

    async def ask(self, question: Question) -> Start | None:
        """How to record the call; None: do not."""
        if self._chooser.policy.starts != "dialplan":
            return None
        if (self._tracker.call_id_of(question.linkedid) or question.linkedid) in self._refused:
            return None
        if lives := self._find(question.linkedid):
            return self._next_part(question, lives[0])
        call = self._view(question.linkedid)
        answer = await self._chooser.before(question, call)
        if not answer.record:
            return None
        name = make_name(question.linkedid, int(self._clock()), self._side(question, call))
        if not name:
            log.warning(NO_NAME)
            return None
        self._expect(question.linkedid, name)
        return Start(name=name, announcement=answer.announcement)

    def _next_part(self, question: Question, live: Live) -> Start | None:
        """The call comes by again, on its way to another agent: what follows is written into new files."""
        if live.channel != question.channel or question.records_called or live.part >= MOST_PARTS:
            return None
        self._begin_part(live)
        return Start(name=self._stem(live))

    def _begin_part(self, live: Live) -> None:
        live.part += 1
        self._expect(live.call_id, self._stem(live))

    @staticmethod
    def _stem(live: Live) -> str:
        name = parse_name(live.name)
        return name.stem(live.part) if name else live.name

    def _wished(self, headers: Headers, at: float) -> None:
        """An agent's phone asks by the feature code: pause, or go on."""
        if headers.get("UserEvent") == WISH:
            linkedid, channel = headers.get("Linkedid", ""), headers.get("Channel", "")
            self._rows.later(lambda: self._fulfil(linkedid, channel, at))

    async def _fulfil(self, linkedid: str, channel: str, at: float) -> None:
        if self._now() - at > WISH_SECONDS:
            return
        try:
            paused = await self._toggle(linkedid, channel)
            value = "no" if paused is None else str(int(paused))
            await self._link.action({"Action": "Setvar", "Channel": channel, "Variable": ANSWER, "Value": value})
        except PbxError as error:
            log.warning("a feature code could not be answered", reason=str(error))

    async def _toggle(self, linkedid: str, channel: str) -> bool | None:
        """Is it paused now? None where nothing is recorded, or somebody else than an agent asks. Raises PbxError."""
        lives = self._find(linkedid)
        if not lives or not self._agent_of(channel):
            return None
        paused = not lives[0].paused
        await self.pause_recording(lives[0].call_id, paused)
        return paused

    # ------------------------------------------------------------ the panel asks

    async def record(self, call_id: str, name: str) -> None:
        """Record the call under `name`. Raises PbxRefused, PbxAway."""
        other = self._tracker.other_side(call_id)
        if other is None or self.is_recorded(call_id):
            raise PbxRefused("There is nothing to record now.")
        self._expect(call_id, name)
        try:
            await self._write(other.leg.name, name)
        except PbxError:
            self._expected.pop(call_id, None)
            raise

    async def _write(self, channel: str, stem: str) -> None:
        files = f"r(../recording/{stem}-in.wav)t(../recording/{stem}-out.wav)"
        await self._link.action({"Action": "MixMonitor", "Channel": channel, "File": "", "Options": OPTIONS + files})

    async def pause_recording(self, call_id: str, paused: bool) -> None:
        """Leave out what is said, or go on. Raises PbxRefused, PbxAway."""
        lives = self._of(call_id)
        if not lives:
            raise PbxRefused(NOT_RECORDED)
        for live in lives:
            if live.paused != paused:
                await self._pause(live, paused)

    def talkers(self, call_id: str) -> Sequence[str]:
        """The extensions that talk in the call now."""
        call = self._tracker.view(call_id)
        return call.talking if call else ()

    def is_recorded(self, call_id: str) -> bool:
        """Is it recorded now?"""
        return bool(self._of(call_id))

    async def _mute(self, live: Live, paused: bool) -> None:
        fields = {"Action": "MixMonitorMute", "Channel": live.channel, "Direction": "both", "State": str(int(paused))}
        await self._link.action(fields)

    async def _pause(self, live: Live, paused: bool) -> None:
        await self._mute(live, paused)
        self._set_paused(live, paused, self._now())  # the event says so too, if the filter lets it pass

    async def _agree(self, live: Live) -> None:
        """Let the PBX be as the row says: paused, or not."""
        try:
            await self._mute(live, live.paused)
        except PbxError as error:
            log.warning("a recording may be paused or not", call=live.call_id, reason=str(error))

    # ------------------------------------------------------------ what the PBX says

    def _started(self, headers: Headers, at: float) -> None:
        leg_id, linkedid = headers.get("Uniqueid", ""), headers.get("Linkedid", "")
        stem = self._expected.pop(self._tracker.call_id_of(linkedid) or linkedid, "") or self._expected.pop(
            linkedid, ""
        )
        if not stem or not leg_id:
            return
        name = name_of_stem(stem)
        if live := next((each for each in self._by_leg.values() if each.name == name), None):
            self._goes_on(live)
            return
        call_id = self._tracker.call_id_of(linkedid) or linkedid
        live = Live(new_id(), call_id, name, leg_id, headers.get("Channel", ""), at)
        self._by_leg[leg_id] = live
        call = self._view(linkedid)
        live.agent = call.answered_by if call else ""
        self._rows.began(live)
        if self._tracker.is_connected(leg_id) and live.connected(at):
            self._rows.changed(live)

    def _goes_on(self, live: Live) -> None:
        """Its next part has begun."""
        live.fresh = True
        if live.paused:
            self._rows.later(lambda: self._agree(live))

    def _connected(self, headers: Headers, at: float) -> None:
        live = self._by_leg.get(headers.get("Uniqueid", ""))
        if live is None:
            return
        if live.connected(at):
            self._rows.changed(live)
        elif not live.fresh and live.part < MOST_PARTS:
            self._rows.later(lambda: self._write_anew(live))
        live.fresh = True

    def _parted(self, headers: Headers, at: float) -> None:
        if live := self._by_leg.get(headers.get("Uniqueid", "")):
            live.parted(at)
            live.fresh = False

    async def _write_anew(self, live: Live) -> None:
        """The other side talks with somebody else now, by a way that passed no dialplan: begin the next part, if the
        login may. Without it the PBX may leave the new agent's voice out."""
        if live.leg_id not in self._by_leg:
            return
        if not await self._may_write():
            log.warning("the next agent may be silent in a recording", call=live.call_id)
            return
        old = await self._monitor_of(live)
        self._begin_part(live)
        await self._stop(live, old)
        await asyncio.sleep(FORGET_SECONDS)
        try:
            await self._write(live.channel, self._stem(live))
        except PbxError as error:
            log.warning("a recording could not go on", call=live.call_id, reason=str(error))

    async def _may_write(self) -> bool:
        """May our login start recordings? Asked by trying it on a channel that there is not."""
        try:
            await self._write(NO_CHANNEL, "rd-0-0c")
        except PbxRefused as refused:
            return "permission" not in str(refused).casefold()
        except PbxError:
            return False
        return True

    async def _monitor_of(self, live: Live) -> str:
        """The PBX's id of what writes it, "" where that is not known."""
        try:
            fields = {"Action": "Getvar", "Channel": live.channel, "Variable": "RINGDESK_MIXMONITOR"}
            return (await self._link.action(fields)).get("Value", "")
        except PbxError:
            return ""

    async def _stop(self, live: Live, monitor: str) -> None:
        fields = {"Action": "StopMixMonitor", "Channel": live.channel}
        try:
            await self._link.action(fields | ({"MixMonitorID": monitor} if monitor else {}))
        except PbxError as error:
            log.warning("a recording could not be stopped", call=live.call_id, reason=str(error))

    def _muted(self, headers: Headers, at: float) -> None:
        live = self._by_leg.get(headers.get("Uniqueid", ""))
        if live is not None and headers.get("Direction", "both") == "both":
            self._set_paused(live, headers.get("State") == "1", at)

    def _stopped_early(self, headers: Headers, at: float) -> None:
        """Somebody stopped it. Where its next part is about to begin, or has begun, it goes on."""
        live = self._by_leg.get(headers.get("Uniqueid", ""))
        if live is not None and (live.part == 1 or live.unwanted):
            self._finish(live, at)

    def _stopped(self, headers: Headers, at: float) -> None:
        if live := self._by_leg.get(headers.get("Uniqueid", "")):
            self._finish(live, at)

    def _set_paused(self, live: Live, paused: bool, at: float) -> None:
        if live.set_paused(paused, at):
            self._rows.changed(live)

    def _finish(self, live: Live, at: float) -> None:
        self._by_leg.pop(live.leg_id, None)
        live.parted(at)
        self._rows.finished(live, at)

    # ------------------------------------------------------------ what becomes of the call

    def _answered(self, fact: CallAnswered) -> None:
        for live in self._of(fact.call.id):
            if not live.agent:
                live.agent = fact.call.answered_by
                self._rows.changed(live)
        lives = self._of(fact.call.id)  # those of a call that is over when it is decided, too
        self._rows.later(lambda: self._decide(fact.call, lives))

    async def _decide(self, call: CallView, lives: list[Live]) -> None:
        """Queue and agent are known now: stop what should not be, start what should."""
        starts = self._chooser.policy.starts == "ringdesk"
        if not lives and not starts:
            return
        record = call.id not in self._refused and (await self._chooser.now(call)).record
        if not record:
            for live in lives:
                await self._discard(live)
        elif not lives and call.id not in self._tried:
            await self._start(call)

    async def _start(self, call: CallView) -> None:
        _remember(self._tried, call.id)
        name = make_name(call.id, int(self._clock()), "c")
        if not name:
            log.warning(NO_NAME)
            return
        try:
            await self.record(call.id, name)
        except PbxError as error:
            log.warning("a call could not be recorded", call=call.id, reason=str(error))
            self._rows.refused(call, name, str(error))

    def _identified(self, fact: CallNoted) -> None:
        """Somebody said who it is: a customer who does not want to be recorded?"""
        if fact.customer_id and self.is_up(fact.call_id):
            self._rows.later(lambda: self._respect(fact.call_id, fact.customer_id))

    async def _respect(self, call_id: str, customer_id: str) -> None:
        if await self._chooser.said_no(customer_id):
            _remember(self._refused, call_id)
            for live in self._of(call_id):
                await self._discard(live)

    async def _discard(self, live: Live) -> None:
        """What was written of it goes when it has ended, also where this program does not live to see that."""
        live.unwanted = True
        _remember(self._refused, live.call_id)
        try:
            await self._rows.unwanted(live, self._now())
        finally:
            if live.leg_id in self._by_leg:
                await self._stop(live, await self._monitor_of(live))

    def _ended(self, fact: CallEnded) -> None:
        for memory in (self._expected, self._tried, self._refused):
            memory.pop(fact.call.id, None)
        for live in self._of(fact.call.id):
            self._finish(live, fact.at)

    def _merged(self, fact: CallMerged) -> None:
        if fact.gone in self._refused:
            _remember(self._refused, fact.call.id)
        name = self._expected.pop(fact.gone, "")
        if name and fact.call.id not in self._expected:
            self._expect(fact.call.id, name)
        for live in self._of(fact.gone):
            live.call_id = fact.call.id
        self._rows.moved(fact.call.id, fact.gone)

    # ------------------------------------------------------------ after a restart

    def is_up(self, linkedid: str) -> bool:
        """Does the PBX have this call?"""
        return self._view(linkedid) is not None

    def knows(self, recording_id: str) -> bool:
        """Is it being recorded, as far as is known?"""
        return any(live.id == recording_id for live in self._by_leg.values())

    def adopt(self, live: Live) -> bool:
        """A recording that was begun before this program was: True where its call is up and it goes on."""
        call = self._view(live.call_id)
        other = self._tracker.other_side(live.call_id) if call else None
        if call is None or other is None or other.leg.id in self._by_leg:
            return False
        live.leg_id, live.channel = other.leg.id, other.leg.name
        self._by_leg[live.leg_id] = live
        self._rows.later(lambda: self._agree(live))
        return True

    # ------------------------------------------------------------ within

    def _now(self) -> float:
        """The PBX's time: what it says of a recording is told in it, and its clock may differ from ours."""
        return self._clock() + self._ahead

    def _of(self, call_id: str) -> list[Live]:
        return [live for live in self._by_leg.values() if live.call_id == call_id]

    def _find(self, linkedid: str) -> list[Live]:
        return self._of(self._tracker.call_id_of(linkedid) or linkedid)

    def _view(self, linkedid: str) -> CallView | None:
        return self._tracker.view(self._tracker.call_id_of(linkedid) or linkedid)

    def _side(self, question: Question, call: CallView | None) -> Side:
        """Whose channel will be recorded. Of two colleagues the one who is called is the agent's side."""
        if call is not None and call.direction == "internal" and not question.dialled:
            return "a" if question.records_called else "c"
        return "a" if self._agent_of(question.channel) and not question.records_called else "c"

    def _agent_of(self, channel: str) -> str:
        return self._tracker.directory.extension_of(Leg(id="", linkedid="", name=channel).device)

    def _expect(self, linkedid: str, name: str) -> None:
        self._expected[linkedid] = name
        if len(self._expected) > MOST_EXPECTED:
            self._expected.popitem(last=False)


def _remember(memory: OrderedDict[str, None], key: str) -> None:
    memory[key] = None
    if len(memory) > MOST_EXPECTED:
        memory.popitem(last=False)


def _moment(headers: Headers, at: float) -> float:
    """The PBX's own time of an event, where it says it."""
    try:
        return float(headers.get("Timestamp", ""))
    except ValueError:
        return at
