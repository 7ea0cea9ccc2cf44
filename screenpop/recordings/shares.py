"""Links by which somebody without a sign-in hears one recording for a while. Only the hash of a token is kept."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from screenpop import audit
from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.agents.users import Users
from screenpop.errors import BadInput, NotFound
from screenpop.store.engine import Store
from screenpop.store.tables import recording, share_link

HOURS = (1, 24, 7 * 24)
"""For how long a link may last."""
_WITH_CALL = sa.select(share_link, recording.c.state, recording.c.call_id).join(
    recording, recording.c.id == share_link.c.recording_id
)
Hears = Callable[[User, str], Awaitable[bool]]
LINK = "link"
"""The actor of what is done by whoever has the link."""


class LinkEnded(NotFound):
    """The link was good once: it has expired, was revoked, or what it led to is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link. `id` is the hash of its token; `opened` counts how often its page was shown."""

    id: str
    recording_id: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    may_download: bool
    opened: int


def _now() -> datetime:
    return datetime.now(UTC)


class Shares:
    """Makes links, follows them, ends them. All of it stands in the audit of the recording. `hears`: may this user hear
    the call of this id?"""

    def __init__(self, store: Store, users: Users, hears: Hears, clock: Callable[[], datetime] = _now) -> None:
        self._store, self._users, self._hears, self._clock = store, users, hears, clock

    async def make(self, recording_id: str, by: str, hours: int, *, may_download: bool) -> str:
        """A new link; returns its token, which nobody can read again. Raises BadInput for another time than HOURS."""
        if hours not in HOURS:
            raise BadInput("Choose for how long the link lasts.", "hours")
        token, now = secrets.token_urlsafe(24), self._clock()
        row = {
            "id": _hash(token), "recording_id": recording_id, "created_by": by, "created_at": now,
            "expires_at": now + timedelta(hours=hours), "may_download": may_download,
        }  # fmt: skip
        async with self._store.begin() as tx:
            await tx.execute(sa.insert(share_link).values(row))
            await audit.record(tx, by, "share", "recording", recording_id, {"hours": (0, hours)})
        return token

    async def of(self, recording_ids: Collection[str]) -> list[Share]:
        """The links of these recordings that are good now, the latest first."""
        c = share_link.c
        good = (c.recording_id.in_(recording_ids), c.revoked_at.is_(None), c.expires_at > self._clock())
        query = _WITH_CALL.where(*good).order_by(c.created_at.desc())
        async with self._store.read() as tx:
            rows = (await tx.execute(query)).all()
        return [_share(row) for row in rows if await self._stands(row)]

    async def revoke(self, share_id: str, recording_id: str, by: str) -> None:
        """End a link now. Raises NotFound for one that is none of this recording's."""
        c = share_link.c
        this = (c.id == share_id, c.recording_id == recording_id, c.revoked_at.is_(None))
        async with self._store.begin() as tx:
            found = await tx.execute(sa.update(share_link).where(*this).values(revoked_at=self._clock()))
            if not found.rowcount:
                raise NotFound("There is no such link.")
            await audit.record(tx, by, "revoke_share", "recording", recording_id, {})

    async def follow(self, token: str) -> Share:
        """The link of this token. Raises NotFound where there never was one, LinkEnded where it is no longer good."""
        async with self._store.read() as tx:
            row = (await tx.execute(_WITH_CALL.where(share_link.c.id == _hash(token)))).first()
        if row is None:
            raise NotFound("This link leads nowhere.")
        if row.revoked_at or row.expires_at <= self._clock() or row.state != "stored" or not await self._stands(row):
            raise LinkEnded("This link is no longer good. Ask whoever sent it for a new one.")
        share = _share(row)
        return replace(share, may_download=share.may_download and self._may(row, Permission.DOWNLOAD_RECORDINGS))

    async def opened(self, share: Share, address: str) -> None:
        """Count that the link's page was shown, to somebody at this address."""
        more = sa.update(share_link).where(share_link.c.id == share.id).values(opened=share_link.c.opened + 1)
        async with self._store.begin() as tx:
            await tx.execute(more)
            await audit.record(tx, LINK, "open_share", "recording", share.recording_id, {"address": ("", address)})

    async def _stands(self, row: sa.Row[Any]) -> bool:
        """A link is good as long as whoever made it may share recordings, and hear this one."""
        maker = self._users.get(row.created_by)
        return maker is not None and maker.may(Permission.SHARE_RECORDINGS) and await self._hears(maker, row.call_id)

    def _may(self, row: sa.Row[Any], permission: Permission) -> bool:
        maker = self._users.get(row.created_by)
        return maker is not None and maker.may(permission)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _share(row: sa.Row[Any]) -> Share:
    return Share(**{name: row._mapping[name] for name in Share.__slots__})
