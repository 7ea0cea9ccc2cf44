"""Records calls: answers the dialplan, starts and pauses on the PBX, and keeps the row of each recording.

The PBX never says the name of a recording's file, so the name is chosen here before it starts. It says nothing either
when a recorded channel is hung up: the end of the channel is the end of the recording.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from ari_app.ami import Headers
from ari_app.link import AmiLink
from ari_app.recording.expected import Expected, remember, trim
from ari_app.recording.live import Live
from ari_app.recording.lives import Lives
from ari_app.recording.monitors import Monitors
from ari_app.recording.parts import Parts
from ari_app.recording.refusals import Refusals
from ari_app.recording.rows import Rows
from ari_app.recording.wishes import Wishes
from screenpop.bus import Bus
from screenpop.calls.events import Leg
from screenpop.calls.tracker import Tracker
from screenpop.errors import PbxError, PbxRefused
from screenpop.facts import CallAnswered, CallEnded, CallMerged, CallNoted, CallView
from screenpop.ids import new_id
from screenpop.recordings.asking import Question, Start
from screenpop.recordings.choice import Chooser
from screenpop.recordings.names import Side, make_name, name_of_stem

NO_NAME = "a call cannot be recorded: its id cannot stand in a file's name"
NOT_RECORDED = "This call is not recorded."
NOT_WANTED = "Somebody in this call does not want to be recorded."

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
        self._tracker, self._chooser, self._rows, self._clock = tracker, chooser, rows, clock
        self._monitors, self._expected = Monitors(link), Expected()
        self._lives = Lives(tracker)
        self._parts = Parts(self._lives, self._expected, self._monitors, rows)
        self._tried: OrderedDict[str, None] = OrderedDict()
        self._awaited: OrderedDict[str, CallView] = OrderedDict()
        """Calls that are to be recorded once the other side is connected."""
        self._refusals = Refusals()
        self._ahead = 0.0
        self._events: dict[str, Callable[[Headers, float], None]] = {
            "MixMonitorStart": self._started,
            "MixMonitorStop": self._stopped_early,
            "MixMonitorMute": self._muted,
            "BridgeEnter": self._connected,
            "BridgeLeave": self._parts.parted,
            "Hangup": self._stopped,
            "UserEvent": Wishes(self._monitors, rows, self._toggle, self._now).take,
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
        if (call_id := self._lives.call_id(question.linkedid)) in self._refusals:
            return None
        if lives := self._lives.find(question.linkedid):
            return self._parts.next_one(question, lives[0])
        call = self._lives.view(question.linkedid)
        answer = await self._chooser.before(question, call)
        if answer.said_no:
            self._refusals.say_no(call_id)
        if not answer.record:
            return None
        name = make_name(question.linkedid, int(self._clock()), self._side(question, call))
        if not name:
            log.warning(NO_NAME)
            return None
        self._expected.put(question.linkedid, name)
        return Start(name=name, announcement=answer.announcement)

    async def _toggle(self, linkedid: str, channel: str) -> bool | None:
        """Is it paused now? None where nothing is recorded, or somebody else than an agent asks. Raises PbxError."""
        lives = self._lives.find(linkedid)
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
        self._expected.put(call_id, name)
        try:
            await self._monitors.start(other.leg.name, name)
        except PbxError:
            self._expected.drop(call_id)
            raise

    async def pause_recording(self, call_id: str, paused: bool) -> None:
        """Leave out what is said, or go on. Raises PbxRefused, PbxAway."""
        lives = self._lives.find(call_id)
        if not lives:
            raise PbxRefused(NOT_RECORDED)
        if any(live.over for live in lives):
            raise PbxRefused(NOT_WANTED)
        for live in lives:
            if live.paused != paused:
                await self._pause(live, paused)

    def talkers(self, call_id: str) -> Sequence[str]:
        """The extensions that talk in the call now."""
        call = self._lives.view(call_id)
        return call.talking if call else ()

    def is_recorded(self, call_id: str) -> bool:
        """Is it recorded now?"""
        return bool(self._lives.find(call_id))

    async def _pause(self, live: Live, paused: bool) -> None:
        await self._monitors.mute(live.channel, paused)
        self._set_paused(live, paused, self._now())  # the event says so too, if the filter lets it pass

    async def _agree(self, live: Live) -> None:
        """Let the PBX be as the row says: paused, or not."""
        try:
            await self._monitors.mute(live.channel, live.paused)
        except PbxError as error:
            log.warning("a recording may be paused or not", call=live.call_id, reason=str(error))

    # ------------------------------------------------------------ what the PBX says

    def _started(self, headers: Headers, at: float) -> None:
        """A monitor has begun on a channel. Where one of ours is to begin it is taken for that, until the PBX has been
        asked: what happens until then belongs to it."""
        leg_id, linkedid = headers.get("Uniqueid", ""), headers.get("Linkedid", "")
        stem = self._expected.of(self._lives.call_id(linkedid)) or self._expected.of(linkedid)
        if not stem or not leg_id:
            self._expected.other_began(leg_id)
            return
        name = name_of_stem(stem)
        live = self._lives.named(name)
        begun = live is None
        if live is None:
            if name != stem:
                self._rows.later(partial(self._stop_late, headers.get("Channel", ""), stem))
                return
            live = self._begin(Live(new_id(), self._lives.call_id(linkedid), name, leg_id), headers, at)
        live.fresh |= live.leg_id == leg_id
        live.unsure += 1
        self._rows.later(lambda: self._make_sure(live, leg_id, headers.get("Channel", ""), stem))
        if begun:
            self._rows.began(live)
            if self._tracker.is_connected(leg_id) and live.connected(at):
                self._rows.changed(live)

    async def _stop_late(self, channel: str, stem: str) -> None:
        """A part of a recording that has ended since the dialplan was told to begin it; or a monitor of the site."""
        if monitor := await self._monitors.id_of(channel):
            self._expected.has_begun(stem)
            await self._monitors.stop(channel, monitor)

    def _begin(self, live: Live, headers: Headers, at: float) -> Live:
        live.channel, live.started_at = headers.get("Channel", ""), at
        self._lives.put(live)
        call = self._lives.view(live.call_id)
        live.agent = call.answered_by if call else ""
        return live

    async def _make_sure(self, live: Live, leg_id: str, channel: str, stem: str) -> None:
        """Was it ours that began, or one of the site's own? Ours leaves its id on the channel."""
        live.unsure -= 1
        if live.sure_of != stem and await self._monitors.id_of(channel) != "":
            self._expected.has_begun(stem)
            if not live.sure_of:
                self._lives.move(live, leg_id, channel)
            live.sure_of = stem
            if live.paused:
                await self._agree(live)
            return
        self._expected.other_began(leg_id)
        if not live.sure_of and not live.unsure:
            live.mistaken = True
            self._lives.drop(live)
            self._rows.later(lambda: self._rows.dropped(live))  # tried again alone where the disk fails

    def _muted(self, headers: Headers, at: float) -> None:
        live = self._lives.at(headers.get("Uniqueid", ""))
        if live is not None and headers.get("Direction", "both") == "both":
            self._set_paused(live, headers.get("State") == "1", at)

    def _stopped_early(self, headers: Headers, at: float) -> None:
        """Somebody stopped a monitor. Where the next part of ours is about to begin, or has begun, it goes on; where
        others write as well nobody says whose it was, and ours is taken to go on until the channel is over."""
        leg_id = headers.get("Uniqueid", "")
        live = self._lives.at(leg_id)
        ours_was_stopped = live is not None and (live.unwanted or live.over)
        if not ours_was_stopped and self._expected.other_ended(leg_id):
            return
        if live is not None and (ours_was_stopped or live.part == 1):
            self._finish(live, at)

    def _stopped(self, headers: Headers, at: float) -> None:
        self._expected.forget(headers.get("Uniqueid", ""))
        if live := self._lives.at(headers.get("Uniqueid", "")):
            self._finish(live, at)

    def _set_paused(self, live: Live, paused: bool, at: float) -> None:
        if live.set_paused(paused, at):
            self._rows.changed(live)

    def _finish(self, live: Live, at: float) -> None:
        self._lives.drop(live)
        live.parted(at)
        self._rows.finished(live, at)

    # ------------------------------------------------------------ what becomes of the call

    def _answered(self, fact: CallAnswered) -> None:
        for live in self._lives.of(fact.call.id):
            if not live.agent:
                live.agent = fact.call.answered_by
                self._rows.changed(live)
        lives = self._lives.of(fact.call.id)  # those of a call that is over when it is decided, too
        self._rows.later(lambda: self._decide(fact.call, lives))

    async def _decide(self, call: CallView, lives: list[Live]) -> None:
        """Queue and agent are known now: stop what should not be, start what should."""
        answer = await self._chooser.now(call)
        if answer.said_no and self.is_up(call.id):
            self._note_no(self._lives.call_id(call.id))
        if call.id in self._refusals or not answer.record:
            for live in lives:
                if not (live.mistaken or live.over):
                    await self._discard(live)
        elif not lives and self._chooser.policy.starts == "ringdesk" and call.id not in self._tried:
            await self._start(call)

    def _note_no(self, call_id: str) -> None:
        """Where the call became part of a recorded one meanwhile, that is left as if it had been known by then."""
        self._refusals.say_no(call_id)
        self._leave([live for live in self._lives.of(call_id) if live.joined], self._now())

    def _connected(self, headers: Headers, at: float) -> None:
        self._parts.connected(headers, at)
        call_id = self._lives.call_id(headers.get("Linkedid", ""))
        if call_id in self._awaited and self._tracker.other_side(call_id) is not None:
            call = self._awaited.pop(call_id)
            self._rows.later(lambda: self._decide(call, self._lives.of(call.id)))

    async def _start(self, call: CallView) -> None:
        if self._tracker.other_side(call.id) is None and self.is_up(call.id):
            self._awaited[call.id] = call
            trim(self._awaited)
            return
        remember(self._tried, call.id)
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
            call_id = self._lives.call_id(call_id)
            self._refusals.say_no(call_id)
            for live in self._lives.of(call_id):
                if not live.over:
                    await self._discard(live)

    async def _discard(self, live: Live) -> None:
        """What was written of it goes when it has ended, also where this program does not live to see that."""
        live.unwanted = True
        self._refusals.rule_out(live.call_id)
        try:
            await self._rows.unwanted(live, self._now())
        finally:
            if self._lives.at(live.leg_id):
                await self._stop(live)

    async def _stop(self, live: Live) -> None:
        await self._monitors.stop(live.channel, await self._monitors.id_of(live.channel))

    def _ended(self, fact: CallEnded) -> None:
        self._expected.drop(fact.call.id)
        self._refusals.forget(fact.call.id)
        for memory in (self._tried, self._awaited):
            memory.pop(fact.call.id, None)
        for live in self._lives.of(fact.call.id):
            self._finish(live, fact.at)

    def _merged(self, fact: CallMerged) -> None:
        kept, gone = fact.call.id, fact.gone
        recorded = any(not live.unwanted for live in self._lives.of(kept))
        self._refusals.merge(kept, gone, recorded=recorded)
        self._expected.move(kept, gone)
        if self._awaited.pop(gone, None) is not None:
            self._awaited[kept] = fact.call
        moved = self._lives.of(gone)
        for live in moved:
            live.call_id = kept
        for live in self._lives.of(kept):
            live.joined = True
        self._rows.moved(kept, gone)
        for live in moved:
            self._rows.changed(live)
        if self._refusals.said_no(kept):
            self._leave(self._lives.of(kept), fact.at + self._ahead)

    def _leave(self, lives: Sequence[Live], at: float) -> None:
        """Somebody came in who does not want to be recorded: it ends here, and what is written yet is not kept."""
        for live in lives:
            if live.unwanted or live.over:
                continue
            self._set_paused(live, True, at)
            live.over = True
            self._rows.later(partial(self._stop, live))

    # ------------------------------------------------------------ after a restart

    def is_up(self, linkedid: str) -> bool:
        """Does the PBX have this call?"""
        return self._lives.view(linkedid) is not None

    def knows(self, recording_id: str) -> bool:
        """Is it being recorded, as far as is known?"""
        return self._lives.knows(recording_id)

    def adopt(self, live: Live) -> bool:
        """A recording that was begun before this program was: True where its call is up and it goes on."""
        call = self._lives.view(live.call_id)
        other = self._tracker.other_side(live.call_id) if call else None
        if call is None or other is None or self._lives.at(other.leg.id):
            return False
        live.leg_id, live.channel, live.sure_of = other.leg.id, other.leg.name, live.name
        self._lives.put(live)
        self._rows.later(lambda: self._agree(live))
        return True

    # ------------------------------------------------------------ within

    def _now(self) -> float:
        """The PBX's time: what it says of a recording is told in it, and its clock may differ from ours."""
        return self._clock() + self._ahead

    def _side(self, question: Question, call: CallView | None) -> Side:
        """Whose channel will be recorded. Of two colleagues the one who is called is the agent's side."""
        if call is not None and call.direction == "internal" and not question.dialled:
            return "a" if question.records_called else "c"
        return "a" if self._agent_of(question.channel) and not question.records_called else "c"

    def _agent_of(self, channel: str) -> str:
        return self._tracker.directory.extension_of(Leg(id="", linkedid="", name=channel).device)


def _moment(headers: Headers, at: float) -> float:
    """The PBX's own time of an event, where it says it."""
    try:
        return float(headers.get("Timestamp", ""))
    except ValueError:
        return at
