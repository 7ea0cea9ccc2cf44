"""Puts the sample calls of the past into the call log, the way by which every call gets there."""

import asyncio
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ari_app.demo.asterisk import Say
from ari_app.demo.conversations import Said, conversations, length, write
from ari_app.demo.history import Planned, past_calls
from ari_app.demo.reviewing import review
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.calls.log import CallLog
from screenpop.calls.missed import Missed
from screenpop.calls.queue_members import QueueMembers
from screenpop.numbers import Numbers
from screenpop.recordings.names import make_name, parse_name
from screenpop.store.engine import Store
from screenpop.store.tables import customer_number

TIMEZONE = ZoneInfo("Europe/London")
RECENT = timedelta(days=2)
"""Calls that were missed before stand on the list as seen."""
RESULTS = ("done", "done", "done", "call_back", "passed_on")
NOTES = (
    "Wants the touring bike in green; asked for a photo.",
    "Delivery moved to next Thursday, before noon.",
    "The invoice went to the old address. Corrected, and sent again.",
    "Asks for an offer for twelve rental bikes from May to September.",
    "Brake squeaks since the last service; comes by on Saturday.",
    "Will pay by bank transfer this week.",
    "Prefers to be called after five.",
    "Compared us with another shop; decides by Friday.",
)


@dataclass(frozen=True, slots=True)
class Studio:
    """Where the prompts of Asterisk are, and where it leaves its recordings."""

    sounds: Path
    recordings: Path


async def load_past(store: Store, numbers: Numbers, users: Users, data: Path, studio: Studio | None, say: Say) -> None:
    """Write the calls of the past, once; with a studio some of them are recorded."""
    done = data / "past.loaded"
    if done.exists():
        return
    talks = await asyncio.to_thread(conversations, studio.sounds) if studio else []
    lengths = [await asyncio.to_thread(length, talk, studio.sounds) for talk in talks] if studio else []
    calls = past_calls(datetime.now(TIMEZONE), await _customers_numbers(store), lengths)
    say(f"Loading two months of sample calls, {len(calls)} of them …")
    bus = Bus()
    log = CallLog(store, numbers, bus)
    for _, day in groupby(calls, key=lambda call: call.started_at // 86400):
        for fact in sorted((fact for call in day for fact in call.facts), key=lambda fact: fact.at):
            log.apply(fact)
        await log.flush()
    await _write_about(log, users, calls)
    await review(store, bus, log, users, calls)
    await _see_old_ones(Missed(store, bus, users, QueueMembers(store, bus)), users)
    if studio:
        heard = [call for call in calls if call.recorded]
        await asyncio.to_thread(_leave_recordings, studio, dict(zip(lengths, talks, strict=True)), heard)
    await asyncio.to_thread(done.touch)


def _leave_recordings(studio: Studio, talks: Mapping[float, Sequence[Said]], calls: Sequence[Planned]) -> None:
    """Put the files there as the PBX would have: Ringdesk finds them, as after a time in which it was away."""
    studio.recordings.mkdir(parents=True, exist_ok=True)
    for call in calls:
        assert call.answered_at is not None
        talk = min(talks, key=lambda seconds: abs(seconds - call.talk_seconds))
        name = parse_name(make_name(call.id, int(call.answered_at), "c"))
        assert name is not None
        agent, customer = (studio.recordings / file for file in name.files(1))
        write(talks[talk], studio.sounds, agent, customer)
        for file in (agent, customer):
            os.utime(file, times=(call.answered_at + talk, call.answered_at + talk))


async def _customers_numbers(store: Store) -> list[str]:
    """One number of each customer, the same order each time."""
    query = sa.select(sa.func.min(customer_number.c.e164)).group_by(customer_number.c.customer_id)
    async with store.read() as tx:
        return sorted(number for number in (await tx.execute(query)).scalars() if number)


async def _write_about(log: CallLog, users: Users, calls: Sequence[Planned]) -> None:
    """What agents wrote on their calls."""
    dice = random.Random(21)  # noqa: S311 (nothing is kept secret by it)
    sits = {extension: user for user in users.all() for extension in user.extensions}
    for call in calls:
        if call.result != "answered" or call.agent not in sits or dice.random() > 0.4:
            continue
        author = sits[call.agent]
        await log.set_result(call.id, dice.choice(RESULTS), author.id)
        if dice.random() < 0.4:
            await log.set_note(call.id, dice.choice(NOTES), author.id)


async def _see_old_ones(missed: Missed, users: Users) -> None:
    """Somebody saw to the calls that were missed long ago."""
    supervisor = next((user for user in users.all() if user.role == "supervisor"), None)
    if supervisor is None:
        return
    recent = datetime.now(UTC) - RECENT
    for each in (await missed.page(supervisor, limit=500)).calls:
        if each.call.started_at < recent:
            await missed.see(supervisor, each.call.id)
