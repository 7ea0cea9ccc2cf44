"""The call before this one, from the call log."""

from screenpop.calls.log import CallLog, LoggedCall
from screenpop.cards.model import CardLastCall
from screenpop.facts import Direction

_DIRECTIONS: dict[str, Direction] = {"incoming": "incoming", "outgoing": "outgoing", "internal": "internal"}


class LoggedLastCalls:
    """Finds it for the cards."""

    def __init__(self, log: CallLog) -> None:
        self._log = log

    async def last_call(self, customer_id: str, number: str, before: str) -> CardLastCall | None:
        """The last call with the customer, else with the number's key, that is over and not the one of id `before`."""
        calls = await self._log.recent(customer_id=customer_id, number="" if customer_id else number, limit=4)
        last = next((call for call in calls if call.id != before and call.ended_at), None)
        return _shown(last) if last else None


def _shown(call: LoggedCall) -> CardLastCall:
    return CardLastCall(
        id=call.id,
        at=call.started_at.timestamp(),
        direction=_DIRECTIONS.get(call.direction, "incoming"),
        result=call.result,
        agent=call.agent,
        agent_name=call.agent_name,
        talk_seconds=call.talk_seconds,
        disposition=call.disposition,
        note=call.notes[-1].text if call.notes else "",
    )
