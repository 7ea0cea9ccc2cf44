"""The job that analyses a recording of the archive. Killed at any point it is done again; finished it is never written
twice, because only the worker that holds the row can finish it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
import structlog

from ari_app.analysis.openai import summary_of
from ari_app.analysis.report import Context, analyse
from ari_app.analysis.sound import read_sound
from ari_app.workshop import Workshop
from screenpop.analysis import store as rows
from screenpop.analysis import words
from screenpop.analysis.events import holds_of
from screenpop.analysis.model import Report
from screenpop.analysis.store import Order
from screenpop.calls import history_store
from screenpop.errors import N_, RingdeskError
from screenpop.facts import AnalysisChanged, TrackerHeard
from screenpop.problems import in_words, kept
from screenpop.recordings import store as recordings
from screenpop.recordings.model import Recording, closed
from screenpop.store.tables import call, user

BEAT_SECONDS = 2.0
OUR_FAULT = N_("Ringdesk failed: %(why)s")
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far the work is (0 to 1): written by the thread that does it, read by the one that tells."""

    share: float = 0.0
    problem: str = ""

    def __call__(self, share: float) -> None:
        self.share = share


async def analyse_recording(shop: Workshop, recording_id: str) -> None:
    """Do the order of this recording, where there is one that nobody else does."""
    async with shop.store.begin() as tx:
        order = await rows.claim(tx, recording_id, shop.name, datetime.now(UTC))
        recording = await recordings.one(tx, recording_id) if order else None
    if order is None or recording is None:
        return
    _tell(shop, order, "running", 0.0)
    progress = Progress()
    try:
        async with _beating(shop, order, progress):
            report = await _made(shop, order, recording, progress)
    except RingdeskError as error:
        await _failed(shop, order, kept(error))
    except OSError as error:
        await _failed(shop, order, str(error))
    except Exception as error:  # one call's sound must not keep the others from being analysed
        log.exception("an analysis failed", recording=recording_id)
        await _failed(shop, order, kept(RingdeskError(OUR_FAULT, why=f"{type(error).__name__}: {error}")))
    else:
        await _done(shop, order, report, progress.problem)


# ---------------------------------------------------------------- the work


async def _made(shop: Workshop, order: Order, recording: Recording, progress: Progress) -> Report:
    earlier = await _earlier(shop, order) if order.part == "words" else None
    if earlier is not None:
        return await _with_words(shop, recording, earlier, progress)
    context = await _context(shop, recording)
    report, progress.problem = await asyncio.to_thread(_from_sound, shop, recording, context, progress)
    return await _with_words(shop, recording, report, progress)


async def _earlier(shop: Workshop, order: Order) -> Report | None:
    """The report that there is, if its words are there."""
    async with shop.store.read() as tx:
        report = await rows.load(tx, order.recording_id)
    return report if report is not None and report.transcript else None


def _from_sound(shop: Workshop, recording: Recording, context: Context, progress: Progress) -> tuple[Report, str]:
    """The report, and why it has no transcript where one was wanted."""
    sound = read_sound(shop.tools.archive.fetch(recording.key))
    engine, problem = shop.engine
    language = shop.config.analysis.language
    try:
        return analyse(sound, engine, language, context, progress), problem
    except RingdeskError as error:
        if engine is None:
            raise
        log.warning("a transcript could not be written", recording=recording.id, reason=str(error))
        return analyse(sound, None, language, context), kept(error)


async def _with_words(shop: Workshop, recording: Recording, report: Report, progress: Progress) -> Report:
    ears, own = await shop.ears(), await _own_words(shop, recording)
    report = await asyncio.to_thread(words.enrich, report, ears, words.Context(own_words=own))
    settings = shop.config.analysis
    if not settings.summary_model or report.summary is None:
        return report
    try:
        text = await asyncio.to_thread(summary_of, settings, report)
    except RingdeskError as error:
        progress.problem = kept(error)
        return report
    return msgspec.structs.replace(report, summary=msgspec.structs.replace(report.summary, text=text))


async def _context(shop: Workshop, recording: Recording) -> Context:
    """What the call's events say."""
    async with shop.store.read() as tx:
        stories = await history_store.entries(tx, [recording.call_id])
        columns = (call.c.wait_seconds, call.c.answered_at, call.c.identified_at)
        known = (await tx.execute(sa.select(*columns).where(call.c.id == recording.call_id))).one_or_none()
    identified = None
    if known is not None and known.answered_at and known.identified_at:
        identified = round(max((known.identified_at - known.answered_at).total_seconds(), 0.0), 1)
    holds = holds_of(stories.get(recording.call_id, []), recording.started_at.timestamp(), recording.seconds)
    return Context(
        gaps=closed(recording.gaps, recording.seconds),
        holds=tuple(holds),
        wait_s=known.wait_seconds if known else 0.0,
        identified_s=identified,
    )


async def _own_words(shop: Workshop, recording: Recording) -> tuple[str, ...]:
    """The company's and the agent's name: said in every call, they say nothing of it."""
    query = sa.select(user.c.name).join(call, call.c.user_id == user.c.id).where(call.c.id == recording.call_id)
    async with shop.store.read() as tx:
        agent = await tx.scalar(query)
    return tuple(name for name in (shop.config.site.company, agent) if name)


# ---------------------------------------------------------------- the row


async def _done(shop: Workshop, order: Order, report: Report, problem: str) -> None:
    async with shop.store.begin() as tx:
        again = await rows.is_reported(tx, order.recording_id)
        written = await rows.finish(tx, order, shop.name, report, datetime.now(UTC), problem)
    if not written:
        log.warning("an analysis was taken away from this worker", recording=order.recording_id)
        return
    _tell(shop, order, "failed" if problem else "done", 1.0)
    for hit in report.trackers:
        if hit.alert and not again:  # what is heard once more is no news
            shop.bus.publish(TrackerHeard(call_id=order.call_id, tracker=hit.name, at_second=hit.start, text=hit.text))


async def _failed(shop: Workshop, order: Order, problem: str) -> None:
    async with shop.store.begin() as tx:
        written = await rows.fail(tx, order.recording_id, shop.name, problem, datetime.now(UTC))
    if written:
        log.warning("a recording could not be analysed", recording=order.recording_id, reason=in_words(problem))
        _tell(shop, order, "failed", 0.0)


@asynccontextmanager
async def _beating(shop: Workshop, order: Order, progress: Progress) -> AsyncIterator[None]:
    """Say that this worker lives, for as long as the block takes."""
    task = asyncio.get_running_loop().create_task(_beat(shop, order, progress))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _beat(shop: Workshop, order: Order, progress: Progress) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        share = round(progress.share, 2)
        try:
            async with shop.store.begin() as tx:
                await rows.beat(tx, order.recording_id, shop.name, share, datetime.now(UTC))
        except sa.exc.SQLAlchemyError:
            log.exception("a worker could not say that it lives")
        else:
            _tell(shop, order, "running", share)


def _tell(shop: Workshop, order: Order, state: str, progress: float) -> None:
    shop.bus.publish(
        AnalysisChanged(
            call_id=order.call_id,
            recording_id=order.recording_id,
            state=state,  # type: ignore[arg-type]
            progress=progress,
        )
    )
