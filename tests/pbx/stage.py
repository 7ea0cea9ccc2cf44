"""A stage for calls: one running lab, phones that register, callers from outside, a provider, and AMI looking on."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from ari_app.demo.amitap import AmiTap
from ari_app.demo.lab import Lab
from ari_app.demo.phonecall import Call, within
from ari_app.demo.softphone import Behaviour, Phone

LIMIT = 60.0


class Stage:
    """Phones and callers of one scenario; leaving it hangs up, unregisters and waits until no channel is left."""

    def __init__(self, lab: Lab, everything: bool = False) -> None:
        self.lab = lab
        self.tap: AmiTap = lab.tap(everything)
        self._witness = lab.tap(everything=True)
        self._phones: dict[str, Phone] = {}
        self._others: list[Phone] = []

    async def __aenter__(self) -> Self:
        await self._witness.__aenter__()
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            await self.clear()
        finally:
            await self.tap.close()
            await self._witness.close()

    async def watch(self) -> AmiTap:
        """Log in to AMI now: what happens from here on is in `tap`."""
        await self.tap.__aenter__()
        return self.tap

    async def clear(self) -> None:
        """Hang everything up and wait until the PBX has no channel; then unregister."""
        for caller in self._others:
            await caller.close()
        for phone in self._phones.values():
            await phone.hang_up()
        await self.quiet()
        for phone in self._phones.values():
            await phone.close()
        self._phones.clear()
        self._others.clear()

    async def quiet(self, limit: float = LIMIT) -> None:
        """Wait until the PBX has no channel. Raises TimeoutError."""
        async with asyncio.timeout(limit):
            while await self.channels():
                await asyncio.sleep(0.05)

    async def all_hung_up(self, limit: float = LIMIT) -> None:
        """Wait until AMI has told the end of every channel whose beginning it told. Raises TimeoutError."""

        def open_channels() -> set[str]:
            names = {"Newchannel": set[str](), "Hangup": set[str]()}
            for message in self.tap.messages:
                names.get(message.get("Event", ""), set()).add(message.get("Uniqueid", ""))
            return names["Newchannel"] - names["Hangup"]

        async with asyncio.timeout(limit):
            while open_channels():
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)  # the queue's and the phones' states follow the last hang-up

    async def channels(self) -> int:
        """How many channels the PBX has now."""
        since = len(self._witness.messages)
        await self._witness.action("CoreShowChannels")
        return int((await self._witness.event("CoreShowChannelsComplete", since=since))["ListItems"])

    # ------------------------------------------------------------ people

    async def register(self, *names: str) -> None:
        """Phones that ring when they are called: `101`, `101-web`."""
        for name in names:
            self._phones[name] = await self.another(name)

    async def another(self, name: str) -> Phone:
        """One more device with the login `name`."""
        phone = await Phone(name, self.lab.sip_port, secret=self.lab.access.sip_password).open()
        self._others.append(phone) if name in self._phones else None
        await phone.register()
        return phone

    def phone(self, name: str) -> Phone:
        """A phone that was registered."""
        return self._phones[name]

    async def caller(self, number: str = "+447700900123", name: str = "Alice Example") -> Phone:
        """Somebody outside, who reaches the PBX through its trunk."""
        caller = await Phone(number, self.lab.sip_port, name=name).open()
        self._others.append(caller)
        return caller

    async def provider(self, behaviour: Behaviour | None = None) -> Phone:
        """The far end of the trunk: gets the calls that go outside."""
        provider = Phone("provider", self.lab.sip_port, behaviour=behaviour)
        await provider.open(self.lab.access.provider_port)
        self._others.append(provider)
        return provider

    # ------------------------------------------------------------ common moves

    async def rings(self, name: str) -> Call:
        """The next call at the phone `name`, ringing."""
        call = await self.phone(name).next_call(LIMIT)
        call.ring()
        return call

    async def answers(self, name: str) -> Call:
        """The next call at the phone `name`, rung and answered."""
        call = await self.rings(name)
        await call.answer()
        return call

    async def connected(self, agent: str = "101", number: str = "+447700900123", to: str = "") -> tuple[Call, Call]:
        """A caller talks with `agent`: the caller's side and the agent's side."""
        outside = await (await self.caller(number)).dial(to or agent)
        inside = await self.answers(agent)
        await happened(outside.answered)
        await self.tap.event("BridgeEnter", Channel="PJSIP/trunk*")
        return outside, inside


async def happened(event: asyncio.Event, limit: float = LIMIT) -> None:
    """Wait for it. Raises TimeoutError."""
    if not await within(event, limit):
        raise TimeoutError("it did not happen")


def talking(seconds: float, ring: float = 0.1) -> Callable[[Call], Awaitable[None]]:
    """Somebody who answers after `ring` seconds and hangs up after `seconds` more, unless the other side did."""

    async def behave(call: Call) -> None:
        call.ring()
        await within(call.ended, ring)
        if not call.ended.is_set():
            await call.answer()
            await within(call.ended, seconds)

    return behave
