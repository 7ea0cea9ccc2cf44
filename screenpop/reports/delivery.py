"""Sends the scheduled reports: each due one exactly once, whatever happens between.

A due report is made, the mail server is asked, and right before the mail itself goes that is written down
(`handing_at`); once the server has taken it, this too. So, whenever Ringdesk is stopped or killed:

- before it was written down, the report is sent after the next start;
- after the server's answer was written down, it is not sent again;
- between the two nobody can know: it is not sent again, and the page says so ("Send now" does it by hand).

What came due while Ringdesk was away is sent at its start, up to CATCH_UP back, each about the day it was due on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.errors import N_, RingdeskError
from screenpop.mail import Letter, Mailer, MailFailed, message_of
from screenpop.reports.schedules import Format, Schedule, Schedules, read
from screenpop.store.engine import Store
from screenpop.store.tables import report_schedule as table

LOOK_SECONDS = 20.0
CATCH_UP = timedelta(days=7)
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
MAYBE_SENT = N_(
    "Ringdesk was stopped while the mail was being handed over: it may have been sent, and was not sent again."
)
NO_RIGHT = N_("Its owner may not see reports any more.")
OUR_FAULT = N_("Something went wrong on our side. It was noted.")
NO_LONGER = N_("It came due while Ringdesk was away, too long ago to be sent.")

log = structlog.get_logger(__name__)


class Documents(Protocol):
    """Makes the file of a report: what `web` knows how to do."""

    async def make(self, owner: User, view: str, query: str, form: Format, now: datetime) -> Letter:
        """The report as it is at the moment `now`, of the calls that `owner` may see. Raises RingdeskError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What deliveries work with."""

    store: Store
    users: Users
    schedules: Schedules
    mailer: Mailer
    documents: Documents
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class Deliveries:
    """`run` sends what is due; `send_now` sends one at once."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._turn = asyncio.Lock()

    @property
    def can_mail(self) -> bool:
        """Is a mail server set up?"""
        return self._post.mailer.is_set_up

    async def run(self) -> None:
        """Look again and again; for ever. What goes wrong with one report stands in its row."""
        while True:
            try:
                await self.send_due()
            except sa.exc.SQLAlchemyError:
                log.exception("scheduled reports could not be read")
            await asyncio.sleep(LOOK_SECONDS)

    async def send_due(self) -> int:
        """Send all that are due; how many were?"""
        async with self._turn:
            await self._give_up_handed()
            due = await self._due()
            for schedule in due:
                await self._deliver(schedule)
        return len(due)

    async def send_now(self, me: User, schedule_id: str) -> str:
        """Send one now, besides its times; which recipients were refused, in words. Raises MailFailed and the like."""
        schedule = await self._post.schedules.get(me, schedule_id)
        try:
            refused = await self._send(schedule, self._post.clock(), "")
        except RingdeskError as error:
            await self._write(schedule, problem=str(error))
            raise
        await self._write(schedule, sent_at=self._post.clock(), problem=_refused(refused))
        return refused

    # ------------------------------------------------------------ one report

    async def _deliver(self, schedule: Schedule) -> None:
        due, now = schedule.next_at, self._post.clock()
        assert due is not None
        if due < now - CATCH_UP:
            await self._done(schedule, due, problem=NO_LONGER)
            return
        try:
            refused = await self._send(schedule, due, f"{schedule.id}.{int(due.timestamp())}")
        except RingdeskError as error:
            await self._failed(schedule, due, error)
        except Exception:
            log.exception("a scheduled report could not be made", schedule=schedule.id)
            await self._done(schedule, due, problem=OUR_FAULT)
        else:
            await self._done(schedule, due, sent_at=self._post.clock(), problem=_refused(refused))

    async def _send(self, schedule: Schedule, at: datetime, mark: str) -> str:
        """`mark`: it is a due one, and is written down before it goes."""
        post, owner = self._post, self._post.users.get(schedule.owner)
        if owner is None or not owner.may(Permission.SEE_REPORTS):
            raise RingdeskError(NO_RIGHT)
        if not post.mailer.is_set_up:
            raise MailFailed(N_("No mail server is set up: see [mail] in the configuration."))
        letter = await post.documents.make(owner, schedule.view, schedule.query, schedule.format, at)
        message = message_of(letter, post.mailer.sender, schedule.recipients, post.clock(), mark)

        async def handing() -> None:
            if not await self._write(schedule, handing_at=post.clock()):
                raise RingdeskError("It was changed while it was being sent.")

        return await post.mailer.send(message, schedule.recipients, handing if mark else None)

    async def _failed(self, schedule: Schedule, due: datetime, error: RingdeskError) -> None:
        log.warning("a scheduled report was not sent", schedule=schedule.id, error=str(error), tries=schedule.tries + 1)
        unsure = isinstance(error, MailFailed) and error.unsure
        if unsure or not isinstance(error, MailFailed) or schedule.tries >= len(RETRIES):
            await self._done(schedule, due, problem=MAYBE_SENT if unsure else str(error))
            return
        retry = self._post.clock() + RETRIES[schedule.tries]
        await self._write(schedule, problem=str(error), tries=schedule.tries + 1, retry_at=retry, handing_at=None)

    async def _done(self, schedule: Schedule, due: datetime, **values: object) -> None:
        """The one for this moment is settled: the next is the one after it."""
        following = self._post.schedules.due_after(schedule, due)
        await self._write(schedule, next_at=following, tries=0, retry_at=None, handing_at=None, **values)

    # ------------------------------------------------------------ rows

    async def _due(self) -> list[Schedule]:
        now, c = self._post.clock(), table.c
        waiting = sa.or_(c.retry_at.is_(None), c.retry_at <= now)
        query = sa.select(table).where(c.active, c.next_at <= now, waiting, c.handing_at.is_(None)).order_by(c.next_at)
        async with self._post.store.read() as tx:
            return [read(row) for row in await tx.execute(query)]

    async def _give_up_handed(self) -> None:
        """Those that were being handed over when the service ended: nobody is at it now, we hold the turn."""
        async with self._post.store.read() as tx:
            query = sa.select(table).where(table.c.handing_at.is_not(None))
            lost = [read(row) for row in await tx.execute(query)]
        for schedule in lost:
            await self._done(schedule, schedule.next_at or self._post.clock(), problem=MAYBE_SENT)

    async def _write(self, schedule: Schedule, **values: object) -> bool:
        """Write into its row, unless somebody has changed meanwhile when it is due; was it written?"""
        same = sa.and_(table.c.id == schedule.id, table.c.next_at.is_not_distinct_from(schedule.next_at))
        async with self._post.store.begin() as tx:
            return (await tx.execute(sa.update(table).where(same).values(values))).rowcount > 0


def _refused(recipients: str) -> str:
    return f"Not taken by the mail server: {recipients}" if recipients else ""
