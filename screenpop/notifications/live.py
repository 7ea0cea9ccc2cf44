"""What open panels are told besides pops: one method for each fact, so that a wire shape lives in one place."""

import asyncio
import json
from collections import deque
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.facts import CallWritten, MissedCallsCounted, PbxLinkChanged, PresenceChanged, TrackerHeard, UserChanged
from screenpop.hub import Hub
from screenpop.ids import new_id

REMEMBERED = 1000
"""Alerts that are not told twice."""
AFTER_CARD = 0.1
"""Seconds that a presence waits: a browser that draws it first would draw the card one frame (16 ms) later."""

HEARS_ALERTS = (Permission.REVIEW_CALLS, Permission.SEE_ALL_CALLS, Permission.LISTEN_RECORDINGS)
"""An alert quotes what was said."""
CALLS = "calls"
GATHERED = 1.0
"""Seconds in which calls that are written are told together."""


class Live:
    """Listens on the bus and sends to the hub, from the moment it is made."""

    def __init__(self, bus: Bus, hub: Hub, users: Users) -> None:
        self._hub, self._users = hub, users
        self._presences: dict[str, PresenceChanged] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._heard: deque[tuple[str, str]] = deque(maxlen=REMEMBERED)
        bus.subscribe(PbxLinkChanged, self.pbx)
        bus.subscribe(PresenceChanged, self.presence)
        bus.subscribe(UserChanged, self.prefs)
        bus.subscribe(MissedCallsCounted, self.missed)
        bus.subscribe(TrackerHeard, self.heard)
        bus.subscribe(CallWritten, self.written)

    def pbx(self, fact: PbxLinkChanged) -> None:
        """How the link to the PBX stands: to everybody."""
        self._hub.publish("pbx", _json(asdict(fact)), None)

    def presence(self, fact: PresenceChanged) -> None:
        """Who is there: to those who may see it, a moment later, and only as it is then."""
        self._presences[fact.user_id] = fact
        if fact.user_id not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[fact.user_id] = loop.call_later(AFTER_CARD, self._tell_presence, fact.user_id)

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def written(self, _: CallWritten) -> None:
        """The call log may be behind: to those who see all calls, once for what comes within a second."""
        if CALLS not in self._timers:
            self._timers[CALLS] = asyncio.get_running_loop().call_later(GATHERED, self._tell_calls)

    def _tell_calls(self) -> None:
        del self._timers[CALLS]
        allowed = {user.id for user in self._users.all() if user.may(Permission.SEE_ALL_CALLS)}
        self._hub.publish("calls", "{}", allowed)

    def _tell_presence(self, user_id: str) -> None:
        del self._timers[user_id]
        fact, user = self._presences.pop(user_id), self._users.get(user_id)
        if user is None:
            return
        data = asdict(fact) | {"name": user.name, "extensions": user.extensions}
        allowed = {other.id for other in self._users.all() if other.may(Permission.SEE_PRESENCE)}
        self._hub.publish("presence", _json(data), allowed)

    def prefs(self, fact: UserChanged) -> None:
        """A user's own preferences: to all panels of that user."""
        user = self._users.get(fact.user_id)
        if user is not None and not fact.signed_out:
            self._hub.publish("prefs", _json({"popups_on": user.popups} | dict(user.prefs)), {user.id})

    def missed(self, fact: MissedCallsCounted) -> None:
        """How many missed calls a user is to see to: to all panels of that user."""
        self._hub.publish("missed", _json({"open": fact.open}), {fact.user_id})

    def heard(self, fact: TrackerHeard) -> None:
        """Words with an alert: to those who review calls and may hear them all, once for each call and tracker; it
        leads to their second."""
        if (fact.call_id, fact.tracker) in self._heard:
            return
        self._heard.append((fact.call_id, fact.tracker))
        url = f"/calls/{quote(fact.call_id, safe='')}?t={fact.at_second:.1f}"
        for user in self._users.all():
            if all(user.may(each) for each in HEARS_ALERTS):
                self.notice(user.id, "tracker", fact.tracker, f"“{fact.text}”", url)

    def notice(self, user_id: str, kind: str, title: str, text: str = "", url: str = "") -> None:
        """A pop-up notification that leads to its object with one click (`url` is a path of the panel)."""
        data = {"id": new_id(), "kind": kind, "title": title, "text": text, "url": url}
        self._hub.publish("notice", _json(data), {user_id})


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))
