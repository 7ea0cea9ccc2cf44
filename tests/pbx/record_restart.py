"""What AMI says across a restart of the PBX in the middle of calls: `restarted-with-calls-up`."""

import asyncio

from ari_app.demo.amitap import AmiTap
from ari_app.demo.lab import Lab
from ari_app.demo.phonecall import Call
from ari_app.demo.softphone import Phone
from tests.pbx.stage import happened


async def record_restart(lab: Lab) -> bytes:
    """One call is up and one rings when the PBX is killed; after its start another call comes and is answered."""
    agent = Phone("101", lab.sip_port, secret=lab.access.sip_password)
    colleague = Phone("102", lab.sip_port, secret=lab.access.sip_password)
    async with agent, colleague, Phone("+447700900123", lab.sip_port, name="Alice Example") as caller:
        for phone in (agent, colleague):
            await phone.register()
        before = lab.tap()
        async with before:
            await _answered(caller, agent)
            await caller.dial("102")
            (await colleague.next_call()).ring()
            await before.event("Newstate", Channel="PJSIP/102*", ChannelStateDesc="Ringing")
            await lab.kill()
        await asyncio.sleep(1)  # ids begin with the second of the start
        await lab.start()
        return bytes(before.raw) + await _after(lab, agent, caller)


async def _after(lab: Lab, agent: Phone, caller: Phone) -> bytes:
    after: AmiTap = lab.tap()
    async with after:
        await after.event("FullyBooted")
        await after.action("CoreShowChannels")
        await after.event("CoreShowChannelsComplete")
        await agent.register()
        call = await _answered(caller, agent)
        await after.event("BridgeEnter", Channel="PJSIP/trunk*")
        await call.hang_up()
        for channel in ("PJSIP/trunk*", "PJSIP/101*"):
            await after.event("Hangup", Channel=channel)
    return bytes(after.raw)


async def _answered(caller: Phone, agent: Phone) -> Call:
    outside = await caller.dial(agent.user)
    inside = await agent.next_call()
    inside.ring()
    await inside.answer()
    await happened(outside.answered)
    return outside
