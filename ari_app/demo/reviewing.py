"""What people made of the sample calls: a score card, reviews by two people, tags and what is to be followed up."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ari_app.demo.history import Planned
from screenpop.agents.model import User
from screenpop.agents.users import Users
from screenpop.analysis.languages.table import phrases
from screenpop.analysis.trackers import Trackers
from screenpop.analysis.tracking import Tracker
from screenpop.bus import Bus
from screenpop.calls.log import CallLog
from screenpop.calls.work import CallWork
from screenpop.quality.model import Card, Kind, Question, Rule
from screenpop.quality.service import Quality, make_quality
from screenpop.store.engine import Store

TAGS = ("delivery", "invoice", "rental", "repair")
SHARED_REVIEWS = 5
"""So many of the reviewed calls were reviewed by two people."""

TRACKERS = (
    Tracker(id="", name="Apology", kind="topic", side="agent", phrases=phrases("sorry, apolog*")),
    Tracker(
        id="",
        name="Asked to hold",
        kind="topic",
        side="agent",
        phrases=phrases("please hold, hold while|on, transfer*"),
    ),
    Tracker(id="", name="Voicemail", kind="topic", phrases=phrases("voicemail, voice mail, mailbox")),
)
"""Of what Asterisk's prompts speak: those that every house begins with hear little in them."""


async def review(store: Store, bus: Bus, log: CallLog, users: Users, calls: Sequence[Planned]) -> None:
    """Write it all."""
    people = {user.login: user for user in users.all()}
    trackers = Trackers(store, bus)
    await trackers.load()
    for tracker in TRACKERS:
        await trackers.put(tracker, "system")
    quality = make_quality(store, bus, trackers)
    await quality.cards.load()
    card = await quality.put_card(_card(trackers), "system")
    heard = [call for call in calls if call.recorded]
    await _reviewed(quality, card, people["supervisor"], heard[::2], seed=1)
    await _reviewed(quality, card, people["admin"], heard[::2][:SHARED_REVIEWS], seed=2)
    talked = [call for call in calls if call.result == "answered"]
    await _tagged(CallWork(store, bus, log), people["supervisor"], talked)


def _card(trackers: Trackers) -> Card:
    greeting = next(each.id for each in trackers.all() if each.name == "Greeting")
    auto = (
        ("Greets the caller", 2, Rule(measure="tracker", tracker_id=greeting, least=1)),
        ("Lets the customer speak", 2, Rule(measure="talk_share", least=30, most=65)),
        ("Does not interrupt", 1, Rule(measure="interruptions", most=1)),
    )
    asked: tuple[tuple[str, Kind, int], ...] = (
        ("Understood what the customer wants", "yes_no", 3),
        ("Friendly and clear", "scale", 2),
    )
    questions = [Question(id="", text=text, kind="auto", weight=weight, rule=rule) for text, weight, rule in auto]
    questions += [Question(id="", text=text, kind=kind, weight=weight) for text, kind, weight in asked]
    return Card(id="", name="Every conversation", questions=tuple(questions))


async def _reviewed(quality: Quality, card: Card, by: User, calls: Sequence[Planned], seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 (nothing is kept secret by it)
    yes_no, scale = (question.id for question in card.asked if question.kind != "auto")
    for call in calls:
        choices = {yes_no: dice.choice(("1", "1", "1", "0")), scale: str(dice.randint(2, 5))}
        await quality.reviews.write(by, call.id, choices, "", done=True)


async def _tagged(work: CallWork, by: User, calls: Sequence[Planned]) -> None:
    dice = random.Random(22)  # noqa: S311 (nothing is kept secret by it)
    await work.load()
    for call in dice.sample(calls, len(calls) // 6):
        await work.add_tag(call.id, dice.choice(TAGS), by.id)
    for days, call in enumerate(calls[-3:], start=1):
        await work.follow_up(call.id, datetime.now(UTC) + timedelta(days=days), "", by.id)
