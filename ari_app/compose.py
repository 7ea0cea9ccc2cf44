"""Run Ringdesk: attach to the PBX, answer the dialplan's questions and serve the panel, until it is told to stop."""

import argparse
import asyncio
import errno
import gc
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from agi.handlers import handlers
from agi.server import AgiServer
from ari_app.attach import Attachment
from ari_app.check_all import Check
from ari_app.commands.options import add_config, read_config
from ari_app.control import AmiControl
from ari_app.demo.calls import DemoCalls
from ari_app.folder import held
from ari_app.listen import AmiEar
from ari_app.logs import set_up_logging
from ari_app.memory import give_back_memory
from ari_app.migrate import migrate
from ari_app.recording.house import make_recording
from ari_app.workers import Workers
from screenpop.callers import Callers
from screenpop.config import Config
from screenpop.core import Core, make_pops, opened, store_url, warm_up
from screenpop.errors import BadConfiguration
from screenpop.facts import PbxLinkChanged
from screenpop.mail import Mailer
from screenpop.pbx import PbxState
from screenpop.pops.service import Pops
from screenpop.recordings.asking import RecordingDesk
from screenpop.reports.delivery import Deliveries, Post
from web.app import build_app
from web.card import CardRenderer
from web.keys import Services
from web.render import build_environment
from web.reports.mail import MailedReports
from web.sessions import Sessions

