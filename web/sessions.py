"""Who is signed in: opaque tokens, of which the store knows only the hash.

A session ends after `IDLE` without a request, after `LONGEST` in any case, at sign-out, and when the user's
password changes or an admin ends it.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update

from screenpop.store.engine import Store
from screenpop.store.tables import session as table

IDLE = 12 * 3600.0
LONGEST = 7 * 24 * 3600.0
TOUCH_EVERY = 60.0
COOKIE = "ringdesk"
HOST_COOKIE = "__Host-ringdesk"
"""The name where browsers come by https: such a cookie cannot be set by another host or over plain http."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `key` is the token's hash; times are Unix seconds."""

    key: str
    user_id: str
    started_at: float
    seen_at: float

    def is_live(self, now: float) -> bool:
        """Has it not run out?"""
        return now - self.seen_at < IDLE and now - self.started_at < LONGEST


class Sessions:
    """Starts, finds and ends sessions. What was found once is remembered, so a request needs no SQL."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        self._known: dict[str, Session] = {}
        self._endings = 0
        """How often sessions were ended: what was read before that may not be remembered."""
        self._touched: set[str] = set()

    async def start(self, user_id: str, user_agent: str = "", ip: str = "") -> str:
        """A new session; returns the token for the cookie. Sessions that ran out are swept on the way."""
        token, now = secrets.token_urlsafe(32), self._clock()
        session = Session(_key(token), user_id, now, now)
        async with self._store.begin() as tx:
            await tx.execute(delete(table).where(table.c.expires_at < _moment(now)))
            await tx.execute(insert(table).values(_row(session) | {"user_agent": user_agent[:300], "ip": ip[:64]}))
        self._known = {key: known for key, known in self._known.items() if known.is_live(now)}
        self._known[session.key] = session
        return token

    async def find(self, token: str) -> Session | None:
        """The live session of `token`, or None."""
        key, now, endings = _key(token), self._clock(), self._endings
        session = self._known.get(key) or await self._load(key)
        if session is None or not session.is_live(now):
            self._known.pop(key, None)
            return None
        if now - session.seen_at > TOUCH_EVERY:
            session = replace(session, seen_at=now)
            self._touched.add(key)
        if endings == self._endings:
            self._known[key] = session
        return session

    async def sweep(self) -> list[str]:
        """Write down which sessions were in use; returns the keys of those that ran out. Call it every so often.

        No request waits for this: the store may be busy, and a page can be shown all the same.
        """
        now, touched = self._clock(), [self._known[key] for key in self._touched if key in self._known]
        if touched:
            async with self._store.begin() as tx:
                await tx.execute(_TOUCH, [{"this": each.key} | _times(each) for each in touched])
        self._touched -= {each.key for each in touched}
        over = [key for key, session in self._known.items() if not session.is_live(now)]
        for key in over:
            del self._known[key]
        return over

    async def end(self, key: str) -> None:
        """End the session of this key."""
        async with self._store.begin() as tx:
            await tx.execute(delete(table).where(table.c.id == key))
        self._known.pop(key, None)
        self._endings += 1

    def forget(self, user_id: str) -> None:
        """The user's sessions were ended in the store: remember none of them."""
        self._known = {key: session for key, session in self._known.items() if session.user_id != user_id}
        self._endings += 1

    async def _load(self, key: str) -> Session | None:
        async with self._store.read() as tx:
            row = (await tx.execute(select(table).where(table.c.id == key))).mappings().first()
        return _session(row) if row else None


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _row(session: Session) -> dict[str, object]:
    fixed = {"id": session.key, "user_id": session.user_id, "created_at": _moment(session.started_at)}
    return fixed | _times(session)


def _times(session: Session) -> dict[str, datetime]:
    ends = min(session.seen_at + IDLE, session.started_at + LONGEST)
    return {"seen_at": _moment(session.seen_at), "expires_at": _moment(ends)}


_TOUCH = (
    update(table)
    .where(table.c.id == bindparam("this"))
    .values(seen_at=bindparam("seen_at"), expires_at=bindparam("expires_at"))
)


def _session(row: RowMapping) -> Session:
    return Session(row["id"], row["user_id"], row["created_at"].timestamp(), row["seen_at"].timestamp())
