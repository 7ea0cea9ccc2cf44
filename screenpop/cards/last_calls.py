"""The call before this one, from the call log."""

from screenpop.calls.log import CallLog, LoggedCall
from screenpop.cards.model import CardLastCall
from screenpop.facts import Direction

_DIRECTIONS: dict[str, Direction] = {"incoming": "incoming", "outgoing": "outgoing", "internal": "internal"}

LOOKED_AT = 10
"""So many calls before this one are looked through."""


class LoggedLastCalls:
    """Finds it for the cards."""

    def __init__(self, log: CallLog) -> None:
        self._log = log

    async def last_call(self, customer_id: str, number: str, before: str) -> CardLastCall | None:
        """The last call with the customer, else with the number's key, that is over and not the one of id `before`."""
        calls = await self._log.recent(customer_id=customer_id, number="" if customer_id else number, limit=LOOKED_AT)
        last = next((call for call in calls if call.id != before and call.ended_at and not _led_nowhere(call)), None)
        return _shown(last) if last else None


def _led_nowhere(call: LoggedCall) -> bool:
    """A number that nobody has was called: it tells nothing of the customer. `to` is then the number itself."""
    tried = call.queue or call.agent or (call.to and call.to != (call.line,))
    return call.direction == "incoming" and call.result == "failed" and not tried


def _shown(call: LoggedCall) -> CardLastCall:
    """An agent stands for having talked, or tried to: not for a phone that rang while the caller gave up."""
    took_part = call.answered_at is not None or call.direction != "incoming"
    return CardLastCall(
        id=call.id,
        at=call.started_at.timestamp(),
        direction=_DIRECTIONS.get(call.direction, "incoming"),
        result=call.result,
        agent=call.agent if took_part else "",
        agent_name=call.agent_name if took_part else "",
        talk_seconds=call.talk_seconds,
        disposition=call.disposition,
        note=call.notes[-1].text if call.notes else "",
    )
