"""Scheduled reports reach a real mail server exactly once, whatever happens between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from screenpop.agents.model import User
from screenpop.agents.passwords import Passwords
from screenpop.agents.users import Users
from screenpop.bus import Bus
from screenpop.errors import NotFound, RingdeskError
from screenpop.mail import Letter, Mailer, MailFailed
from screenpop.reports import delivery
from screenpop.reports.delivery import Deliveries, Post
from screenpop.reports.schedules import Format, Schedule, Schedules
from screenpop.store.engine import Store
from screenpop.store.tables import report_schedule
from tests.fakes.smtp import Sink, smtp_sink

START = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # a Friday; 6:00 in Berlin
FORM = {
    "name": "Week",
    "view": "overview",
    "query": "period=last_week",
    "format": "pdf",
    "recipients": "boss@example.com",
    "every": "day",
    "at": "07:00",
    "active": "1",
}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Papers:
    """Makes a letter that says for whom and for when it was asked; `error` is raised instead."""

    made: list[tuple[str, datetime]] = field(default_factory=list)
    error: Exception | None = None

    async def make(self, owner: User, view: str, query: str, form: Format, now: datetime) -> Letter:
        if self.error:
            raise self.error
        self.made.append((owner.login, now))
        return Letter(subject=f"{view} {now:%d %b}", text="", file_name="a.pdf", kind="application/pdf", body=b"%PDF")


@dataclass
class Room:
    """Schedules of one supervisor, a clock to turn, and the server that takes the mails."""

    store: Store
    users: Users
    me: User
    sink: Sink
    papers: Papers
    now: datetime = START

    def schedules(self) -> Schedules:
        return Schedules(self.store, self.users, "Europe/Berlin", lambda: self.now)

    def deliveries(self) -> Deliveries:
        """As after a start of the service."""
        mailer = Mailer(self.sink.config)
        return Deliveries(
            Post(
                store=self.store, users=self.users, schedules=self.schedules(), mailer=mailer, documents=self.papers,
                clock=lambda: self.now,
            )
        )  # fmt: skip

    async def one(self) -> Schedule:
        (schedule,) = await self.schedules().all(self.me)
        return schedule

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.sink.mails]


@pytest.fixture
async def room(store: Store) -> AsyncIterator[Room]:
    users = Users(store, Bus(), Passwords(cost=1, memory_kib=64))
    me = await users.add("sue", "Sue", "supervisor", "correct horse")
    async with smtp_sink() as sink:
        yield Room(store, users, me, sink, Papers())


async def test_due_report_is_sent_once_and_the_next_is_due_the_next_day(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    deliveries = room.deliveries()
    assert await deliveries.send_due() == 0
    room.now = START + timedelta(hours=1)
    assert [await deliveries.send_due() for _ in range(3)] == [1, 0, 0]
    found = await room.one()
    assert (room.subjects, found.sent_at, found.problem) == (["overview 20 Nov"], room.now, "")
    assert found.next_at == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


async def test_what_came_due_while_the_service_was_away_is_sent_each_once(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(days=2, hours=3)
    deliveries = room.deliveries()
    while await deliveries.send_due():
        pass
    assert room.subjects == ["overview 20 Nov", "overview 21 Nov", "overview 22 Nov"]
    assert len({mail["Message-ID"] for mail in room.sink.mails}) == 3


async def test_what_is_older_than_a_week_is_not_sent_any_more(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(days=8, hours=3)
    deliveries = room.deliveries()
    while await deliveries.send_due():
        pass
    assert (room.subjects[0], len(room.subjects)) == ("overview 22 Nov", 7)


async def test_killed_before_the_mail_goes_it_is_sent_after_the_start(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    room.papers.error = Killed()  # type: ignore[assignment]
    with pytest.raises(Killed):
        await room.deliveries().send_due()
    room.papers.error = None
    await room.deliveries().send_due()
    await room.deliveries().send_due()
    assert room.subjects == ["overview 20 Nov"]


@pytest.mark.parametrize("moment", ["before the server has it", "after the server has it"])
async def test_killed_while_the_mail_goes_it_is_never_sent_twice_and_that_is_said(room: Room, moment: str) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    dying = room.deliveries()
    written = dying._write

    async def write(schedule: Schedule, **values: object) -> bool:
        if moment.startswith("after") and "sent_at" in values:
            raise Killed
        done = await written(schedule, **values)
        if moment.startswith("before") and "handing_at" in values:
            raise Killed
        return done

    dying._write = write  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await dying.send_due()
    await room.deliveries().send_due()
    found = await room.one()
    assert len(room.subjects) == moment.startswith("after")
    assert (found.problem, found.handing_at) == (delivery.MAYBE_SENT, None)
    assert found.next_at == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


async def test_server_that_is_away_is_tried_again_later_and_then_given_up(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    room.sink.answer = "451 Try later"
    deliveries = room.deliveries()
    tries = 0
    while (await room.one()).next_at == START + timedelta(hours=1):
        tries += await deliveries.send_due()
        room.now += timedelta(minutes=1)
    assert (tries, room.subjects) == (6, [])
    assert (await room.one()).problem == "The mail server refused: 451 Try later"
    room.sink.answer = "250 Taken"
    room.now = START + timedelta(days=1, hours=1)
    await deliveries.send_due()
    assert (room.subjects, (await room.one()).problem) == (["overview 21 Nov"], "")


async def test_rights_are_those_of_the_owner_when_it_is_sent(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    await room.users.change(room.me.id, actor="system", role="agent")
    room.now = START + timedelta(hours=1)
    await room.deliveries().send_due()
    found = await room.schedules().all(replace(room.me, role=room.me.role))
    assert (room.subjects, found[0].problem, found[0].tries) == ([], delivery.NO_RIGHT, 0)


async def test_refused_recipient_is_named_and_the_report_counts_as_sent(room: Room) -> None:
    room.sink.refuses = {"gone@example.com"}
    await room.schedules().put(room.me, FORM | {"recipients": "boss@example.com gone@example.com"})
    room.now = START + timedelta(hours=1)
    await room.deliveries().send_due()
    found = await room.one()
    assert (len(room.subjects), found.sent_at) == (1, room.now)
    assert found.problem == "Not taken by the mail server: gone@example.com: 550 No such person"


async def test_report_that_cannot_be_made_is_said_and_not_tried_again(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    room.papers.error = RingdeskError("There is no such report.")
    await room.deliveries().send_due()
    found = await room.one()
    assert (found.problem, found.next_at) == ("There is no such report.", datetime(2026, 11, 21, 6, 0, tzinfo=UTC))


async def test_fault_of_ours_is_noted_and_the_loop_goes_on(room: Room) -> None:
    await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    room.papers.error = KeyError("a fault")
    assert await room.deliveries().send_due() == 1
    assert (await room.one()).problem == delivery.OUR_FAULT


async def test_sent_by_hand_it_is_due_as_before(room: Room) -> None:
    made = await room.schedules().put(room.me, FORM)
    await room.deliveries().send_now(room.me, made.id)
    assert (room.subjects, (await room.one()).next_at) == (["overview 20 Nov"], made.next_at)
    room.sink.answer = "554 No"
    with pytest.raises(MailFailed):
        await room.deliveries().send_now(room.me, made.id)
    assert (await room.one()).problem == "The mail server refused: 554 No"


async def test_schedule_that_is_changed_while_it_is_sent_keeps_what_was_set(room: Room) -> None:
    made = await room.schedules().put(room.me, FORM)
    room.now = START + timedelta(hours=1)
    changed = FORM | {"at": "09:00"}
    original = room.papers.make

    async def make(owner: User, view: str, query: str, form: Format, now: datetime) -> Letter:
        await room.schedules().put(room.me, changed, made.id)
        return await original(owner, view, query, form, now)

    room.papers.make = make  # type: ignore[method-assign]
    await room.deliveries().send_due()
    assert (room.subjects, (await room.one()).next_at) == ([], datetime(2026, 11, 20, 8, 0, tzinfo=UTC))


async def test_loop_goes_on_after_a_failure_and_stops_when_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 0.01)
    deliveries, looks = room.deliveries(), 0
    second = asyncio.Event()

    async def fail() -> int:
        nonlocal looks
        looks += 1
        if looks > 1:
            second.set()
        raise sa.exc.OperationalError("", {}, Exception("disk"))

    monkeypatch.setattr(deliveries, "send_due", fail)
    running = asyncio.create_task(deliveries.run())
    await asyncio.wait_for(second.wait(), 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_another_person_has_no_schedule_of_mine_but_who_manages_users_has(room: Room) -> None:
    made = await room.schedules().put(room.me, FORM)
    other = await room.users.add("bob", "Bob", "supervisor", "correct horse")
    admin = await room.users.add("root", "Root", "admin", "correct horse")
    assert (await room.schedules().all(other), [each.id for each in await room.schedules().all(admin)]) == (
        [],
        [made.id],
    )
    for act in (room.schedules().get, room.schedules().remove, room.deliveries().send_now):
        with pytest.raises(NotFound):
            await act(other, made.id)
    await room.schedules().put(admin, FORM | {"name": "Month"}, made.id)
    changed = await room.one()
    assert (changed.name, changed.owner) == ("Month", room.me.id)
    async with room.store.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(report_schedule)) == 1