SUMMARY = "run the service"
SHUTDOWN_SECONDS = 3.0
RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk run`."""
    add_config(parser)
    parser.add_argument("--debug", action="store_true", help="say more")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    config = read_config(arguments)
    set_up_logging(logging.DEBUG if arguments.debug else logging.INFO)
    uvloop.run(serve(config))
    return 0


async def serve(config: Config, stop: asyncio.Event | None = None) -> None:
    """Everything, until `stop` is set or a signal comes. Raises BadConfiguration for what cannot be had."""
    stop = stop or _stop_on_signals()
    with held(config.server.data_dir):
        await migrate(store_url(config))
        await asyncio.to_thread(build_environment)
        async with opened(config) as core, assembled(core) as loops:
            await _run_until(stop, loops)
    log.info("stopped")


@asynccontextmanager
async def assembled(core: Core) -> AsyncIterator[list[Coroutine[Any, Any, None]]]:
    """Panel and FastAGI listening, the PBX link ready; gives the loops that are to run."""
    attachment = Attachment(core)
    workers = Workers(core.config, core.store, core.bus)
    recording = make_recording(core, attachment, workers.collect)
    renderer = CardRenderer(build_environment(), core.config, core.people.name_at, core.work.dispositions.all)
    pops = make_pops(core, renderer)
    control = _control(core, attachment)
    ear = AmiEar(attachment.link, control.device_of, attachment.tracker.talking_channel)
    made = make_services(core, attachment, pops)
    services = replace(made, control=control, ear=ear, care=attachment, recorder=recording.recorder)
    async with AsyncExitStack() as stack:
        if core.config.agi.enabled:
            await stack.enter_async_context(_agi(core, recording.recorder))
        await stack.enter_async_context(_panel(services))
        yield [
            attachment.run(),
            *recording.loops(),
            core.expiry.run(),
            workers.run(),
            core.hub.run(),
            core.calls.run(),
            core.queue_members.run(),
            core.missed.run(),
            core.progress.run(),
            core.quality.auto.run(),
            core.index.run(core.store),
            core.users.run(),
            pops.run(),
            services.deliveries.run(),
            _close_vanished(core, attachment),
            _warm_up(renderer),
        ]


def make_services(core: Core, pbx: PbxState, pops: Pops) -> Services:
    """What the panel works with."""
    return Services(
        config=core.config,
        bus=core.bus,
        store=core.store,
        hub=core.hub,
        numbers=core.numbers,
        users=core.users,
        extensions=core.extensions,
        people=core.people,
        presences=core.presences,
        sessions=Sessions(core.store),
        customers=core.customers,
        categories=core.categories,
        lines=core.lines,
        layouts=core.layouts,
        cards=core.cards,
        pops=pops,
        calls=core.calls,
        missed=core.missed,
        finder=core.finder,
        filters=core.filters,
        recordings=core.recordings,
        recording_settings=core.recording_settings,
        expiry=core.expiry,
        listens=core.listens,
        shares=core.shares,
        analyses=core.analyses,
        comments=core.comments,
        work=core.work,
        trackers=core.trackers,
        quality=core.quality,
        board=core.board,
        board_settings=core.board_settings,
        listeners=core.listeners,
        reports=core.reports,
        schedules=core.schedules,
        deliveries=_deliveries(core),
        pbx=pbx,
        check=Check(core.config),
        demo=DemoCalls(Path(core.config.demo.folder)) if core.config.demo.enabled else None,
    )


def _deliveries(core: Core) -> Deliveries:
    post = Post(
        store=core.store,
        users=core.users,
        schedules=core.schedules,
        mailer=Mailer(core.config.mail),
        documents=MailedReports(core),
    )
    return Deliveries(post)


def _control(core: Core, attachment: Attachment) -> AmiControl:
    channels_of, context = attachment.tracker.channel_names, core.config.site.dial_context
    return AmiControl(attachment.link, core.extensions.directory, channels_of, context)


@asynccontextmanager
async def _panel(services: Services) -> AsyncIterator[None]:
    server = services.config.server
    app = await asyncio.to_thread(build_app, services)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, server.host, server.port).start()
        log.info("the panel listens", url=server.public_url or f"http://{server.host}:{server.port}")
        yield
    except OSError as error:
        raise BadConfiguration(_cannot_listen(server.host, server.port, error), "server.port") from error
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _agi(core: Core, desk: RecordingDesk) -> AsyncIterator[None]:
    async def customer(customer_id: str) -> Any:
        return (await core.customers.snapshot(customer_id)).customer

    callers = Callers(core.numbers, core.index.find, customer, core.people.extension_of)
    server = AgiServer(core.config.agi, handlers(callers, desk))
    await server.start()
    try:
        yield
    finally:
        await server.close()


async def _warm_up(renderer: CardRenderer) -> None:
    """Load what the first call would else wait for; then let the collector leave alone all that stays for ever.

    A full collection looks at everything that was imported: 90 ms when measured, in which no card could be shown.
    """
    await _aside(warm_up)
    await asyncio.to_thread(renderer.warm_up)
    gc.collect()
    await asyncio.to_thread(give_back_memory)
    gc.freeze()


async def _aside(work: Callable[[], None]) -> None:
    """Do it in a thread that the end of the service does not wait for: on a busy machine that would take seconds."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            work()
        finally:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="aside", daemon=True).start()
    await done.wait()


async def _close_vanished(core: Core, attachment: Attachment) -> None:
    """Once in step with the PBX: calls of an earlier run that are not up any more are over. A failing disk is tried
    again."""
    in_step = asyncio.Event()
    unsubscribe = core.bus.subscribe(PbxLinkChanged, lambda fact: in_step.set() if fact.up else None)
    await in_step.wait()
    unsubscribe()
    ended: list[str] = []
    while True:
        try:
            ended += await core.calls.close_vanished(attachment.tracker.calls())
            return await core.board.count_ended(ended)
        except SQLAlchemyError:
            log.exception("calls of an earlier run could not be ended, it is tried again")
            await asyncio.sleep(RETRY_SECONDS)


async def _run_until(stop: asyncio.Event, loops: list[Coroutine[Any, Any, None]]) -> None:
    """Run all loops; one that fails ends the service, for the supervisor to start it afresh."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        await stop.wait()
        log.info("stopping")
        for task in tasks:
            task.cancel()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: stop what listens there, or set another server.port"
    return f"the panel cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"
