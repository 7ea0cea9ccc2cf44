"""What `ringdesk check` asks ARI: there, let in, the modules; and whether the events of a channel reach AMI."""

import asyncio
import contextlib
from collections.abc import Iterable

from ari_app.ari import Ari
from ari_app.check import Finding, fail, ok, warn
from ari_app.check_ami import Session
from screenpop.config import Ari as AriConfig
from screenpop.errors import PbxError, PbxRefused

PROBE = "ringdesk-check"
MODULES = {
    "res_agi": "the dialplan cannot ask who is calling",
    "app_queue": "there are no queues",
    "app_mixmonitor": "calls cannot be recorded",
    "res_ari_channels": "calls cannot be acted on",
    "res_ari_events": "conversations under ARI are not seen",
    "res_ari_recordings": "recordings cannot be fetched",
    "app_chanspy": "supervisors cannot listen in",
}
PHONES = ("chan_pjsip", "chan_sip", "chan_iax2", "chan_dahdi", "chan_sccp")


async def check_ari(config: AriConfig, pbx: Session | None) -> list[Finding]:
    """Everything about ARI; `pbx`, where there is one, sees whether events come through."""
    if not config.enabled:
        return [warn("ARI", "switched off", "set ari.enabled = true to record, listen in and fetch recordings")]
    async with Ari(config) as ari:
        try:
            info = await ari.info()
        except PbxError as error:
            return [_unreachable(error)]
        findings = [ok("ARI", f"answers at {config.url}, Asterisk {info.system.version}"), *await _modules(ari)]
        return [*findings, await _events(ari, pbx)] if pbx else findings


def _unreachable(error: PbxError) -> Finding:
    if isinstance(error, PbxRefused):
        return fail("ARI", str(error), "ari.conf needs enabled = yes and a section with type = user and the password")
    return fail(
        "ARI", str(error), "is http.conf enabled, do its bindaddr and bindport fit ari.url, and is res_ari loaded?"
    )


async def _modules(ari: Ari) -> list[Finding]:
    try:
        modules = await ari.modules()
    except PbxError as error:
        return [warn("Modules", f"they cannot be listed: {error}", "load res_ari_asterisk")]
    running = {module.name.removesuffix(".so") for module in modules if module.status == "Running"}
    missing = [_missing(name) for name in MODULES if name not in running]
    return [*(missing or [ok("Modules", f"all {len(MODULES)} that are used are loaded")]), _phones(running)]


def _missing(name: str) -> Finding:
    return warn("Modules", f"{name} is not loaded: {MODULES[name]}", f"add load = {name}.so to modules.conf")


def _phones(running: Iterable[str]) -> Finding:
    found = [name for name in PHONES if name in running]
    if found:
        return ok("Phones", ", ".join(found))
    return fail("Phones", "no channel driver for phones is loaded", "add load = chan_pjsip.so to modules.conf")


async def _events(ari: Ari, pbx: Session) -> Finding:
    """Make a channel that calls nobody, and end it: both must be told."""
    try:
        channel = await ari.create_channel(f"Local/{PROBE}@{PROBE}", PROBE)
        with contextlib.suppress(PbxRefused):  # it may be over by itself already
            await ari.hang_up(channel.id)
    except PbxError as error:
        return warn("Events", f"could not be tried: {error}", "give the ARI user read_only = no")
    missing = await _awaited(pbx, ["Newchannel", "Hangup"])
    if missing:
        remedy = "read in manager.conf needs call, and its eventfilter lines must let these pass"
        return fail("Events", f"{' and '.join(missing)} of a channel did not come", remedy)
    return ok("Events", "a channel was made and ended, and both were told")


async def _awaited(pbx: Session, names: list[str], within: float = 2.0) -> list[str]:
    """Those of `names` that did not come in time for the probe's channel."""
    missing = names
    for _ in range(int(within / 0.05)):
        missing = [name for name in names if not pbx.has_seen(name, f"Local/{PROBE}")]
        if not missing:
            break
        await asyncio.sleep(0.05)
    return missing
