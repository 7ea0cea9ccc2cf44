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

from sqlalchemy import RowMapping, delete, insert, select, update

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
        key, now = _key(token), self._clock()
        session = self._known.get(key) or await self._load(key)
        if session is None or not session.is_live(now):
            self._known.pop(key, None)
            return None
        if now - session.seen_at > TOUCH_EVERY:
            session = await self._touch(session, now)
        self._known[key] = session
        return session

    async def end(self, key: str) -> None:
        """End the session of this key."""
        self._known.pop(key, None)
        async with self._store.begin() as tx:
            await tx.execute(delete(table).where(table.c.id == key))

    async def end_all(self, user_id: str, but: str = "") -> None:
        """End every session of `user_id`, but the one of key `but`."""
        self.forget(user_id, but)
        async with self._store.begin() as tx:
            await tx.execute(delete(table).where(table.c.user_id == user_id, table.c.id != but))

    def forget(self, user_id: str, but: str = "") -> None:
        """Look the user's sessions up in the store again next time."""
        self._known = {k: s for k, s in self._known.items() if s.user_id != user_id or k == but}

    async def _load(self, key: str) -> Session | None:
        async with self._store.read() as tx:
            row = (await tx.execute(select(table).where(table.c.id == key))).mappings().first()
        return _session(row) if row else None

    async def _touch(self, session: Session, now: float) -> Session:
        session = replace(session, seen_at=now)
        async with self._store.begin() as tx:
            await tx.execute(update(table).where(table.c.id == session.key).values(_row(session)))
        return session


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _row(session: Session) -> dict[str, object]:
    ends = min(session.seen_at + IDLE, session.started_at + LONGEST)
    return {
        "id": session.key,
        "user_id": session.user_id,
        "created_at": _moment(session.started_at),
        "seen_at": _moment(session.seen_at),
        "expires_at": _moment(ends),
    }


def _session(row: RowMapping) -> Session:
    return Session(row["id"], row["user_id"], row["created_at"].timestamp(), row["seen_at"].timestamp())
