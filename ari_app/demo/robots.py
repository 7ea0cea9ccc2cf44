"""Robot phones: one for each agent and one for the world outside, and the sample calls between them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Literal, Self

from ari_app.demo.access import Access
from ari_app.demo.people import AGENTS, QUEUES, SALES_LINE, SUPPORT_LINE
from ari_app.demo.phonecall import Call, within
from ari_app.demo.softphone import Phone
from ari_app.demo.voices import SILENT, Voices
from screenpop.errors import BadInput

Stage = Literal["calling", "ringing", "answered", "ended", "not_answered", "busy", "refused"]
STEP_SECONDS = 2.0  # of several robots that ring for one call, each answers this much later than the one before
SETUP_SECONDS = 10.0  # the PBX finds the phone, or says that it does not
LONGEST_SECONDS = 600.0
THROUGH_QUEUES = (*QUEUES, SUPPORT_LINE, SALES_LINE)
OUTCOMES: dict[int, Stage] = {486: "busy", 480: "not_answered", 487: "not_answered"}


@dataclass(slots=True)
class Plan:
    """How a sample call goes: rings for `ring` seconds, then talks for `talk` seconds if it is answered at all."""

    from_number: str
    to: str
    name: str = ""
    ring: float = 6.0
    talk: float = 20.0
    answer: bool = True
    robots: int = field(default=0, init=False)
    """How many robots ring for it so far."""
    rang: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    taken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    """A robot rang for it; a robot answered it."""

    def check(self) -> Self:
        """Itself. Raises BadInput on a number that cannot be dialled or a time that is none."""
        for key, number in (("from", self.from_number), ("to", self.to)):
            if not number or len(number) > 40 or not set(number) <= set("0123456789+*#abcdefghijklmnopqrstuvwxyz"):
                raise BadInput(
                    f"{number!r} cannot be dialled: digits, with a + in front where it is international", key
                )
        for key, seconds in (("ring", self.ring), ("talk", self.talk)):
            if not 0 <= seconds <= LONGEST_SECONDS:
                raise BadInput(f"{key} is a time between 0 and {LONGEST_SECONDS:.0f} s", key)
        return self


class Robots:
    """The robot phones of one PBX. Calls that nobody planned are answered as `Plan` does by default."""

    def __init__(self, access: Access, voices: Voices = SILENT) -> None:
        self._access, self._voices = access, voices
        self._plans: dict[str, Plan] = {}
        self._phones: dict[str, Phone] = {}
        self._provider = Phone("provider", access.sip_port, behaviour=self._behave, recording=voices.customer)
        self._callers: set[Phone] = set()

    async def start(self) -> None:
        """Register a robot for each agent, and be the provider's end of the trunk."""
        secret, port = self._access.sip_password, self._access.sip_port
        for agent in AGENTS:
            phone = Phone(
                agent.extension,
                port,
                secret=secret,
                name=agent.name,
                behaviour=self._behave,
                recording=self._voices.agent,
            )
            self._phones[agent.extension] = await phone.open()
            await phone.register()
        await self._provider.open(self._access.provider_port)

    async def stop(self) -> None:
        """Hang up, unregister, free the ports."""
        for phone in (*self._callers, *self._phones.values(), self._provider):
            await phone.close()

    async def play(self, plan: Plan) -> AsyncGenerator[Stage, None]:
        """Place one call and tell how it goes, to its end. From an agent's extension it is an outgoing call."""
        with self._planned(plan.check()):
            async with self._phone_of(plan) as phone:
                call = await phone.dial(plan.to)
                try:
                    yield "calling"
                    async for stage in self._follow(call, plan):
                        yield stage
                finally:
                    await call.hang_up()

    @contextlib.contextmanager
    def _planned(self, plan: Plan) -> Iterator[None]:
        """Robots know a planned call by who calls; the world outside knows it by the number dialled."""
        keys = (plan.from_number, f"to {plan.to}")
        self._plans |= dict.fromkeys(keys, plan)
        try:
            yield
        finally:
            for key in keys:
                if self._plans.get(key) is plan:
                    del self._plans[key]

    async def _follow(self, call: Call, plan: Plan) -> AsyncGenerator[Stage, None]:
        """A queue answers before an agent does, so there the robot's word counts, else the caller's phone's."""
        rings, answers = (plan.rang, plan.taken) if plan.to in THROUGH_QUEUES else (call.ringing, call.answered)
        patience = plan.ring + (STEP_SECONDS * len(AGENTS) + 8 if plan.answer else 0)
        await _first(SETUP_SECONDS, rings, answers, call.ended)
        if rings.is_set() and not answers.is_set():
            yield "ringing"
        await _first(patience, answers, call.ended)
        if not answers.is_set():
            yield OUTCOMES.get(call.status, "refused") if call.ended.is_set() else "not_answered"
            return
        yield "answered"
        await within(call.ended, plan.talk)
        yield "ended"

    @contextlib.asynccontextmanager
    async def _phone_of(self, plan: Plan) -> AsyncIterator[Phone]:
        if plan.from_number in self._phones:
            yield self._phones[plan.from_number]
            return
        async with Phone(
            plan.from_number, self._access.sip_port, name=plan.name, recording=self._voices.customer
        ) as caller:
            self._callers.add(caller)
            try:
                yield caller
            finally:
                self._callers.discard(caller)

    async def _behave(self, call: Call) -> None:
        """What a robot does when it is called."""
        plan = (
            self._plans.get(call.from_number) or self._plans.get(f"to {call.to_number}") or Plan(call.from_number, "")
        )
        later = plan.robots * STEP_SECONDS
        plan.robots += 1
        call.ring()
        plan.rang.set()
        if await within(call.ended, plan.ring + later if plan.answer else LONGEST_SECONDS):
            return
        await call.answer()
        plan.taken.set()
        await within(call.ended, LONGEST_SECONDS)


async def _first(limit: float, *events: asyncio.Event) -> None:
    """Wait for one of them, at most `limit` seconds."""
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
