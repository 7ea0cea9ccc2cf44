"""Whether a call is recorded: the rules, held against what is known of the call."""

from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa

from screenpop.facts import CallView
from screenpop.numbers import Numbers
from screenpop.recordings.asking import Question
from screenpop.recordings.policy import Answer, Asked, Consent, Policy, decide
from screenpop.recordings.settings import RecordingSettings
from screenpop.store.engine import Store
from screenpop.store.tables import customer

ConsentOf = Callable[[Sequence[str]], Awaitable[Consent]]


class Said:
    """What customers said about being recorded: no where one of them said no, yes where all said yes."""

    def __init__(self, database: Store) -> None:
        self._store = database

    async def __call__(self, customer_ids: Sequence[str]) -> Consent:
        async with self._store.read() as tx:
            said = set(await tx.scalars(sa.select(customer.c.record).where(customer.c.id.in_(customer_ids))))
        return "no" if "no" in said else "yes" if said == {"yes"} else ""


class Chooser:
    """`find` gives the ids of the customers with a number's key, from memory; `consent` what they said."""

    def __init__(
        self, settings: RecordingSettings, numbers: Numbers, find: Callable[[str], Sequence[str]], consent: ConsentOf
    ) -> None:
        self._settings, self._numbers, self._find, self._consent = settings, numbers, find, consent

    @property
    def policy(self) -> Policy:
        return self._settings.policy

    async def before(self, question: Question, call: CallView | None) -> Answer:
        """Before anybody's phone rings: queue and agent are only known where the dialplan says them."""
        direction = "outgoing" if question.dialled else call.direction if call else "incoming"
        remote = question.dialled or (call.remote.number if call else "") or question.number
        queue = question.queue or (call.queue if call else "")
        agent = question.agent or (call.caller.number if call and direction != "incoming" else "")
        asked = Asked(
            direction=direction,
            line=self._key(call.line) if call else "",
            queue=queue or (None if direction == "incoming" else ""),
            agent=agent or None,
            consent=await self._said(remote),
        )
        return decide(self.policy, asked)

    async def now(self, call: CallView) -> Answer:
        """When somebody has answered."""
        asked = Asked(
            direction=call.direction,
            line=self._key(call.line),
            queue=call.queue,
            agent=call.answered_by,
            consent=await self._said(call.remote.number),
        )
        return decide(self.policy, asked)

    async def said_no(self, customer_id: str) -> bool:
        """Does this customer not want to be recorded?"""
        return await self._consent((customer_id,)) == "no"

    def _key(self, number: str) -> str:
        return self._numbers.parse(number).key

    async def _said(self, number: str) -> Consent:
        key = self._key(number)
        found = self._find(key) if key else ()
        return await self._consent(found) if found else ""
