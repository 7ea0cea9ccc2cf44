"""What `ringdesk check` asks ARI: there, let in, the modules; and whether the events of a channel reach AMI."""

import asyncio
import contextlib
from collections.abc import Iterable

from ari_app.ari import Ari
from ari_app.check import Finding, fail, ok, warn
from ari_app.check_ami import Session
from screenpop.config import Ari as AriConfig
from screenpop.errors import PbxError, PbxRefused
from screenpop.said import Said, said

PROBE = "ringdesk-check"
MODULES = {
    "res_agi": said("the dialplan cannot ask who is calling"),
    "app_queue": said("there are no queues"),
    "app_mixmonitor": said("calls cannot be recorded"),
    "res_ari_channels": said("calls cannot be acted on"),
    "res_ari_events": said("conversations under ARI are not seen"),
    "res_ari_recordings": said("recordings cannot be fetched"),
    "app_chanspy": said("supervisors cannot listen in"),
}
ARI, LOADED, DRIVERS, TOLD = said("ARI"), said("Modules"), said("Phones"), said("Events")
PHONES = ("chan_pjsip", "chan_sip", "chan_iax2", "chan_dahdi", "chan_sccp")


async def check_ari(config: AriConfig, pbx: Session | None) -> list[Finding]:
    """Everything about ARI; `pbx`, where there is one, sees whether events come through."""
    if not config.enabled:
        remedy = said("set ari.enabled = true to record, listen in and fetch recordings")
        return [warn(ARI, said("switched off"), remedy)]
    async with Ari(config) as ari:
        try:
            info = await ari.info()
        except PbxError as error:
            return [_unreachable(error)]
        text = said("answers at %(url)s, Asterisk %(version)s", url=config.url, version=info.system.version)
        findings = [ok(ARI, text), *await _modules(ari)]
        return [*findings, await _events(ari, pbx)] if pbx else findings


def _unreachable(error: PbxError) -> Finding:
    if isinstance(error, PbxRefused):
        remedy = said("ari.conf needs enabled = yes and a section with type = user and the password")
    else:
        remedy = said("is http.conf enabled, do its bindaddr and bindport fit ari.url, and is res_ari loaded?")
    return fail(ARI, said("%(why)s", why=error), remedy)


async def _modules(ari: Ari) -> list[Finding]:
    try:
        modules = await ari.modules()
    except PbxError as error:
        return [warn(LOADED, said("they cannot be listed: %(why)s", why=error), said("load res_ari_asterisk"))]
    running = {module.name.removesuffix(".so") for module in modules if module.status == "Running"}
    missing = [_missing(name) for name in MODULES if name not in running]
    loaded = ok(LOADED, said("all %(count)s that are used are loaded", count=len(MODULES)))
    return [*(missing or [loaded]), _phones(running)]


def _missing(name: str) -> Finding:
    text = said("%(module)s is not loaded: %(harm)s", module=name, harm=MODULES[name])
    return warn(LOADED, text, _load(name))


def _phones(running: Iterable[str]) -> Finding:
    found = [name for name in PHONES if name in running]
    if found:
        return ok(DRIVERS, said("%(names)s", names=", ".join(found)))
    return fail(DRIVERS, said("no channel driver for phones is loaded"), _load("chan_pjsip"))


def _load(module: str) -> Said:
    return said("add load = %(module)s.so to modules.conf", module=module)


async def _events(ari: Ari, pbx: Session) -> Finding:
    """Make a channel that calls nobody, and end it: both must be told."""
    try:
        channel = await ari.create_channel(f"Local/{PROBE}@{PROBE}", PROBE)
        with contextlib.suppress(PbxRefused):  # it may be over by itself already
            await ari.hang_up(channel.id)
    except PbxError as error:
        return warn(TOLD, said("could not be tried: %(why)s", why=error), said("give the ARI user read_only = no"))
    missing = await _awaited(pbx, ["Newchannel", "Hangup"])
    if missing:
        remedy = said("read in manager.conf needs call, and its eventfilter lines must let these pass")
        return fail(TOLD, said("%(events)s of a channel did not come", events=", ".join(missing)), remedy)
    return ok(TOLD, said("a channel was made and ended, and both were told"))


async def _awaited(pbx: Session, names: list[str], within: float = 2.0) -> list[str]:
    """Those of `names` that did not come in time for the probe's channel."""
    missing = names
    for _ in range(int(within / 0.05)):
        missing = [name for name in names if not pbx.has_seen(name, f"Local/{PROBE}")]
        if not missing:
            break
        await asyncio.sleep(0.05)
    return missing
