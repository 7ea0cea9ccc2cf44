"""Users in the store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.agents.rights import PERSONAL, Permission, Role
from screenpop.store.tables import session, user, user_extension

_COLUMNS = [column for column in user.c if column is not user.c.password_hash]


async def load_all(tx: AsyncConnection) -> list[User]:
    """Every user with the extensions, by login."""
    seats: dict[str, list[str]] = {}
    for user_id, extension in await tx.execute(select(user_extension).order_by(user_extension.c.extension)):
        seats.setdefault(user_id, []).append(extension)
    rows = await tx.execute(select(*_COLUMNS).order_by(user.c.login))
    return [_user(row, seats.get(row["id"], ())) for row in rows.mappings()]


async def add(tx: AsyncConnection, new: User, hashed: str, at: float) -> None:
    """Add a user, who sits where he does."""
    row = {"id": new.id, "login": new.login, "password_hash": hashed, "created_at": _moment(at)}
    await tx.execute(insert(user).values(row | _columns(new)))
    await _set_extensions(tx, new)


async def put(tx: AsyncConnection, before: User, after: User) -> None:
    """Write what is another than before. Who may no longer sign in is signed out everywhere."""
    await tx.execute(update(user).where(user.c.id == after.id).values(_columns(after)))
    if after.extensions != before.extensions:
        await _set_extensions(tx, after)
    if not after.active:
        await end_sessions(tx, after.id)


async def password_hashes(tx: AsyncConnection, user_id: str = "") -> dict[str, str]:
    """The stored hash of each user's password, or of this one's, by the user's id."""
    query = select(user.c.id, user.c.password_hash)
    found = await tx.execute(query.where(user.c.id == user_id) if user_id else query)
    return {row.id: row.password_hash for row in found}


async def set_password_hash(tx: AsyncConnection, user_id: str, hashed: str) -> None:
    """Write the hash of a password."""
    await tx.execute(update(user).where(user.c.id == user_id).values(password_hash=hashed))


async def end_sessions(tx: AsyncConnection, user_id: str) -> None:
    """Sign the user out everywhere."""
    await tx.execute(delete(session).where(session.c.user_id == user_id))


async def _set_extensions(tx: AsyncConnection, who: User) -> None:
    await tx.execute(delete(user_extension).where(user_extension.c.user_id == who.id))
    rows = [{"user_id": who.id, "extension": extension} for extension in who.extensions]
    if rows:
        await tx.execute(insert(user_extension), rows)


def _columns(who: User) -> dict[str, Any]:
    """What can be changed of a user."""
    names = ("name", "active", "locale", "timezone", "presence", "team")
    rights = {str(permission): allowed for permission, allowed in who.rights.items()}
    return {name: getattr(who, name) for name in names} | {
        "role": who.role.value,
        "prefs": dict(who.prefs),
        "rights": rights,
    }


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _user(row: RowMapping, extensions: Iterable[str]) -> User:
    return User(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        active=row["active"],
        locale=row["locale"],
        timezone=row["timezone"],
        prefs=row["prefs"],
        presence=row["presence"],
        extensions=tuple(extensions),
        team=row["team"],
        rights=_rights(row["rights"]),
    )


def _rights(stored: Mapping[str, bool]) -> dict[Permission, bool]:
    """What is stored; a right that another version knew is none."""
    return {permission: bool(stored[permission]) for permission in PERSONAL if permission in stored}
